import { isReason, type Reason } from "../domain/analyses";
import { formatNumber } from "../domain/dates";
import { fieldLabel, settingLabel } from "../domain/fields";
import { findKey, type MessageKey } from "../domain/messages";
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
  if (name === "field") return quote(fieldLabel(word), word);
  if (name === "setting") return quote(settingLabel(word), word);
  const known = findKey(name, word);
  return known ? t(known).toLowerCase() : word;
}

/** What a form calls a field, or the field's own name where no form has it. */
function quote(label: MessageKey | null, name: string): string {
  return label ? `“${t(label)}”` : name;
}
