import { findKey } from "../domain/messages";
import { t } from "../store/language";

/** A kind of event in words; a kind that has none is shown as it is. */
export function eventName(kind: string): string {
  const key = findKey("event", kind.replaceAll(".", "_"));
  return key ? t(key) : kind;
}
