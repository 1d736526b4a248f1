import { isReason } from "../domain/analyses";
import { formatDateTime, formatNumber, formatShare } from "../domain/dates";
import { findKey } from "../domain/messages";
import { SETTING_FIELDS } from "../domain/settings";
import { sayReason } from "../shared/sayReason";
import { language, t } from "../store/language";
import { formatCost } from "./CurvesPage";

/** Names by the number of an account. */
export type People = ReadonlyMap<number, string>;

/** Facts that are the number of a person's account. */
const PEOPLE = new Set(["user", "annotator", "member"]);
const TIMES = new Set(["seconds", "expected_seconds"]);
/** Facts that are shares of 1, or hold nothing but such. */
const SHARES = new Set(["shares", "shift", "differs"]);
/** Hashes are told by their beginning. */
const HASHES = new Set(["sha256", "source"]);
/** Under which prefix the words of a fact are in the catalogue, where that is not its own name. */
const PREFIXES: Record<string, string> = { figure: "measure", suggestion_policy: "policy", ratio_unit: "unit", what: "look" };

/** A fact's name in words; one that has none as it is. */
export function factName(name: string): string {
  const label = findKey("fact", name) ?? findKey("report", name) ?? SETTING_FIELDS.find((field) => field.name === name)?.label;
  return label ? t(label) : name.replaceAll("_", " ");
}

/** A fact's value as a reader wants it: people by name, times, shares, words of the catalogue; of many parts each. */
export function sayFact(name: string, value: unknown, people: People = new Map()): string {
  if (value === undefined || value === null || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "saidYes" : "saidNo");
  if (typeof value === "number") return sayNumber(name, value, people);
  if (typeof value === "string") return sayWord(name, value);
  if (isReason(value)) return sayReason(value);
  if (Array.isArray(value)) return value.map((one) => sayFact(name, one, people)).join(", ");
  return Object.entries(value as Record<string, unknown>)
    .map(([part, inner]) => `${people.get(Number(part)) ?? factName(part)} ${sayFact(SHARES.has(name) ? name : part, inner, people)}`)
    .join(" · ");
}

function sayNumber(name: string, value: number, people: People): string {
  if (PEOPLE.has(name)) return people.get(value) ?? String(value);
  if (TIMES.has(name)) return formatCost(value, "seconds");
  if (SHARES.has(name)) return formatShare(value, language.value);
  return formatNumber(value, language.value, 3);
}

function sayWord(name: string, value: string): string {
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return formatDateTime(value, language.value);
  if (HASHES.has(name) && /^[0-9a-f]{12,}$/.test(value)) return value.slice(0, 12);
  // A strategy is known by its name; what it does is said where it is chosen.
  if (name === "strategy") return value;
  const known = findKey(PREFIXES[name] ?? name, value.replaceAll(/[ -]/g, "_"));
  return known ? t(known) : value;
}
