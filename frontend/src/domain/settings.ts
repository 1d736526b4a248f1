import type { MessageKey } from "./messages";

/** A setting a manager may change, and how it is written. A share lies between 0 and 1. */
export interface SettingField {
  name: string;
  label: MessageKey;
  group: SettingGroup;
  kind: "text" | "whole" | "decimal" | "share" | "choice" | "switch";
  options?: readonly string[];
  isOptional?: boolean;
  /** From when on it cannot be changed any more. */
  fixedBy?: "import" | "start";
}

/** What a switch can be set to, as a form says it. */
const SWITCH = ["true", "false"] as const;

export const SETTING_GROUPS = ["project", "compare", "loop", "measure", "serving"] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

export const SETTING_FIELDS: readonly SettingField[] = [
  { name: "name", group: "project", label: "set_name", kind: "text" },
  { name: "active_share", group: "compare", label: "set_active_share", kind: "share" },
  { name: "ratio_unit", group: "compare", label: "set_ratio_unit", kind: "choice", options: ["sentences", "clusters"] },
  { name: "strategy", group: "compare", label: "set_strategy", kind: "choice" },
  { name: "suggestion_policy", group: "compare", label: "set_suggestion_policy", kind: "choice", options: ["none", "dictionary", "model"] },
  { name: "show_doubt", group: "compare", label: "set_show_doubt", kind: "switch", options: SWITCH },
  { name: "control_share", group: "compare", label: "set_control_share", kind: "share" },
  { name: "catch_up_share", group: "compare", label: "set_catch_up_share", kind: "share" },
  { name: "round_size", group: "loop", label: "set_round_size", kind: "whole" },
  { name: "round_hours", group: "loop", label: "set_round_hours", kind: "decimal", isOptional: true },
  { name: "model_seeds", group: "loop", label: "set_model_seeds", kind: "whole" },
  { name: "seed_size", group: "loop", label: "set_seed_size", kind: "whole", fixedBy: "start" },
  { name: "holdout_share", group: "measure", label: "set_holdout_share", kind: "share", fixedBy: "import" },
  { name: "holdout_limit", group: "measure", label: "set_holdout_limit", kind: "whole", fixedBy: "import" },
  { name: "holdout_per_document", group: "measure", label: "set_holdout_per_document", kind: "whole", fixedBy: "import" },
  { name: "holdout_readers", group: "measure", label: "set_holdout_readers", kind: "whole" },
  { name: "holdout_serve_share", group: "measure", label: "set_holdout_serve_share", kind: "share" },
  { name: "overlap_share", group: "measure", label: "set_overlap_share", kind: "share" },
  { name: "lease_seconds", group: "serving", label: "set_lease_seconds", kind: "whole" },
  { name: "idle_cut_seconds", group: "serving", label: "set_idle_cut_seconds", kind: "whole" },
];

export type SettingValue = string | number | boolean | null;

/** What the form says differently from the settings; an empty optional number means "none". */
export function changedSettings(settings: Record<string, SettingValue>, form: FormData): Record<string, SettingValue> {
  const changes: Record<string, SettingValue> = {};
  for (const field of SETTING_FIELDS) {
    // A field that is fixed by now is disabled, and a form leaves it out.
    if (!form.has(field.name)) continue;
    const value = readField(field, String(form.get(field.name) ?? "").trim());
    if (value !== settings[field.name]) changes[field.name] = value;
  }
  return changes;
}

function readField(field: SettingField, text: string): SettingValue {
  if (field.kind === "switch") return text === "true";
  if (field.kind === "text" || field.kind === "choice") return text;
  return text === "" ? null : Number(text);
}
