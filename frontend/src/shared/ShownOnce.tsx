import { useSignal } from "@preact/signals";
import { t } from "../store/language";

interface Props {
  label: string;
  value: string;
  /** What becomes of it after this. */
  note: string;
}

/** Something that is shown only this once, to be copied: a link, a secret, a key. */
export function ShownOnce({ label, value, note }: Props) {
  const copied = useSignal("");
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    copied.value = value;
  };
  return (
    <div class="note" role="status">
      <label>
        {label}
        <input readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="row">
        {/* Browsers have no clipboard for pages that come without TLS; there the field is copied by hand. */}
        {"clipboard" in navigator && (
          <button type="button" onClick={() => void copy()}>
            {copied.value === value ? t("copied") : t("copy")}
          </button>
        )}
        <span class="faint">{note}</span>
      </p>
    </div>
  );
}
