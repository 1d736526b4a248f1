import { disputedGaps, type Boundaries } from "../domain/boundaries";
import { cutText, visibleText } from "../domain/visibleText";

interface Props {
  clusters: readonly string[];
  boundaries: Boundaries;
  /** All readings of the sentence, so that gaps take the same room in each and differences stand below each other. */
  all: readonly Boundaries[];
}

/** One reading, to be compared with those above and below it. */
export function ReadingView({ clusters, boundaries, all }: Props) {
  const disputed = new Set(disputedGaps(all));
  const someCut = new Set(all.flat());
  const cut = new Set(boundaries);
  return (
    <>
      <p class="visually-hidden" lang="th">
        {cutText(clusters, boundaries)}
      </p>
      <p class="reading" lang="th" aria-hidden="true">
        {clusters.map((cluster, i) => [
          i > 0 && someCut.has(i) && (
            <span key={`gap-${i}`} class={`mark ${cut.has(i) ? "is-cut" : ""} ${disputed.has(i) ? "disputed" : ""}`} />
          ),
          <span key={i} class="letter">
            {visibleText(cluster)}
          </span>,
        ])}
      </p>
    </>
  );
}
