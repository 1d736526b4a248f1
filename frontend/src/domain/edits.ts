import { joinBefore, moveByWord, moveTo, toggleAt, undo, type Draft } from "./draft";
import type { Action } from "./shortcuts";

/** What each key that edits boundaries does to the draft of a sentence of `length` clusters. */
export const EDITS: Partial<Record<Action, (draft: Draft, length: number) => Draft>> = {
  left: (draft, length) => moveTo(draft, draft.cursor - 1, length),
  right: (draft, length) => moveTo(draft, draft.cursor + 1, length),
  wordLeft: (draft, length) => moveByWord(draft, -1, length),
  wordRight: (draft, length) => moveByWord(draft, 1, length),
  start: (draft, length) => moveTo(draft, 1, length),
  end: (draft, length) => moveTo(draft, length - 1, length),
  toggle: (draft, length) => toggleAt(draft, draft.cursor, length),
  join: joinBefore,
  undo,
};
