import { describe, expect, it } from "vitest";
import { disputedGaps, stringAt, toggle, tokens, wordEdge, wordsAround, wordsAt, wordStart } from "../boundaries";

const CLUSTERS = ["นั่", "ง", "ตา", "ก", "ล", "ม"];

describe("boundaries", () => {
  it("sets a boundary where there is none and keeps the order", () => {
    expect(toggle([4], 2, 6)).toEqual([2, 4]);
  });
  it("removes the boundary that is there", () => {
    expect(toggle([2, 4], 2, 6)).toEqual([4]);
  });
  it.each([0, 6, -1])("refuses gap %i, which is no gap inside the sentence", (gap) => {
    expect(toggle([2], gap, 6)).toEqual([2]);
  });
  it("cuts tokens that join to the text again", () => {
    expect(tokens(CLUSTERS, [2, 4])).toEqual(["นั่ง", "ตาก", "ลม"]);
    expect(tokens(CLUSTERS, []).join("")).toBe("นั่งตากลม");
  });
  it("finds the start of the word and its neighbouring edges", () => {
    expect(wordStart([2, 4], 3)).toBe(2);
    expect(wordStart([2, 4], 1)).toBe(0);
    expect(wordEdge([2, 4], 2, 1, 6)).toBe(4);
    expect(wordEdge([2, 4], 2, -1, 6)).toBe(1);
    expect(wordEdge([2, 4], 4, 1, 6)).toBe(5);
  });
  it("names the words on both sides of a gap", () => {
    expect(wordsAround(CLUSTERS, [2, 4], 4)).toEqual({ before: "ตาก", after: "ลม" });
  });
  it("shows what a reading makes of the stretches around some gaps", () => {
    expect(wordsAt(CLUSTERS, [2, 4], [4])).toEqual([["ตาก", "ลม"]]);
    expect(wordsAt(CLUSTERS, [2, 3], [3, 4])).toEqual([["ตา", "กลม"]]);
    expect(wordsAt(CLUSTERS, [1, 2, 4], [1, 5])).toEqual([["นั่", "ง"], ["ลม"]]);
  });
  it("takes the string the cursor would cut or join, without white space", () => {
    expect(stringAt(CLUSTERS, [2, 4], 4)).toBe("ตากลม");
    expect(stringAt(CLUSTERS, [2, 4], 3)).toBe("ตาก");
    expect(stringAt(["ก", " ", "ข"], [1, 2], 1)).toBe("ก");
  });
  it("lists the gaps on which readings differ, and only those", () => {
    expect(disputedGaps([[2, 4], [2, 3], [2]])).toEqual([3, 4]);
    expect(disputedGaps([[2], [2]])).toEqual([]);
  });
});
