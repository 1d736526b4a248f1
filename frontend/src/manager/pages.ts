import type { Membership } from "../api/types";

/** The menu's groups: what is looked at, the people's work, the material and what comes out of it. */
export const PAGE_GROUPS = [
  ["overview", "curves", "analysis", "plan", "events", "rounds"],
  ["people", "adjudicate", "conflicts", "repairs", "flags"],
  ["corpora", "guideline", "exports", "settings", "audit"],
] as const;

export type PageName = (typeof PAGE_GROUPS)[number][number];

const FOR_ADJUDICATORS: ReadonlySet<string> = new Set<PageName>(["adjudicate"]);
const ALL: ReadonlySet<string> = new Set(PAGE_GROUPS.flat());

/** Whether the role has a page of that name. */
export function hasPage(role: Membership["role"], page: string): page is PageName {
  return role === "manager" ? ALL.has(page) : role === "adjudicator" && FOR_ADJUDICATORS.has(page);
}
