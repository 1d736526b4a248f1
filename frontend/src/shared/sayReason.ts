import type { Reason } from "../domain/analyses";
import { formatNumber } from "../domain/dates";
import { findKey } from "../domain/messages";
import { language, t } from "../store/language";

/** A reason in the page's language; one that a newer server has and this page does not know, in the server's English. */
export function sayReason({ code, values, text }: Reason): string {
  const key = findKey("why", code);
  if (key === null) return text;
  return t(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sayValue(name, value)])));
}

/** A figure in the reader's digits; a word (an arm, a state) by its own message, or as it is (a name). */
function sayValue(name: string, value: number | string): string {
  if (typeof value === "number") return formatNumber(value, language.value, 4);
  const key = findKey(name, value);
  return key ? t(key).toLowerCase() : value;
}
