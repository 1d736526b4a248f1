import { signal } from "@preact/signals";

/** Sentences a day one may set oneself; 0: no goal. */
export const GOALS = [0, 50, 100, 200, 300, 500];

const KEY = "tatkham.goal";

/** How many sentences this person means to do a day; kept on this device. */
export const goal = signal(readGoal());

export function setGoal(chosen: number): void {
  goal.value = chosen;
  localStorage.setItem(KEY, String(chosen));
}

function readGoal(): number {
  const kept = Number(localStorage.getItem(KEY) ?? 0);
  return GOALS.includes(kept) ? kept : 0;
}
