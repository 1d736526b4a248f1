/** Which passages of a guideline speak of the places where readings differ. Pure. */
import { wordsAround, type Boundaries } from "./boundaries";
import { blockText, type Block } from "./markdown";

/** Shorter words are found everywhere and say nothing. */
const SHORTEST = 2;

/** The words at disputed places: those that the readings cut there, and what they are together, longest first. */
export function disputedWords(clusters: readonly string[], readings: readonly Boundaries[], gaps: readonly number[]): string[] {
  const found = new Set<string>();
  for (const reading of readings) {
    for (const gap of gaps) {
      const { before, after } = wordsAround(clusters, reading, gap);
      for (const word of [before + after, before, after]) {
        if (word.trim().length >= SHORTEST) found.add(word.trim());
      }
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** The blocks that hold one of the words, those with the longest first. */
export function passagesOn(blocks: readonly Block[], words: readonly string[], limit: number): Block[] {
  const texts = blocks.map(blockText);
  const found = words.flatMap((word) => blocks.filter((block, i) => block.kind !== "heading" && texts[i]!.includes(word)));
  return [...new Set(found)].slice(0, limit);
}
