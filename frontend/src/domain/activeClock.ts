/**
 * The clock of active time. It runs from one action to the next and stops `idleCutMs` after the last one,
 * so that a stretch without any action counts for at most that long.
 */
export interface ActiveClock {
  /** When the last action was, in milliseconds; null while the clock stands. */
  lastAction: number | null;
  totalMs: number;
}

export function startClock(now: number, totalMs = 0): ActiveClock {
  return { lastAction: now, totalMs };
}

/** Count the stretch up to an action at `now`. */
export function touchClock(clock: ActiveClock, now: number, idleCutMs: number): ActiveClock {
  return { lastAction: now, totalMs: totalAt(clock, now, idleCutMs) };
}

/** Stop at once: the page was hidden or the person paused. */
export function stopClock(clock: ActiveClock, now: number, idleCutMs: number): ActiveClock {
  return { lastAction: null, totalMs: totalAt(clock, now, idleCutMs) };
}

export function totalAt(clock: ActiveClock, now: number, idleCutMs: number): number {
  if (clock.lastAction === null) return clock.totalMs;
  return clock.totalMs + Math.max(0, Math.min(now - clock.lastAction, idleCutMs));
}

export function isIdle(clock: ActiveClock, now: number, idleCutMs: number): boolean {
  return clock.lastAction === null || now - clock.lastAction >= idleCutMs;
}
