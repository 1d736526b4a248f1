import { useLayoutEffect, useRef } from "preact/hooks";
import { wordsAround } from "../domain/boundaries";
import type { Draft } from "../domain/draft";
import { visibleText } from "../domain/visibleText";
import { t } from "../store/language";

interface Props {
  assignment: string;
  clusters: readonly string[];
  draft: Draft;
  onToggle: (gap: number) => void;
  /** Gaps to point out, as where readings differ. */
  marked?: ReadonlySet<number>;
  /** How marked gaps are drawn and called: as in doubt or as wrong; absent: as disputed. */
  mark?: "doubtful" | "wrong";
}

/**
 * One sentence with its boundaries: draws, reports clicks, nothing else. The gap under the cursor holds the
 * focus, so that a screen reader reads it; keys are the screen's business.
 */
export function BoundaryEditor({ assignment, clusters, draft, onToggle, marked, mark }: Props) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const active = document.activeElement;
    if (active === null || active === document.body || element.current?.contains(active)) {
      focusCursor(element.current);
    }
  }, [draft.cursor, draft.boundaries, assignment]);

  const gap = (i: number, isOpen: boolean) => {
    const isCursor = i === draft.cursor;
    const isMarked = marked?.has(i) ?? false;
    const label = isCursor ? gapLabel(clusters, draft, i, isOpen) + (isMarked && mark ? `, ${t(mark)}` : "") : String(i);
    return (
      <span
        key={`gap-${i}`}
        class={`gap ${isOpen ? "open" : ""} ${isCursor ? "cursor" : ""} ${isMarked ? (mark ?? "marked") : ""}`}
        role="button"
        aria-pressed={isOpen}
        aria-label={label}
        tabIndex={isCursor ? 0 : -1}
        data-gap={i}
      />
    );
  };
  const starts = [0, ...draft.boundaries];
  const click = (event: MouseEvent) => {
    const hit = gapAt(event);
    if (hit !== null && hit > 0 && hit < clusters.length) onToggle(hit);
  };
  return (
    <div class="sentence" lang="th" role="application" aria-label={t("editor")} ref={element} onClick={click}>
      {starts.map((start, word) => [
        start > 0 && gap(start, true),
        <span key={`word-${start}`} class={`word ${word % 2 === 0 ? "even" : "odd"}`}>
          {clusters.slice(start, starts[word + 1]).map((cluster, offset) => [
            offset > 0 && gap(start + offset, false),
            <span key={offset} class={cluster.trim() === "" ? "cluster blank" : "cluster"} data-cluster={start + offset}>
              {visibleText(cluster)}
            </span>,
          ])}
        </span>,
      ])}
    </div>
  );
}

/** Put the focus on the gap under the cursor. */
export function focusCursor(root: ParentNode | null = document): void {
  root?.querySelector<HTMLElement>(".gap.cursor")?.focus();
}

function gapLabel(clusters: readonly string[], draft: Draft, gap: number, isOpen: boolean): string {
  const { before, after } = wordsAround(clusters, draft.boundaries, gap);
  return t(isOpen ? "gapOpen" : "gapClosed", { before: readable(before), after: readable(after) });
}

function readable(word: string): string {
  return word.trim() === "" ? t("space") : word;
}

/** The gap a click means: the one hit, or the nearer side of the cluster hit. */
function gapAt(event: MouseEvent): number | null {
  if (!(event.target instanceof Element)) return null;
  const target = event.target.closest<HTMLElement>("[data-gap], [data-cluster]");
  if (target === null) return null;
  if (target.dataset.gap !== undefined) return Number(target.dataset.gap);
  const box = target.getBoundingClientRect();
  const isRight = event.clientX > box.left + box.width / 2;
  return Number(target.dataset.cluster) + (isRight ? 1 : 0);
}
