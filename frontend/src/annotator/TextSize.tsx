import { useSignal, type Signal } from "@preact/signals";
import { t } from "../store/language";

const KEY = "tatkham.sentenceSize";
const SIZES = [1.5, 1.875, 2.25, 2.75, 3.5];
const DEFAULT = 2.25;

/** The size of the sentence in rem, kept on this device. */
export function useTextSize(): Signal<number> {
  const kept = Number(localStorage.getItem(KEY));
  return useSignal(SIZES.includes(kept) ? kept : DEFAULT);
}

export function TextSize({ size }: { size: Signal<number> }) {
  const step = (direction: -1 | 1) => {
    const next = SIZES[SIZES.indexOf(size.value) + direction];
    if (next === undefined) return;
    size.value = next;
    localStorage.setItem(KEY, String(next));
  };
  return (
    <span role="group" aria-label={t("textSize")}>
      <button type="button" class="quiet" aria-label={t("smaller")} onClick={() => step(-1)}>
        ก−
      </button>
      <button type="button" class="quiet" aria-label={t("larger")} onClick={() => step(1)}>
        ก+
      </button>
    </span>
  );
}
