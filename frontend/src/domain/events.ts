/** Choosing among events by what they are about. Pure. */
import { isRoutine } from "./curves";

export const EVENT_FILTERS = ["all", "changes", "hand", "drift", "people", "texts", "loop", "settings"] as const;
export type EventFilter = (typeof EVENT_FILTERS)[number];

const STARTS: Partial<Record<EventFilter, readonly string[]>> = {
  hand: ["hand."],
  people: ["membership.", "annotator.", "work."],
  texts: ["corpus.", "guideline.", "domain.", "length."],
  loop: ["round.", "order.", "checkpoint.", "release."],
  settings: ["project.", "strategy.", "suggestions.", "ratio.", "overlap.", "lease.", "rounds.", "model.", "settings.", "plan."],
};

/** Whether an event of that kind is one of those asked for. */
export function fits(kind: string, filter: EventFilter): boolean {
  if (filter === "all") return true;
  if (filter === "changes") return !isRoutine(kind);
  if (filter === "drift") return /drift|shifted/.test(kind);
  return STARTS[filter]!.some((start) => kind.startsWith(start));
}
