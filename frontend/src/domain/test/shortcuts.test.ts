import { describe, expect, it } from "vitest";
import { findAction, keyName, keyOf, keyPressed, refusalOf, SHORTCUTS, shortcutsOf, type Page } from "../shortcuts";

const press = (code: string, marks: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...marks,
});

describe("the table of keys", () => {
  it.each<Page>(["annotate", "adjudicate"])("gives no key of the page %s to two actions", (page) => {
    const names = shortcutsOf(page).map(keyName);
    expect(new Set(names).size).toBe(names.length);
  });
  it.each(SHORTCUTS.map((entry) => [`${keyName(entry)} (${entry.page ?? "every page"})`, entry] as const))("%s does what the table says", (_, entry) => {
    expect(findAction(press(entry.code, { ctrlKey: !!entry.ctrl, shiftKey: !!entry.shift }), entry.page ?? "annotate")).toBe(entry.action);
  });
  it("goes by the place of the key, so that a Thai layout changes nothing", () => {
    // The key named S types ห on a Thai layout; the event's code stays KeyS.
    expect(findAction(press("KeyS"), "annotate")).toBe("skip");
  });
  it("takes Command for Ctrl", () => {
    expect(findAction(press("KeyZ", { metaKey: true }), "annotate")).toBe("undo");
  });
  it("keeps each page's own keys to that page", () => {
    expect(findAction(press("KeyS"), "adjudicate")).toBeNull();
    expect(findAction(press("Digit2"), "adjudicate")).toBe("reading2");
    expect(findAction(press("Digit2"), "annotate")).toBe("alternative2");
    expect(findAction(press("Digit4"), "annotate")).toBeNull();
  });
  it("leaves other combinations to the browser", () => {
    expect(findAction(press("KeyR", { ctrlKey: true }), "annotate")).toBeNull();
    expect(findAction(press("ArrowLeft", { altKey: true }), "annotate")).toBeNull();
  });
});

describe("chosen keys", () => {
  const chosen = { undo: { code: "Backquote" }, toggle: { code: "KeyX" } };
  it("stand for all the keys of their action", () => {
    expect(findAction(press("Backquote"), "annotate", chosen)).toBe("undo");
    expect(findAction(press("KeyU"), "annotate", chosen)).toBeNull();
    expect(findAction(press("KeyZ", { ctrlKey: true }), "annotate", chosen)).toBeNull();
    expect(findAction(press("KeyX"), "adjudicate", chosen)).toBe("toggle");
    expect(keyOf("undo", chosen)).toBe("`");
    expect(shortcutsOf("annotate", chosen).filter(({ action }) => action === "undo")).toHaveLength(1);
  });
  it("may not be another action's, on any page", () => {
    expect(refusalOf("undo", { code: "KeyS" }, {})).toEqual({ kind: "taken", by: "keySkip" });
    expect(refusalOf("toggle", { code: "Digit4" }, {})).toEqual({ kind: "taken", by: "keyReading" });
    expect(refusalOf("pause", { code: "Digit4" }, {})).toBeNull();
    expect(refusalOf("skip", { code: "KeyU" }, chosen)).toBeNull();
    expect(refusalOf("undo", { code: "KeyU" }, chosen)).toBeNull();
  });
  it.each([{ code: "Tab" }, { code: "Escape" }, { code: "F5" }, { code: "KeyW", ctrl: true }])("may not be the browser's: %o", (key) => {
    expect(refusalOf("undo", key, {})).toEqual({ kind: "reserved" });
  });
  it("are no modifiers by themselves, and nothing with Alt", () => {
    expect(keyPressed(press("ShiftLeft", { shiftKey: true }))).toBeNull();
    expect(keyPressed(press("KeyX", { altKey: true }))).toBeNull();
    expect(keyPressed(press("KeyX", { metaKey: true }))).toEqual({ code: "KeyX", ctrl: true, shift: false });
  });
});
