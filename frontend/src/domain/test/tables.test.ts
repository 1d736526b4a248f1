import { describe, expect, it } from "vitest";
import { toCsvText } from "../csv";
import { diffLines, withContext } from "../diff";
import { fits } from "../events";
import { hoursCsv, sumByPerson, type WorkDay } from "../hours";

describe("a table as CSV", () => {
  it("quotes what needs it and leaves gaps empty", () => {
    expect(toCsvText(["a", "b"], [['say "hi", ok', null], [1.5, true]])).toBe('a,b\r\n"say ""hi"", ok",\r\n1.5,true\r\n');
  });
  it("hands a spreadsheet no formula", () => {
    expect(toCsvText(["a"], [["=1+1"], ["@x"], ["＝1"], ["'=1"], [-3]])).toBe("a\r\n'=1+1\r\n'@x\r\n'＝1\r\n''=1\r\n-3\r\n");
  });
});

describe("what changed between two texts", () => {
  it("is told line by line", () => {
    expect(diffLines("ก\nข\nค", "ก\nง\nค\nจ").map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "same ก",
      "removed ข",
      "added ง",
      "same ค",
      "added จ",
    ]);
  });
  it("is nothing for the same text", () => {
    expect(diffLines("ก\nข", "ก\nข").every(({ kind }) => kind === "same")).toBe(true);
  });
  it("gives back both texts", () => {
    const before = "a\nb\nc\nd\ne";
    const after = "b\nx\nd\ne\nf";
    const lines = diffLines(before, after);
    const without = (kind: string) => lines.filter((line) => line.kind !== kind).map(({ text }) => text);
    expect(without("added").join("\n")).toBe(before);
    expect(without("removed").join("\n")).toBe(after);
  });
  it("is shown with little around it", () => {
    const before = Array.from({ length: 20 }, (_, i) => String(i)).join("\n");
    const shown = withContext(diffLines(before, `${before}\nnew`));
    expect(shown.map((line) => line?.text ?? "…")).toEqual(["…", "18", "19", "new"]);
  });
});

describe("hours at work", () => {
  const user = { id: 1, username: "anong", name: "อนงค์" };
  const other = { id: 2, username: "boonmee", name: "" };
  const day = (who: WorkDay["user"], date: string, seconds: number): WorkDay => ({
    user: who,
    day: date,
    sentences: 10,
    skips: 1,
    active_seconds: seconds,
    last_at: `${date}T03:00:00Z`,
  });
  const rows = [day(user, "2026-11-20", 1800), day(other, "2026-11-20", 7200), day(user, "2026-11-21", 3600)];
  it("add up by person, most first", () => {
    expect(sumByPerson(rows).map(({ user: { id }, hours, days, lastAt }) => [id, hours, days, lastAt])).toEqual([
      [2, 2, 1, "2026-11-20T03:00:00Z"],
      [1, 1.5, 2, "2026-11-21T03:00:00Z"],
    ]);
  });
  it("are a row a person and day for pay", () => {
    expect(hoursCsv(rows).split("\r\n")[1]).toBe("anong,อนงค์,2026-11-20,10,1,0.50");
  });
});

describe("choosing among events", () => {
  it("goes by what they are about", () => {
    expect(fits("hand.holiday", "hand")).toBe(true);
    expect(fits("annotator.pace_drifted", "drift")).toBe(true);
    expect(fits("round.closed", "changes")).toBe(false);
    expect(fits("round.failed", "changes")).toBe(true);
    expect(fits("guideline.published", "loop")).toBe(false);
  });
});
