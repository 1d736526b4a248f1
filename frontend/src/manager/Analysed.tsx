import type { ComponentChildren } from "preact";
import { isRefused, type Estimated, type NotEstimable } from "../domain/analyses";
import type { ArmName } from "../domain/curves";
import { ErrorNote } from "../shared/ErrorNote";
import type { Loaded } from "../shared/useLoaded";
import { t } from "../store/language";
import { sayReason } from "../shared/sayReason";

interface Props<T> {
  title: string;
  loaded: Loaded<T>;
  children: (found: Exclude<T, NotEstimable>) => ComponentChildren;
}

/** A card with one analysis: loading, failed, refused with the reason, or there. */
export function Analysed<T>({ title, loaded, children }: Props<T>) {
  const found = loaded.data.value;
  return (
    <section class="card analysis" aria-label={title}>
      <h2>{title}</h2>
      {found === null && loaded.isLoading.value && <p role="status">{t("computing")}</p>}
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
      {found !== null && (isRefused(found) ? <Refused why={found} /> : children(found as Exclude<T, NotEstimable>))}
    </section>
  );
}

/** The design cannot say; this is why. */
export function Refused({ why }: { why: NotEstimable }) {
  return (
    <p class="refused">
      <strong>{t("notEstimable")}</strong> {sayReason(why.not_estimable)}
    </p>
  );
}

interface FigureProps {
  estimate: Estimated;
  format: (value: number) => string;
}

/** A figure with its interval, or why there is none. */
export function Figure({ estimate, format }: FigureProps) {
  if (isRefused(estimate)) return <Refused why={estimate} />;
  const { value, low, high, notes } = estimate;
  return (
    <>
      <p class="figure">
        {format(value)}{" "}
        <small>
          {low === null && high === null
            ? t("noInterval")
            : t("intervalOf", { low: low === null ? t("open_low") : format(low), high: high === null ? t("open_high") : format(high) })}
        </small>
      </p>
      {notes?.length > 0 && (
        <ul class="faint notes">
          {notes.map((note) => (
            <li key={note.code}>{sayReason(note)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface ByArmProps {
  of: Record<ArmName, Estimated>;
  format: (value: number) => string;
}

/** The same figure of each arm, folded away. */
export function ByArm({ of, format }: ByArmProps) {
  return (
    <details>
      <summary>{t("effectByArm")}</summary>
      {(["random", "active"] as const).map((arm) => (
        <div key={arm}>
          <strong>{t(`arm_${arm}`)}</strong>
          <Figure estimate={of[arm]} format={format} />
        </div>
      ))}
    </details>
  );
}
