import { describe, expect, it } from "vitest";
import { changedSettings, SETTING_FIELDS } from "../settings";

const SETTINGS = Object.fromEntries(
  SETTING_FIELDS.map(({ name, kind, options }) => [
    name,
    kind === "switch" ? true : kind === "text" ? "ข่าว" : (options?.[0] ?? (kind === "choice" ? "margin" : 1)),
  ]),
);

function fill(changes: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...SETTINGS, ...changes })) form.set(name, String(value));
  return form;
}

describe("a change of settings", () => {
  it("names nothing when nothing was changed", () => {
    expect(changedSettings(SETTINGS, fill({}))).toEqual({});
  });
  it("names only what was changed, numbers as numbers", () => {
    expect(changedSettings(SETTINGS, fill({ round_size: "50", strategy: "random" }))).toEqual({
      round_size: 50,
      strategy: "random",
    });
  });
  it("says of a switch whether it is on", () => {
    expect(changedSettings(SETTINGS, fill({ show_doubt: "false" }))).toEqual({ show_doubt: false });
  });
  it("takes an emptied number for none", () => {
    expect(changedSettings(SETTINGS, fill({ round_hours: "" }))).toEqual({ round_hours: null });
  });
});
