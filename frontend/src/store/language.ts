import { signal } from "@preact/signals";
import { formatMessage, type Language, type MessageKey, type Parameters } from "../domain/messages";

const KEY = "tatkham.language";

/** The language of the page; the person's own choice is kept on this device. */
export const language = signal<Language>(firstLanguage());

export function setLanguage(chosen: Language, options: { remember?: boolean } = {}): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
  if (options.remember) localStorage.setItem(KEY, chosen);
}

/** The text of a message in the page's language; components that call it are drawn again when that changes. */
export function t(key: MessageKey, parameters?: Parameters): string {
  return formatMessage(language.value, key, parameters);
}

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "th" || kept === "en") return kept;
  return navigator.language.startsWith("th") ? "th" : "en";
}
