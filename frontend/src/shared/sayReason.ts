import { isReason, type Reason } from "../domain/analyses";
import { formatNumber } from "../domain/dates";
import { findKey, MESSAGES, type MessageKey } from "../domain/messages";
import { SETTING_FIELDS } from "../domain/settings";
import { language, t } from "../store/language";

/** A reason in the page's language; one that a newer server has and this page does not know, in the server's English. */
export function sayReason({ code, values, text }: Reason): string {
  const key = findKey("why", code);
  if (key === null) return text;
  return t(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sayValue(name, value)])));
}

/** A figure in the reader's digits; a word (an arm, a state) by its own message, or as it is (a name). */
function sayValue(name: string, value: unknown): string {
  if (typeof value === "number") return formatNumber(value, language.value, 4);
  if (isReason(value)) return sayReason(value);
  const word = String(value);
  if (name === "field" || name === "setting") return sayField(word);
  const known = findKey(name, word);
  return known ? t(known).toLowerCase() : word;
}

/** What a page calls a field of a form: settings by their own list, the others by the message of that name. */
function sayField(field: string): string {
  const setting = SETTING_FIELDS.find(({ name }) => name === field);
  const label = setting?.label ?? (field in MESSAGES ? (field as MessageKey) : null);
  return label ? `“${t(label)}”` : field;
}
