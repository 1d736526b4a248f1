import type { ShownSentence } from "../api/types";
import { cutText } from "../domain/visibleText";

/** Some sentences of a file or a corpus, with the cuts that the file brings. */
export function ShownSentences({ rows }: { rows: readonly ShownSentence[] }) {
  return (
    <ol class="shown-sentences">
      {rows.map((row, i) => (
        <li key={i}>
          <span lang="th">{row.boundaries === null ? row.clusters.join("") : cutText(row.clusters, row.boundaries)}</span>{" "}
          <small class="faint">{[row.domain, row.document].filter(Boolean).join(" · ")}</small>
        </li>
      ))}
    </ol>
  );
}
