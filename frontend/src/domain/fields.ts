import type { MessageKey } from "./messages";
import { SETTING_FIELDS } from "./settings";

/** What the forms call the fields that requests have, settings aside (domain/settings.ts). */
const FIELD_LABELS: Record<string, MessageKey> = {
  name: "name",
  username: "username",
  password: "password",
  old: "passwordOld",
  new: "passwordNew",
  email: "email",
  account: "forgotAccount",
  role: "role",
  places: "invitePlaces",
  days: "inviteDays",
  scope: "tokenScope",
  project: "tokenProject",
  comment: "flagComment",
  search: "historySearch",
  kind: "eventKind",
  at: "eventAt",
  note: "note",
  file: "file",
  source: "source",
  licence: "licence",
  domain: "domain",
  splitter: "splitter",
  text: "guidelineText",
  format: "format",
  which: "which",
  arm: "arm",
  split: "split",
  since: "since",
  until: "until",
  url: "webhookUrl",
  kinds: "webhookKinds",
  model: "bridgeModel",
  per_arm: "rulesPerArm",
  sentences: "repairsHowMany",
  figure: "measure",
  unit: "cost",
  estimand: "planEstimand",
  stopping: "planStopping",
  budget: "planBudget",
  smallest_effect: "planSmallest",
  expected_error: "planError",
  exclusions: "planExclusions",
};

/** The label of a setting. */
export function settingLabel(name: string): MessageKey | null {
  return SETTING_FIELDS.find((field) => field.name === name)?.label ?? null;
}

/** The label of a field of a request; null for one that no form has. */
export function fieldLabel(name: string): MessageKey | null {
  return FIELD_LABELS[name] ?? settingLabel(name);
}
