import { useSignal } from "@preact/signals";
import type { MessageKey } from "../domain/messages";
import type { Action } from "../domain/shortcuts";
import { focusCursor } from "../shared/BoundaryEditor";
import type { Annotating } from "../store/annotating";
import { keyOf } from "../store/keys";
import { t } from "../store/language";

interface Props {
  store: Annotating;
  act: (action: Action) => void;
  onPractise: () => void;
}

/** The keys as buttons, for people with a mouse or a phone. The focus goes back to the sentence. */
export function ToolBar({ store, act, onPractise }: Props) {
  const shown = store.shown.value;
  const isChanged = shown !== null && shown.draft.undo.length > 0;
  const isRevision = store.revision.value !== null;
  // On a narrow screen the second row is folded away.
  const hasMore = useSignal(false);
  const button = (action: Action, label: MessageKey, options: { primary?: boolean; disabled?: boolean } = {}) => (
    <button
      type="button"
      class={options.primary ? "primary" : ""}
      disabled={options.disabled}
      aria-keyshortcuts={keyOf(action)}
      onClick={() => {
        act(action);
        if (document.querySelector("dialog[open]") === null) focusCursor();
      }}
    >
      {t(label)} <kbd aria-hidden="true">{keyOf(action)}</kbd>
    </button>
  );
  return (
    <div class="tools" role="group" aria-label={t("annotate")}>
      {/* All of them from the first moment on, so that nothing moves when the sentence comes. */}
      <div class="tools-main">
        {button("submit", "submit", { primary: true, disabled: shown === null })}
        {button("undo", "undo", { disabled: !isChanged })}
        {button("reset", "reset", { disabled: !isChanged })}
        {!isRevision && button("skip", "skip", { disabled: shown === null })}
        {button("flag", "flag", { disabled: shown === null })}
        {shown && shown.work.doubtful.length > 0 && button("nextDoubt", "nextDoubt")}
      </div>
      <button
        type="button"
        class="quiet tools-fold"
        aria-expanded={hasMore.value}
        onClick={() => (hasMore.value = !hasMore.value)}
      >
        {t("more")}
      </button>
      <div class={hasMore.value ? "tools-more" : "tools-more folded"}>
        {!isRevision && button("previous", "previous")}
        {button("lookup", "lookup", { disabled: shown === null })}
        {button("guideline", "guideline")}
        {button("history", "history")}
        {button("pause", "pause")}
        {button("help", "help")}
        <button type="button" onClick={onPractise}>
          {t("practice")}
        </button>
      </div>
    </div>
  );
}
