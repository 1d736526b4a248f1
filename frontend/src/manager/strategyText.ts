import { findKey } from "../domain/messages";
import { t } from "../store/language";

/** What a query strategy does, in words: of its score and of each of its additions. Null for one that has none. */
export function strategyText(name: string): string | null {
  const [, score = "", ...additions] = /^(.*?)(_per_second)?(_spread|_mixed)?$/.exec(name) ?? [];
  const keys = [score, ...additions.filter(Boolean).map((one) => one.slice(1))].map((part) => findKey("strategy", part));
  return keys.some((key) => key === null) ? null : keys.map((key) => t(key!)).join(" ");
}
