import { Dialog } from "../shared/Dialog";
import { t } from "../store/language";

/** The reasons, as the server stores them; a digit chooses one. */
export const SKIP_REASONS = ["not_thai", "broken_text", "personal_data", "ambiguous", "offensive"] as const;

interface Props {
  onSkip: (reason: string) => void;
  onClose: () => void;
}

export function SkipDialog({ onSkip, onClose }: Props) {
  const press = (event: KeyboardEvent) => {
    const reason = SKIP_REASONS[Number(/^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1]) - 1];
    if (reason) onSkip(reason);
  };
  return (
    <Dialog title={t("skipTitle")} onClose={onClose}>
      <div class="stack" onKeyDown={press}>
        {SKIP_REASONS.map((reason, i) => (
          <button type="button" key={reason} class="choice" autofocus={i === 0} onClick={() => onSkip(reason)}>
            <kbd aria-hidden="true">{i + 1}</kbd> {t(`skip_${reason}`)}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
