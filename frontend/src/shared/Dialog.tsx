import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../store/language";

interface Props {
  title: string;
  children: ComponentChildren;
  /** Absent: the dialog cannot be closed without doing what it asks. */
  onClose?: () => void;
  wide?: boolean;
}

/** A modal dialog: Escape closes it, the focus stays inside and returns to where it was. */
export function Dialog({ title, children, onClose, wide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose?.();
  };
  // A search field would keep the first Escape to itself, and Chromium lets nobody refuse the second `cancel`.
  const press = (event: KeyboardEvent) => {
    if (event.code === "Escape" && !event.isComposing) cancel(event);
  };
  return (
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={titleId}
      onCancel={cancel}
      onKeyDown={press}
    >
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        {onClose && (
          <button type="button" class="quiet" onClick={onClose} aria-label={t("close")}>
            ✕
          </button>
        )}
      </div>
      {children}
    </dialog>
  );
}
