/** Learning curves as a chart and a table need them. Pure: points in, columns out. */
import { toCsvText } from "./csv";

export type CostUnit = "annotations" | "clusters" | "seconds";
export type Measure = "word_f1" | "boundary_f1" | "exact";
export type ArmName = "random" | "active";

interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Point {
  round: number;
  arm: ArmName;
  annotations: number;
  clusters: number;
  seconds: number;
  metrics: Record<Measure, Figure>;
  provisional: boolean;
  at: string;
}

export const ARMS: readonly ArmName[] = ["random", "active"];

/** One arm's points in the order of their cost. */
export function pointsOf<P extends Point>(points: readonly P[], arm: ArmName, unit: CostUnit): P[] {
  return points.filter((point) => point.arm === arm).sort((a, b) => a[unit] - b[unit]);
}

/**
 * Columns on one shared axis: costs, then value, low, high of the random arm, then of the active arm. An arm
 * that was not measured at a cost has a null there.
 */
export function chartColumns(points: readonly Point[], unit: CostUnit, measure: Measure): (number | null)[][] {
  return mergeColumns(
    ARMS.map((arm) => {
      const own = pointsOf(points, arm, unit);
      const parts = (["value", "low", "high"] as const).map((part) => own.map((point) => point.metrics[measure][part]));
      return { costs: own.map((point) => point[unit]), parts };
    }),
  );
}

/** Lines with costs of their own, put onto one rising axis of all costs; null where a line has no point. */
export function mergeColumns(
  lines: readonly { costs: readonly number[]; parts: readonly (readonly (number | null)[])[] }[],
): (number | null)[][] {
  const costs = [...new Set(lines.flatMap((line) => line.costs))].sort((a, b) => a - b);
  const columns = lines.flatMap(({ costs: own, parts }) =>
    parts.map((values) => costs.map((cost) => values[own.indexOf(cost)] ?? null)),
  );
  return [costs, ...columns];
}

/**
 * The cost at which something happened: between the rounds before and after it in time, by the mean cost of
 * both arms. Null when there are no rounds to place it by.
 */
export function costAt(points: readonly Point[], unit: CostUnit, at: string): number | null {
  const rounds = roundCosts(points, unit);
  const first = rounds[0];
  const last = rounds.at(-1);
  if (first === undefined || last === undefined) return null;
  const time = Date.parse(at);
  const next = rounds.findIndex((round) => round.time >= time);
  if (next === -1) return last.cost;
  const after = rounds[next]!;
  const before = rounds[next - 1];
  if (before === undefined) return first.cost;
  const share = (time - before.time) / (after.time - before.time || 1);
  return before.cost + share * (after.cost - before.cost);
}

/** Marks closer to each other than this many pixels share one line. */
const MARK_DISTANCE = 18;

/**
 * Where to draw the lines of events: marks that would fall onto each other share a line, labelled with the
 * numbers (from 1) of the first and the last of them. `position` turns a cost into pixels.
 */
export function groupMarks(
  points: readonly Point[],
  marks: readonly { at: string }[],
  unit: CostUnit,
  position: (cost: number) => number,
): { cost: number; label: string }[] {
  const groups: { cost: number; first: number; last: number }[] = [];
  marks.forEach(({ at }, i) => {
    const cost = costAt(points, unit, at);
    if (cost === null) return;
    const group = groups.at(-1);
    if (group && Math.abs(position(cost) - position(group.cost)) < MARK_DISTANCE) group.last = i + 1;
    else groups.push({ cost, first: i + 1, last: i + 1 });
  });
  return groups.map(({ cost, first, last }) => ({ cost, label: first === last ? `${first}` : `${first}–${last}` }));
}

/** What every round does by itself; its points show it already, so it is no mark on the curve. */
const ROUTINE = new Set(["round.opened", "round.closed", "checkpoint.activated", "order.published", "release.started", "curves.viewed", "plan.locked"]);

export function isRoutine(kind: string): boolean {
  return ROUTINE.has(kind);
}

/**
 * The events to mark, in order of time: nothing routine, and nothing from before work began, for that is how the
 * project was set up and no change of it.
 */
export function marksOf<E extends { kind: string; at: string }>(events: readonly E[]): E[] {
  const began = events.find(({ kind }) => kind === "project.started")?.at ?? "";
  return events.filter(({ kind, at }) => !isRoutine(kind) && kind !== "project.started" && at > began);
}

function roundCosts(points: readonly Point[], unit: CostUnit): { time: number; cost: number }[] {
  const byRound = new Map<number, Point[]>();
  for (const point of points) byRound.set(point.round, [...(byRound.get(point.round) ?? []), point]);
  return [...byRound.values()]
    .map((group) => ({
      time: Math.max(...group.map((point) => Date.parse(point.at))),
      cost: group.reduce((sum, point) => sum + point[unit], 0) / group.length,
    }))
    .sort((a, b) => a.time - b.time);
}

const MEASURES: readonly Measure[] = ["word_f1", "boundary_f1", "exact"];

/** All points as a CSV table with a header row, by arm and round. */
export function toCsv(points: readonly Point[]): string {
  const parts = ["value", "low", "high"] as const;
  const figures = MEASURES.flatMap((measure) => parts.map((part) => `${measure}_${part}`));
  const header = ["arm", "round", "at", "annotations", "clusters", "seconds", ...figures, "provisional"];
  const rows = ARMS.flatMap((arm) => pointsOf(points, arm, "annotations")).map((point) => [
    point.arm,
    point.round,
    point.at,
    point.annotations,
    point.clusters,
    point.seconds,
    ...MEASURES.flatMap((measure) => parts.map((part) => point.metrics[measure][part])),
    point.provisional,
  ]);
  return toCsvText(header, rows);
}
