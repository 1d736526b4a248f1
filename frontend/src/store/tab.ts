import { signal, type Signal } from "@preact/signals";

export type TabState = "waiting" | "held" | "elsewhere";

export interface Tab {
  state: Signal<TabState>;
  /** Take the work over from the tab that has it. */
  takeOver: () => void;
  leave: () => void;
}

/** A page that was just closed lets go within this time; only then is it worth a word. */
const PATIENCE_MS = 500;

/**
 * Let one tab at a time do a person's work in a project: two would write each other's drafts. The tab that waits
 * goes on by itself when the other closes. Where the browser has no locks, every tab counts as the only one.
 */
export function holdTab(name: string, locks: LockManager | undefined = navigator.locks): Tab {
  const state = signal<TabState>("waiting");
  let letGo: () => void = () => undefined;
  const hold = () => {
    state.value = "held";
    return new Promise<void>((resolve) => (letGo = resolve));
  };
  if (locks === undefined) {
    state.value = "held";
    return { state, takeOver: () => undefined, leave: () => undefined };
  }
  const waiting = new AbortController();
  const timer = setTimeout(() => {
    if (state.value === "waiting") state.value = "elsewhere";
  }, PATIENCE_MS);
  const lose = () => {
    if (!waiting.signal.aborted) state.value = "elsewhere";
  };
  locks.request(name, { signal: waiting.signal }, hold).catch(lose);
  return {
    state,
    takeOver: () => {
      waiting.abort();
      locks.request(name, { steal: true }, hold).catch(() => (state.value = "elsewhere"));
    },
    leave: () => {
      clearTimeout(timer);
      waiting.abort();
      letGo();
    },
  };
}
