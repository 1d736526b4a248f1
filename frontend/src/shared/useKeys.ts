import { useLayoutEffect, useRef } from "preact/hooks";
import { findAction, type Action, type Page } from "../domain/shortcuts";
import { chosenKeys } from "../store/keys";
import { focusCursor } from "./BoundaryEditor";

/** Hand key presses to the table of keys, unless they are meant for a field, a button or a dialog. */
export function useKeys(page: Page, act: (action: Action) => void, isListening: () => boolean): void {
  const latest = useRef({ act, isListening });
  latest.current = { act, isListening };
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || !latest.current.isListening()) return;
      const action = findAction(event, page, chosenKeys.value);
      if (action === null || isMeantForTarget(event)) return;
      event.preventDefault();
      if (event.repeat && action === "submit") return;
      latest.current.act(action);
      if (document.activeElement === document.body) focusCursor();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [page]);
}

function isMeantForTarget(event: KeyboardEvent): boolean {
  if (!(event.target instanceof Element)) return false;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return true;
  const isPress = event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Space";
  return isPress && event.target.closest("button, a, summary") !== null;
}
