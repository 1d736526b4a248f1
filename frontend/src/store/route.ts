import { signal } from "@preact/signals";

/** The path of the page, without the server's part. */
export const path = signal(location.pathname);

/** What stands behind the # of the address: no server is sent it, so that the secret of a link stays there. */
export const fragment = signal(location.hash.slice(1));

/** Asked before every change of page; answers whether to go. */
let mayLeave: () => boolean = () => true;

window.addEventListener("popstate", () => {
  path.value = location.pathname;
  fragment.value = location.hash.slice(1);
});

export function navigate(to: string): void {
  if (to === path.value || !mayLeave()) return;
  history.pushState(null, "", to);
  path.value = to;
  fragment.value = "";
  window.scrollTo(0, 0);
}

/** Let a screen with unsent work ask first; returns what ends the watch. */
export function guardLeaving(question: () => boolean): () => void {
  mayLeave = question;
  return () => {
    mayLeave = () => true;
  };
}

/** `/projects/3/overview` → project 3, page "overview", rest "". */
export function parsePath(current: string): { projectId: number; page: string; rest: string } | null {
  const found = /^\/projects\/(\d+)(?:\/([a-z]+)(?:\/(.*))?)?$/.exec(current);
  return found ? { projectId: Number(found[1]), page: found[2] ?? "", rest: found[3] ?? "" } : null;
}

/** `/invite/TOKEN` → the token by which somebody was invited. */
export function invitationToken(current: string): string | null {
  return /^\/invite\/([\w-]+)$/.exec(current)?.[1] ?? null;
}
