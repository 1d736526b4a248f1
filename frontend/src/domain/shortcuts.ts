import type { MessageKey } from "./messages";

export type Action =
  | "left"
  | "right"
  | "wordLeft"
  | "wordRight"
  | "start"
  | "end"
  | "toggle"
  | "join"
  | "undo"
  | "reset"
  | "submit"
  | "skip"
  | "flag"
  | "previous"
  | "pause"
  | "guideline"
  | "history"
  | "help"
  | "lookup"
  | "nextDoubt"
  | "alternative1"
  | "alternative2"
  | "alternative3"
  | "nextDispute"
  | "reading1"
  | "reading2"
  | "reading3"
  | "reading4";

export type Page = "annotate" | "adjudicate";

export interface Shortcut {
  action: Action;
  /** The place of the key on the keyboard (KeyboardEvent.code), the same whatever layout is switched on. */
  code: string;
  ctrl?: boolean;
  shift?: boolean;
  label: MessageKey;
  group: "move" | "cut" | "work" | "read";
  /** Where it works; absent: wherever boundaries are edited. */
  page?: Page;
}

/** Every key of the pages on which boundaries are edited. The handler, the help and the tests read this table. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: "left", code: "ArrowLeft", label: "keyLeft", group: "move" },
  { action: "right", code: "ArrowRight", label: "keyRight", group: "move" },
  { action: "wordLeft", code: "ArrowLeft", ctrl: true, label: "keyWordLeft", group: "move" },
  { action: "wordRight", code: "ArrowRight", ctrl: true, label: "keyWordRight", group: "move" },
  { action: "start", code: "Home", label: "keyStart", group: "move" },
  { action: "end", code: "End", label: "keyEnd", group: "move" },
  { action: "toggle", code: "Space", label: "keyToggle", group: "cut" },
  { action: "join", code: "Backspace", label: "keyJoin", group: "cut" },
  { action: "undo", code: "KeyU", label: "keyUndo", group: "cut" },
  { action: "undo", code: "KeyZ", ctrl: true, label: "keyUndo", group: "cut" },
  { action: "reset", code: "KeyR", label: "keyReset", group: "cut", page: "annotate" },
  { action: "submit", code: "Enter", label: "keySubmit", group: "work" },
  { action: "submit", code: "NumpadEnter", label: "keySubmit", group: "work" },
  { action: "skip", code: "KeyS", label: "keySkip", group: "work", page: "annotate" },
  { action: "flag", code: "KeyF", label: "keyFlag", group: "work", page: "annotate" },
  { action: "previous", code: "KeyB", label: "keyPrevious", group: "work", page: "annotate" },
  { action: "pause", code: "KeyP", label: "keyPause", group: "work", page: "annotate" },
  { action: "nextDoubt", code: "KeyN", label: "keyNextDoubt", group: "move", page: "annotate" },
  { action: "alternative1", code: "Digit1", label: "keyAlternative", group: "cut", page: "annotate" },
  { action: "alternative2", code: "Digit2", label: "keyAlternative", group: "cut", page: "annotate" },
  { action: "alternative3", code: "Digit3", label: "keyAlternative", group: "cut", page: "annotate" },
  { action: "lookup", code: "KeyL", label: "keyLookup", group: "read", page: "annotate" },
  { action: "guideline", code: "KeyG", label: "keyGuideline", group: "read" },
  { action: "history", code: "KeyH", label: "keyHistory", group: "read", page: "annotate" },
  { action: "nextDispute", code: "KeyN", label: "keyNextDispute", group: "move", page: "adjudicate" },
  { action: "reading1", code: "Digit1", label: "keyReading", group: "cut", page: "adjudicate" },
  { action: "reading2", code: "Digit2", label: "keyReading", group: "cut", page: "adjudicate" },
  { action: "reading3", code: "Digit3", label: "keyReading", group: "cut", page: "adjudicate" },
  { action: "reading4", code: "Digit4", label: "keyReading", group: "cut", page: "adjudicate" },
  { action: "help", code: "Slash", shift: true, label: "keyHelp", group: "read" },
  { action: "help", code: "F1", label: "keyHelp", group: "read" },
];

/** A key that a person has chosen. */
export type Key = Pick<Shortcut, "code" | "ctrl" | "shift">;

