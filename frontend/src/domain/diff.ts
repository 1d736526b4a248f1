/** What changed between two texts, line by line. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** The lines of both texts in order: those only in `before` as removed, those only in `after` as added. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  const common = commonLengths(a, b);
  const found: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ kind: "same", text: a[i]! });
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      found.push({ kind: "removed", text: a[i]! });
      i += 1;
    } else {
      found.push({ kind: "added", text: b[j]! });
      j += 1;
    }
  }
  return found;
}

/** For each pair of places, how many lines the rests of both texts have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

/** Unchanged lines farther than this from a change are left out. */
const CONTEXT = 2;

/** The changes with a little around them; null stands for lines left out. */
export function withContext(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const isNear = lines.map((_, i) => lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some((line) => line.kind !== "same"));
  const found: (DiffLine | null)[] = [];
  lines.forEach((line, i) => {
    if (isNear[i]) found.push(line);
    else if (found.at(-1) !== null) found.push(null);
  });
  return found;
}
