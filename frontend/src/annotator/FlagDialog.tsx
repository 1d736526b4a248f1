import { useRef } from "preact/hooks";
import { Dialog } from "../shared/Dialog";
import { t } from "../store/language";

interface Props {
  onFlag: (comment: string) => void;
  onClose: () => void;
}

/** What is reported most, offered as the comment's beginning. */
const OFTEN = ["skip_personal_data", "skip_broken_text"] as const;

export function FlagDialog({ onFlag, onClose }: Props) {
  const comment = useRef<HTMLTextAreaElement>(null);
  const begin = (text: string) => {
    if (comment.current === null) return;
    comment.current.value = `${text}: ${comment.current.value}`;
    comment.current.focus();
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const comment = String(new FormData(event.currentTarget as HTMLFormElement).get("comment")).trim();
    if (comment) onFlag(comment);
  };
  const press = (event: KeyboardEvent) => {
    if (event.code !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    (event.currentTarget as HTMLTextAreaElement).form?.requestSubmit();
  };
  return (
    <Dialog title={t("flagTitle")} onClose={onClose}>
      <form class="stack" onSubmit={send}>
        <label>
          {t("flagComment")}
          <textarea ref={comment} name="comment" rows={3} maxLength={1000} required autofocus onKeyDown={press} />
        </label>
        <div class="row">
          {OFTEN.map((key) => (
            <button type="button" key={key} onClick={() => begin(t(key))}>
              {t(key)}
            </button>
          ))}
        </div>
        <button type="submit" class="primary">
          {t("flagSend")}
        </button>
      </form>
    </Dialog>
  );
}
