import { isRefused, type EventAnalysis, type NotEstimable, type Reason } from "../domain/analyses";
import { formatDateTime, formatNumber } from "../domain/dates";
import type { Loaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, ByArm, Figure, Refused } from "./Analysed";
import { eventName } from "./eventName";
import { sayReason } from "../shared/sayReason";

/** What events did to the arms, or why that cannot be said; and how long the served order did not know of them. */
export function EffectsCard({ loaded }: { loaded: Loaded<EventAnalysis | NotEstimable> }) {
  return (
    <Analysed title={t("effects")} loaded={loaded}>
      {(found) => (
        <>
          <p class="faint">{t("effectsHelp")}</p>
          {found.windows.length === 0 && <p>{t("effectsNone")}</p>}
          <ul class="plain stack">
            {found.windows.map((window) => (
              <li key={window.events[0]?.at} class="window">
                <h3>{window.events.map(({ kind }) => eventName(kind)).join(" + ")}</h3>
                <p class="faint">{window.events.map(({ at }) => formatDateTime(at, language.value)).join(" · ")}</p>
                <Effect effect={window.effect} />
              </li>
            ))}
          </ul>
          <Lags rows={found.lags} />
        </>
      )}
    </Analysed>
  );
}

function Effect({ effect }: { effect: EventAnalysis["windows"][number]["effect"] }) {
  if (isRefused(effect)) return <Refused why={effect} />;
  const p = effect.p["difference"];
  const logits = (value: number) => t("logits", { value: formatNumber(value, language.value, 3) });
  return (
    <>
      <p>{t("effectDifference")}</p>
      <Figure estimate={effect.difference} format={logits} />
      <p class="faint">{p == null ? t("effectNoP") : t("effectP", { p: formatNumber(p, language.value, 3) })}</p>
      <ByArm of={effect.by_arm} format={logits} />
      <Assumptions of={effect.assumptions} />
    </>
  );
}

/** What an estimate takes for granted, folded away. */
export function Assumptions({ of }: { of: readonly Reason[] }) {
  return (
    <details>
      <summary>{t("assumes")}</summary>
      <ul>
        {of.map((one) => (
          <li key={one.code}>{sayReason(one)}</li>
        ))}
      </ul>
    </details>
  );
}

function Lags({ rows }: { rows: EventAnalysis["lags"] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{t("lags")}</h3>
      <ul>
        {rows.map(({ kind, at, lag }, i) => (
          <li key={`${at} ${i}`}>
            {eventName(kind)}, {formatDateTime(at, language.value)}:{" "}
            {t(lag.reflected_at === null ? "lagStill" : "lagOf", { rounds: lag.rounds ?? 0, served: lag.served })}
          </li>
        ))}
      </ul>
    </>
  );
}
