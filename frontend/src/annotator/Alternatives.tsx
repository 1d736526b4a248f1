import type { Work } from "../api/types";
import { same, toggle, wordsAt, type Boundaries } from "../domain/boundaries";
import type { Draft } from "../domain/draft";
import { visibleText } from "../domain/visibleText";
import { keyOf } from "../store/keys";
import { t } from "../store/language";

interface Props {
  work: Work;
  draft: Draft;
  onTake: (number: 1 | 2 | 3) => void;
}

const NUMBERS = [1, 2, 3] as const;

/** Other likely readings of the suggestion, each shown by the words it makes where it differs. */
export function Alternatives({ work, draft, onTake }: Props) {
  if (work.suggestion === null || work.alternatives.length === 0) return null;
  const { suggestion } = work;
  const clusters = work.clusters.map(visibleText);
  return (
    <div class="alternatives" role="group" aria-label={t("alternatives")}>
      {NUMBERS.slice(0, work.alternatives.length).map((number) => {
        const gaps = work.alternatives[number - 1] ?? [];
        const reading = gaps.reduce<Boundaries>((open, gap) => toggle(open, gap, clusters.length), suggestion);
        return (
          <button
            type="button"
            key={number}
            aria-pressed={isTaken(draft, reading, gaps)}
            aria-keyshortcuts={keyOf(`alternative${number}`)}
            onClick={() => onTake(number)}
          >
            <kbd aria-hidden="true">{keyOf(`alternative${number}`)}</kbd>
            <span lang="th">{wordsAt(clusters, reading, gaps).map((words) => words.join(" | ")).join(" … ")}</span>
          </button>
        );
      })}
    </div>
  );
}

function isTaken(draft: Draft, reading: Boundaries, gaps: readonly number[]): boolean {
  const at = (boundaries: Boundaries) => gaps.filter((gap) => boundaries.includes(gap));
  return same(at(draft.boundaries), at(reading));
}
