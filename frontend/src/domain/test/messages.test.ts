import { describe, expect, it } from "vitest";
import { formatDateTime, formatShare } from "../dates";
import { formatMessage, MESSAGES } from "../messages";

const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the table of messages", () => {
  it.each(Object.entries(MESSAGES))("%s says the same in both languages", (_, { th, en }) => {
    expect(th).not.toBe("");
    expect(en).not.toBe("");
    expect(places(th)).toEqual(places(en));
  });
  it("fills in the places", () => {
    expect(formatMessage("en", "today", { count: 12 })).toBe("Today: 12");
  });
});

describe("dates and numbers", () => {
  it("count years of the Buddhist era in Thai", () => {
    expect(formatDateTime("2026-11-23T03:00:00Z", "th")).toContain("2569");
    expect(formatDateTime("2026-11-23T03:00:00Z", "en")).toContain("2026");
  });
  it("show a dash where there is no data", () => {
    expect(formatShare(null, "en")).toBe("–");
    expect(formatShare(0.9134, "en")).toBe("91.3%");
  });
});
