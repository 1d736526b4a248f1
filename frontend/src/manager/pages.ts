import type { Membership } from "../api/types";

/** The menu's groups: what is looked at, the people's work, the material and what comes out of it. */
export const PAGE_GROUPS = [
  { name: "loop", pages: ["overview", "curves", "analysis", "plan", "events", "rounds"] },
  { name: "work", pages: ["people", "adjudicate", "conflicts", "repairs", "flags"] },
  { name: "material", pages: ["corpora", "guideline", "exports", "settings", "audit"] },
] as const;

export type GroupName = (typeof PAGE_GROUPS)[number]["name"];
export type PageName = (typeof PAGE_GROUPS)[number]["pages"][number];

const FOR_ADJUDICATORS: ReadonlySet<string> = new Set<PageName>(["adjudicate"]);
const ALL: ReadonlySet<string> = new Set(PAGE_GROUPS.flatMap(({ pages }) => pages));

/** Whether the role has a page of that name. */
export function hasPage(role: Membership["role"], page: string): page is PageName {
  return role === "manager" ? ALL.has(page) : role === "adjudicator" && FOR_ADJUDICATORS.has(page);
}
