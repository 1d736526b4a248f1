import { describe, expect, it } from "vitest";
import { isTouched, joinBefore, moveByWord, moveTo, moveToNext, startDraft, takeAlternative, toggleAt, undo } from "../draft";

describe("a draft", () => {
  it("starts from the suggestion with the cursor on the first gap", () => {
    expect(startDraft(6, [2, 4])).toMatchObject({ boundaries: [2, 4], cursor: 1 });
  });
  it("has no gap to stand on in a sentence of one cluster", () => {
    expect(startDraft(1, null).cursor).toBe(0);
    expect(moveTo(startDraft(1, null), 5, 1).cursor).toBe(0);
  });
  it("stops the cursor at the first and the last gap", () => {
    const draft = startDraft(6, []);
    expect(moveTo(draft, 0, 6).cursor).toBe(1);
    expect(moveTo(draft, 9, 6).cursor).toBe(5);
  });
  it("joins the word under the cursor with the word before", () => {
    const draft = moveTo(startDraft(6, [2, 4]), 3, 6);
    expect(joinBefore(draft, 6)).toMatchObject({ boundaries: [4], cursor: 2 });
  });
  it("leaves the first word alone, which has none before it", () => {
    const draft = startDraft(6, [2]);
    expect(joinBefore(draft, 6)).toBe(draft);
  });
  it("takes back changes one by one and then is untouched", () => {
    const draft = toggleAt(toggleAt(startDraft(6, [2]), 3, 6), 4, 6);
    expect(undo(draft).boundaries).toEqual([2, 3]);
    expect(isTouched(draft)).toBe(true);
    expect(isTouched(undo(undo(draft)))).toBe(false);
  });
  it("walks from boundary to boundary", () => {
    const draft = startDraft(6, [2, 4]);
    expect(moveByWord(draft, 1, 6).cursor).toBe(2);
    expect(moveByWord(moveTo(draft, 4, 6), -1, 6).cursor).toBe(2);
  });
  it("starts at the first place in doubt", () => {
    expect(startDraft(6, [2, 4], [3, 5]).cursor).toBe(3);
  });
  it("goes from doubt to doubt, and from the last to the first", () => {
    const draft = startDraft(6, [2], [2, 4]);
    expect(moveToNext(draft, [2, 4]).cursor).toBe(4);
    expect(moveToNext(moveTo(draft, 4, 6), [2, 4]).cursor).toBe(2);
    expect(moveToNext(draft, [])).toBe(draft);
  });
  it("takes an alternative up and puts it back, and leaves other changes alone", () => {
    const suggestion = [2, 4];
    const changed = toggleAt(startDraft(6, suggestion), 5, 6);
    const taken = takeAlternative(changed, suggestion, [2, 3], 6);
    expect(taken).toMatchObject({ boundaries: [3, 4, 5], cursor: 2 });
    expect(takeAlternative(taken, suggestion, [2, 3], 6).boundaries).toEqual([2, 4, 5]);
    expect(undo(taken).boundaries).toEqual([2, 4, 5]);
  });
  it("takes the rest of an alternative that is half there already", () => {
    const half = toggleAt(startDraft(6, [2, 4]), 3, 6);
    expect(takeAlternative(half, [2, 4], [2, 3], 6).boundaries).toEqual([3, 4]);
  });
});
