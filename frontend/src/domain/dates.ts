import type { Language } from "./messages";

/** Thai dates count years of the Buddhist era, as Thai readers expect; English ones do not. */
const LOCALES: Record<Language, string> = { th: "th-TH-u-ca-buddhist-nu-latn", en: "en-GB" };

export function formatDateTime(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

/** A day as the server names it, `2026-01-05`: no time of day, so no zone can move it. */
export function formatDay(day: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium", timeZone: "UTC" }).format(new Date(day));
}

export function formatTime(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeStyle: "short" }).format(new Date(iso));
}

export function formatNumber(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value);
}

/** A share as a percentage with one decimal; a dash where there is no data. */
export function formatShare(value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(LOCALES[language], { style: "percent", maximumFractionDigits: 1 }).format(value);
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago something was, in the largest whole unit. */
export function formatAgo(iso: string, now: number, language: Language): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  const relative = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" });
  const step = STEPS.find(([, size]) => seconds >= size);
  return step ? relative.format(-Math.floor(seconds / step[1]), step[0]) : relative.format(0, "minute");
}

/** A signed difference of shares in percentage points, with one decimal. */
export function formatPoints(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(100 * value);
}
