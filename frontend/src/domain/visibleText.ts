import { tokens, type Boundaries } from "./boundaries";

/** White space and invisible characters as signs, so that what will be cut can be seen. */
const SIGNS: Record<string, string> = {
  " ": "␣",
  "\u00a0": "⍽",
  "\t": "⇥",
  "\n": "↵",
  "\r\n": "↵",
  "\u200b": "∅",
  "\ufeff": "∅",
};

export function visibleText(cluster: string): string {
  return SIGNS[cluster] ?? (cluster.trim() === "" ? "␣" : cluster);
}

/** A segmentation on one line, to be read: the words with bars between them. */
export function cutText(clusters: readonly string[], boundaries: Boundaries): string {
  return tokens(clusters.map(visibleText), boundaries).join(" | ");
}
