import { describe, expect, it } from "vitest";
import { chartColumns, costAt, groupMarks, isRoutine, toCsv, type ArmName, type Point } from "../curves";

const figure = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const point = (arm: ArmName, round: number, annotations: number, value: number): Point => ({
  round,
  arm,
  annotations,
  clusters: annotations * 20,
  seconds: annotations * 5,
  metrics: { word_f1: figure(value), boundary_f1: figure(value), exact: { value: null, low: null, high: null } },
  provisional: false,
  at: `2026-11-0${round}T00:00:00Z`,
});
const POINTS = [point("active", 2, 60, 0.8), point("random", 1, 20, 0.5), point("active", 1, 20, 0.5), point("random", 2, 40, 0.7)];

describe("learning curves", () => {
  it("put both arms on one axis of costs, with nulls where an arm was not measured", () => {
    const [costs, random, , , active, low] = chartColumns(POINTS, "annotations", "word_f1");
    expect(costs).toEqual([20, 40, 60]);
    expect(random).toEqual([0.5, 0.7, null]);
    expect(active).toEqual([0.5, null, 0.8]);
    expect(low?.[2]).toBeCloseTo(0.7);
  });
  it("place an event between the rounds around it", () => {
    expect(costAt(POINTS, "annotations", "2026-11-01T12:00:00Z")).toBeCloseTo(35);
  });
  it("place earlier and later events at the ends", () => {
    expect(costAt(POINTS, "annotations", "2025-01-01T00:00:00Z")).toBe(20);
    expect(costAt(POINTS, "annotations", "2027-01-01T00:00:00Z")).toBe(50);
    expect(costAt([], "annotations", "2027-01-01T00:00:00Z")).toBeNull();
  });
  it("draw one line for events that would fall onto each other", () => {
    const marks = ["2026-11-01T00:00:00Z", "2026-11-01T00:10:00Z", "2026-11-02T00:00:00Z"].map((at) => ({ at }));
    const lines = groupMarks(POINTS, marks, "annotations", (cost) => cost * 10);
    expect(lines).toEqual([
      { cost: 20, label: "1–2" },
      { cost: 50, label: "3" },
    ]);
  });
  it("do not mark what every round does by itself", () => {
    expect(isRoutine("round.closed")).toBe(true);
    expect(isRoutine("guideline.published")).toBe(false);
  });
  it("become a table with a row a point and an empty cell where there is no figure", () => {
    const rows = toCsv(POINTS).trim().split("\r\n");
    expect(rows).toHaveLength(5);
    expect(rows[1]).toBe("random,1,2026-11-01T00:00:00Z,20,400,100,0.5,0.4,0.6,0.5,0.4,0.6,,,,false");
  });
});
