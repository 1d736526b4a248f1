/** What a chart draws, apart from how: lines with bands on one axis of cost, and marks. Pure. */

export type Tone = "random" | "active" | "ink";

/** A line. Its columns stand next to each other: value, low, high; null where there is nothing. */
export interface Line {
  label: string;
  tone: Tone;
  isDashed: boolean;
}

export interface ChartData {
  /** Places on the axis, rising; then three columns for each line. */
  columns: readonly (readonly (number | null)[])[];
  lines: readonly Line[];
}

/** The column with the line's values; low and high follow. */
export function columnOf(line: number): number {
  return 1 + 3 * line;
}

/** The place at which the line has a value and that lies nearest to `x`; null where it has none. */
export function nearest({ columns }: ChartData, line: number, x: number): number | null {
  let found: number | null = null;
  columns[columnOf(line)]!.forEach((value, i) => {
    if (value === null) return;
    if (found === null || Math.abs(columns[0]![i]! - x) < Math.abs(columns[0]![found]! - x)) found = i;
  });
  return found;
}

/** Steps that read well on an axis of seconds: minutes and hours. */
export const TIME_STEPS: readonly number[] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1440].map((minutes) => 60 * minutes);

/** Round numbers that cover [low, high] in about `count` steps; of the given sizes, where there are some. */
export function ticks(low: number, high: number, { count = 6, steps }: { count?: number; steps?: readonly number[] } = {}): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = steps ?? [1, 2, 5, 10].map((factor) => factor * power);
  const step = sizes.find((size) => size >= rough) ?? sizes.at(-1)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** The least and the greatest number in the columns, without what is missing. */
export function extent(columns: readonly (readonly (number | null)[])[]): [number, number] {
  const all = columns.flat().filter((value): value is number => value !== null);
  return all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
}
