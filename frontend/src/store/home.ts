import type { Membership } from "../api/types";

const FIRST_PAGES = { annotator: "annotate", manager: "overview", adjudicator: "adjudicate" } as const;

/** The page a person starts on in a project, by role. */
export function homePath({ project, role }: Membership): string {
  return `/projects/${project.id}/${FIRST_PAGES[role]}`;
}
