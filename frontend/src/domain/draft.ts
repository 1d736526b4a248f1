import { same, toggle, wordEdge, wordStart, type Boundaries } from "./boundaries";

/** One person's unsaved boundaries of a sentence, with what is needed to undo and to measure the work. */
export interface Draft {
  boundaries: Boundaries;
  /** The gap the keys act on, 1 … n-1; 0 in a sentence of a single cluster. */
  cursor: number;
  /** Earlier states of the boundaries, the latest last. */
  undo: readonly Boundaries[];
  /** Keys pressed and clicks made on this sentence. */
  keyActions: number;
  /** Time at work so far, in milliseconds, idle stretches cut. */
  activeMs: number;
}

/** Undo further back than this is not kept: the draft is written to storage at every key. */
const UNDO_LIMIT = 200;

/** The draft of a sentence as it is served, with the cursor on the first doubtful place if there is one. */
export function startDraft(length: number, suggestion: Boundaries | null, doubtful: readonly number[] = []): Draft {
  const boundaries = suggestion ?? [];
  return { boundaries, cursor: doubtful[0] ?? Math.min(1, length - 1), undo: [], keyActions: 0, activeMs: 0 };
}

/** Replace the boundaries, keeping the old ones for undo; the same boundaries change nothing. */
export function change(draft: Draft, boundaries: Boundaries): Draft {
  if (same(draft.boundaries, boundaries)) return draft;
  return { ...draft, boundaries, undo: [...draft.undo, draft.boundaries].slice(-UNDO_LIMIT) };
}

export function toggleAt(draft: Draft, gap: number, length: number): Draft {
  return moveTo(change(draft, toggle(draft.boundaries, gap, length)), gap, length);
}

/** Join the word under the cursor with the word before; the cursor stays where the boundary was. */
export function joinBefore(draft: Draft, length: number): Draft {
  const start = wordStart(draft.boundaries, draft.cursor);
  return start === 0 ? draft : toggleAt(draft, start, length);
}

export function moveTo(draft: Draft, gap: number, length: number): Draft {
  return { ...draft, cursor: Math.max(Math.min(1, length - 1), Math.min(gap, length - 1)) };
}

export function moveByWord(draft: Draft, direction: -1 | 1, length: number): Draft {
  return moveTo(draft, wordEdge(draft.boundaries, draft.cursor, direction, length), length);
}

/** Go to the next of some gaps, from the last one to the first; without any the cursor stays. */
export function moveToNext(draft: Draft, gaps: readonly number[]): Draft {
  const next = gaps.find((gap) => gap > draft.cursor) ?? gaps[0];
  return next === undefined ? draft : { ...draft, cursor: next };
}

/**
 * Take up an alternative of the suggestion, given as the gaps where it differs; taken up already, go back to the
 * suggestion there. What the person did at other gaps stays. The cursor goes to the first difference.
 */
export function takeAlternative(draft: Draft, suggestion: Boundaries, gaps: readonly number[], length: number): Draft {
  const isOpen = (gap: number) => draft.boundaries.includes(gap);
  const isTaken = gaps.every((gap) => isOpen(gap) !== suggestion.includes(gap));
  const changed = gaps.filter((gap) => isTaken || isOpen(gap) === suggestion.includes(gap));
  const boundaries = changed.reduce<Boundaries>((open, gap) => toggle(open, gap, length), draft.boundaries);
  return moveTo(change(draft, boundaries), gaps[0] ?? draft.cursor, length);
}

export function undo(draft: Draft): Draft {
  const before = draft.undo.at(-1);
  return before === undefined ? draft : { ...draft, boundaries: before, undo: draft.undo.slice(0, -1) };
}

/** Whether the person has done anything to the sentence that would be a pity to lose. */
export function isTouched(draft: Draft): boolean {
  return draft.undo.length > 0;
}
