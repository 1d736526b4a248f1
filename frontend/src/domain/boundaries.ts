/**
 * Boundaries of one sentence: sorted, unique gap indices i with 0 < i < n clusters, each meaning
 * "a token starts at cluster i". All offsets count grapheme clusters as the server cut them.
 */
export type Boundaries = readonly number[];

/** Set a boundary at `gap`, or remove the one that is there. A gap outside the sentence changes nothing. */
export function toggle(boundaries: Boundaries, gap: number, length: number): Boundaries {
  if (gap <= 0 || gap >= length) return boundaries;
  if (boundaries.includes(gap)) return boundaries.filter((boundary) => boundary !== gap);
  return [...boundaries, gap].sort((a, b) => a - b);
}

/** Cut the clusters at the boundaries; the tokens joined give the text back exactly. */
export function tokens(clusters: readonly string[], boundaries: Boundaries): string[] {
  const starts = [0, ...boundaries];
  return starts.map((start, i) => clusters.slice(start, starts[i + 1]).join(""));
}

/** The start of the word in which the gap lies: the last boundary at or before it, 0 when there is none. */
export function wordStart(boundaries: Boundaries, gap: number): number {
  return boundaries.findLast((boundary) => boundary <= gap) ?? 0;
}

/** The nearest boundary left (-1) or right (1) of the gap; the first or last gap when there is none. */
export function wordEdge(boundaries: Boundaries, gap: number, direction: -1 | 1, length: number): number {
  const found =
    direction < 0
      ? boundaries.findLast((boundary) => boundary < gap)
      : boundaries.find((boundary) => boundary > gap);
  return found ?? (direction < 0 ? 1 : length - 1);
}

/** The words on both sides of a gap, as they stand now. */
export function wordsAround(
  clusters: readonly string[],
  boundaries: Boundaries,
  gap: number,
): { before: string; after: string } {
  const start = wordStart(boundaries, gap - 1);
  const end = boundaries.find((boundary) => boundary > gap) ?? clusters.length;
  return { before: clusters.slice(start, gap).join(""), after: clusters.slice(gap, end).join("") };
}

/** The gaps at which not all of the readings agree, sorted. */
export function disputedGaps(readings: readonly Boundaries[]): number[] {
  const counts = new Map<number, number>();
  for (const reading of readings) for (const gap of reading) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count < readings.length)
    .map(([gap]) => gap)
    .sort((a, b) => a - b);
}

/**
 * What a reading makes of the stretches around some gaps: for each stretch, from the last boundary before to the
 * next one after that no gap touches, its words. Gaps whose stretches meet share one.
 */
export function wordsAt(clusters: readonly string[], boundaries: Boundaries, gaps: readonly number[]): string[][] {
  const fixed = boundaries.filter((boundary) => !gaps.includes(boundary));
  const found = new Map<number, string[]>();
  for (const gap of gaps) {
    const start = wordStart(fixed, gap);
    const end = fixed.find((boundary) => boundary > gap) ?? clusters.length;
    const inside = boundaries.filter((boundary) => boundary > start && boundary < end).map((boundary) => boundary - start);
    found.set(start, tokens(clusters.slice(start, end), inside));
  }
  return [...found.values()];
}

/** The string the keys would cut or join: the words on both sides of a gap, without white space. */
export function stringAt(clusters: readonly string[], boundaries: Boundaries, gap: number): string {
  const { before, after } = wordsAround(clusters, boundaries, gap);
  return (before + after).trim();
}

/** Whether both hold the same boundaries. */
export function same(a: Boundaries, b: Boundaries): boolean {
  return a.length === b.length && a.every((boundary, i) => boundary === b[i]);
}
