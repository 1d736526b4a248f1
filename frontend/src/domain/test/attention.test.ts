import { describe, expect, it } from "vitest";
import { findAttention, setupSteps, type Situation } from "../attention";

const CALM: Situation = {
  hasFailedRound: false,
  open: 12,
  peopleActive: 2,
  disagreements: 0,
  flags: 0,
  drifts: 0,
  agreement: { value: 0.95, pairs: 40 },
  stale: null,
  roundSize: 100,
  charged: { random: 120, active: 125 },
  clusters: 10_100,
  activeShare: 0.5,
};

describe("what needs a manager", () => {
  it("is nothing while all goes well", () => {
    expect(findAttention(CALM)).toEqual([]);
  });
  it("is an order that lags by more than two rounds of labels", () => {
    expect(findAttention({ ...CALM, stale: { labels: 200, minutes: 9 } })).toEqual([]);
    expect(findAttention({ ...CALM, stale: { labels: 201, minutes: 9 } })).toEqual([{ name: "staleOrder", count: 201 }]);
  });
  it("is arms out of balance, once there is enough to tell", () => {
    expect(findAttention({ ...CALM, charged: { random: 80, active: 160 } })).toEqual([{ name: "unbalanced", count: 1 }]);
    expect(findAttention({ ...CALM, charged: { random: 8, active: 16 }, clusters: 900 })).toEqual([]);
    expect(findAttention({ ...CALM, activeShare: 2 / 3, charged: { random: 80, active: 160 } })).toEqual([]);
  });
  it("puts a failed round first", () => {
    expect(findAttention({ ...CALM, flags: 3, hasFailedRound: true })).toEqual([
      { name: "roundFailed", count: 1 },
      { name: "flags", count: 3 },
    ]);
  });
  it("is work that waits while nobody is there", () => {
    expect(findAttention({ ...CALM, peopleActive: 0 })).toEqual([{ name: "nobodyAtWork", count: 12 }]);
    expect(findAttention({ ...CALM, peopleActive: 0, open: 0 })).toEqual([]);
  });
  it("is low agreement on enough pairs, and none on a few", () => {
    expect(findAttention({ ...CALM, agreement: { value: 0.8, pairs: 20 } })).toEqual([{ name: "lowAgreement", count: 20 }]);
    expect(findAttention({ ...CALM, agreement: { value: 0.8, pairs: 19 } })).toEqual([]);
    expect(findAttention({ ...CALM, agreement: null })).toEqual([]);
  });
});

describe("setting up a project", () => {
  const EMPTY = { corpora: 0, guidelines: 0, annotators: 0, isPaused: true, hasStarted: false };
  it("goes from texts over rules and people to work", () => {
    expect(setupSteps(EMPTY)).toEqual([
      ["texts", false],
      ["guideline", false],
      ["people", false],
      ["start", false],
    ]);
  });
  it("is over once work is handed out, and comes back with a pause", () => {
    const running = { corpora: 1, guidelines: 1, annotators: 1, isPaused: false, hasStarted: true };
    expect(setupSteps(running).every(([, isDone]) => isDone)).toBe(true);
    expect(setupSteps({ ...running, isPaused: true }).at(-1)).toEqual(["start", false]);
  });
});
