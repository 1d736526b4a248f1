import { describe, expect, it } from "vitest";
import { nearest, ticks, TIME_STEPS, type ChartData } from "../chart";
import { chartSvg } from "../chartSvg";
import { isRefused, isWithin, readSample, verdictOf } from "../analyses";
import { marksOf, mergeColumns } from "../curves";
import { formatAgo } from "../dates";
import { parseMarkdown, blockText } from "../markdown";
import { disputedWords, passagesOn } from "../passages";

const DATA: ChartData = {
  columns: [
    [10, 20, 30],
    [0.8, null, 0.9],
    [0.7, null, 0.8],
    [0.9, null, 1],
    [null, 0.85, null],
    [null, null, null],
    [null, null, null],
  ],
  lines: [
    { label: "Random", tone: "random", isDashed: true },
    { label: "Active <b>", tone: "active", isDashed: false },
  ],
};

describe("a chart", () => {
  it("finds what lies nearest to the pointer on each line", () => {
    expect(nearest(DATA, 0, 19)).toBe(0);
    expect(nearest(DATA, 0, 21)).toBe(2);
    expect(nearest(DATA, 1, 100)).toBe(1);
    expect(nearest({ ...DATA, columns: DATA.columns.map((column) => column.map(() => null)) }, 0, 1)).toBeNull();
  });
  it("steps by round numbers, and by minutes on an axis of time", () => {
    expect(ticks(0.76, 0.9)).toEqual([0.8, 0.85, 0.9].map((tick) => expect.closeTo(tick, 9)));
    expect(ticks(860, 2041, { steps: TIME_STEPS })).toEqual([900, 1200, 1500, 1800]);
  });
  it("puts lines with costs of their own onto one axis", () => {
    expect(mergeColumns([{ costs: [1, 3], parts: [[5, 6]] }, { costs: [2], parts: [[7]] }])).toEqual([
      [1, 2, 3],
      [5, null, 6],
      [null, 7, null],
    ]);
  });
  it("is a picture that stands by itself", () => {
    const svg = chartSvg({ ...DATA, title: "F1 & cost", xLabel: "Sentences", marks: [{ at: 15, label: "1" }], formatX: String, formatY: String });
    const read = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(read.querySelector("parsererror")).toBeNull();
    expect(read.querySelectorAll("circle")).toHaveLength(3);
    expect(read.querySelectorAll("polygon")).toHaveLength(1);
    expect([...read.querySelectorAll("text")].map((text) => text.textContent)).toContain("Active <b>");
  });
});

describe("what is said of a figure", () => {
  const estimate = { value: 0.02, low: 0.01, high: 0.03, notes: [] };
  it("follows its interval, never its value alone", () => {
    expect(verdictOf(estimate)).toBe("better");
    expect(verdictOf({ ...estimate, low: -0.01 })).toBe("open");
    expect(verdictOf({ ...estimate, low: -0.02, high: -0.01 })).toBe("worse");
    expect(verdictOf({ ...estimate, low: null, high: null })).toBe("noInterval");
    expect(verdictOf({ not_estimable: { code: "no_rounds", values: {}, text: "" } })).toBe("refused");
    expect(isRefused(null)).toBe(false);
  });
  it("counts what lies outside of chance", () => {
    const held = { value: 0.2, pool: null, low: 0, high: 0.1 };
    expect(isWithin({ ...held, value: null })).toBeNull();
    const sample = { sentences: 9, figures: { a: held, b: { ...held, value: 0.05 } }, domains: {} };
    expect(readSample("active", sample)).toEqual({ key: "readActiveOut", values: { count: 1 } });
    expect(readSample("random", { ...sample, figures: {} })).toEqual({ key: "readRandomIn" });
  });
});

describe("marks on a curve", () => {
  it("leave out the set-up and the routine", () => {
    const events = [
      { kind: "guideline.published", at: "2026-01-01" },
      { kind: "project.started", at: "2026-01-02" },
      { kind: "round.closed", at: "2026-01-03" },
      { kind: "guideline.published", at: "2026-01-04" },
    ];
    expect(marksOf(events)).toEqual([events[3]]);
  });
});

describe("how long ago", () => {
  it("is told in the largest whole unit", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(formatAgo("2026-11-20T11:59:40Z", now, "en")).toBe("this minute");
    expect(formatAgo("2026-11-20T09:30:00Z", now, "en")).toBe("2 hours ago");
    expect(formatAgo("2026-11-15T09:30:00Z", now, "th")).toBe("5 วันที่ผ่านมา");
  });
});

describe("passages of the guideline", () => {
  it("are those that speak of the words in dispute, longest words first", () => {
    const words = disputedWords(["ตา", "ก", "ล", "ม"], [[2], []], [2]);
    expect(words).toEqual(["ตากลม", "ตาก", "ลม"]);
    const blocks = parseMarkdown("# ตากลม\n\nพัดลม เก็บ\n\n`ตา|กลม` ตัดตามความหมาย\n\nอื่น ๆ");
    expect(passagesOn(blocks, words, 3).map(blockText)).toEqual(["ตากลม ตัดตามความหมาย", "พัดลม เก็บ"]);
  });
});