/** Keys chosen in place of the table's, by action. */
export type ChosenKeys = Partial<Record<Action, Key>>;

/** The keys of one page; a chosen key stands for all the keys the table gives its action. */
export function shortcutsOf(page: Page, chosen: ChosenKeys = {}): Shortcut[] {
  const own = SHORTCUTS.filter((entry) => entry.page === undefined || entry.page === page);
  const isFirst = (entry: Shortcut) => own.find(({ action }) => action === entry.action) === entry;
  return own.flatMap((entry) => {
    const key = chosen[entry.action];
    if (key === undefined) return [entry];
    return isFirst(entry) ? [{ ...entry, ctrl: false, shift: false, ...key }] : [];
  });
}

/** What of a keyboard event decides; Command counts as Ctrl, so that a Mac's keyboard works too. */
export interface KeyPress {
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The action a key press stands for on a page, or null. */
export function findAction(press: KeyPress, page: Page, chosen: ChosenKeys = {}): Action | null {
  const key = keyPressed(press);
  if (key === null) return null;
  return shortcutsOf(page, chosen).find((entry) => isSame(entry, key))?.action ?? null;
}

/** Why a key cannot be chosen for an action: the browser needs it, or another action of a page has it. */
export type Refusal = { kind: "reserved" } | { kind: "taken"; by: MessageKey };

/** Hold a key against what else it does on the pages where the action works; null: it may be chosen. */
export function refusalOf(action: Action, key: Key, chosen: ChosenKeys): Refusal | null {
  const isReserved = RESERVED.test(key.code) || (key.ctrl && !ALLOWED_WITH_CTRL.test(key.code));
  if (isReserved) return { kind: "reserved" };
  for (const page of PAGES) {
    const entries = shortcutsOf(page, chosen);
    if (!entries.some((entry) => entry.action === action)) continue;
    const other = entries.find((entry) => entry.action !== action && isSame(entry, key));
    if (other) return { kind: "taken", by: other.label };
  }
  return null;
}

/** The key of a press, or null for one that is only a modifier or has Alt, which is the browser's. */
export function keyPressed(press: KeyPress): Key | null {
  if (press.altKey || MODIFIER.test(press.code) || press.code === "") return null;
  return { code: press.code, ctrl: press.ctrlKey || press.metaKey, shift: press.shiftKey };
}

const PAGES: readonly Page[] = ["annotate", "adjudicate"];
const MODIFIER = /^(?:Control|Shift|Alt|Meta|OS|CapsLock|Fn)/;
/** Keys by which people leave a dialog or walk through the page, and those the browser keeps to itself. */
const RESERVED = /^(?:Tab|Escape|F5|F11|F12|ContextMenu)$/;
const ALLOWED_WITH_CTRL = /^(?:Arrow|Home|End|Space|Backspace|Enter|Delete|Period|Comma|KeyZ|KeyY|KeyB|KeyE|KeyM)/;

function isSame(a: Key, b: Key): boolean {
  return a.code === b.code && !!a.ctrl === !!b.ctrl && !!a.shift === !!b.shift;
}

const KEY_NAMES: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Slash: "/",
  Comma: ",",
  Period: ".",
  Semicolon: ";",
  Quote: "'",
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backquote: "`",
  Backslash: "\\",
  NumpadEnter: "Numpad Enter",
};

/** The key as people call it: `Ctrl + ←`, `?`, `S`. */
export function keyName(entry: Key): string {
  if (entry.code === "Slash" && entry.shift) return "?";
  const name = KEY_NAMES[entry.code] ?? entry.code.replace(/^(?:Key|Digit)/, "");
  return [entry.ctrl && "Ctrl", entry.shift && "Shift", name].filter(Boolean).join(" + ");
}

/** The first key of an action, for its button's hint. */
export function keyOf(action: Action, chosen: ChosenKeys = {}): string {
  const entry = chosen[action] ?? SHORTCUTS.find((shortcut) => shortcut.action === action);
  return entry ? keyName(entry) : "";
}
