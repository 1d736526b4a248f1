import { ANNOTATOR_MESSAGES } from "./messages/annotator";
import { COMMON_MESSAGES } from "./messages/common";
import { MANAGER_MESSAGES } from "./messages/manager";
import { ANALYSIS_MESSAGES } from "./messages/managerAnalysis";
import { OPERATIONS_MESSAGES } from "./messages/managerOperations";
import { WORK_MESSAGES } from "./messages/managerWork";
import { FACT_MESSAGES } from "./messages/facts";
import { REASON_MESSAGES } from "./messages/reasons";
import { REFUSAL_MESSAGES } from "./messages/refusals";
import { TOKEN_MESSAGES } from "./messages/tokens";
import { OVERVIEW_MESSAGES } from "./messages/managerOverview";

export type Language = "th" | "en";

/** One text in each language; `{name}` marks a place to fill in. */
export interface Text {
  th: string;
  en: string;
}

export const MESSAGES = { ...COMMON_MESSAGES, ...ANNOTATOR_MESSAGES, ...MANAGER_MESSAGES, ...OVERVIEW_MESSAGES, ...ANALYSIS_MESSAGES, ...WORK_MESSAGES, ...OPERATIONS_MESSAGES, ...REASON_MESSAGES, ...REFUSAL_MESSAGES, ...TOKEN_MESSAGES, ...FACT_MESSAGES };

export type MessageKey = keyof typeof MESSAGES;

export type Parameters = Record<string, string | number>;

/** The text of a message in a language, with its places filled in. */
export function formatMessage(language: Language, key: MessageKey, parameters: Parameters = {}): string {
  return MESSAGES[key][language].replace(/\{(\w+)\}/g, (place, name: string) =>
    String(parameters[name] ?? place),
  );
}

/** Whether a word from the server (a role, a state, a kind) has a text under the given prefix. */
export function findKey(prefix: string, word: string): MessageKey | null {
  const key = `${prefix}_${word}`;
  return key in MESSAGES ? (key as MessageKey) : null;
}
