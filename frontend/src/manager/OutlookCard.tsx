import { useSignal } from "@preact/signals";
import { isRefused, type Estimated, type NotEstimable, type Outlook, type OutlookArm } from "../domain/analyses";
import type { Measure } from "../domain/curves";
import { formatNumber, formatPoints, formatShare } from "../domain/dates";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, Refused } from "./Analysed";
import { formatCost } from "./CurvesPage";
import type { PageProps } from "./ManagerScreen";

/** What a level would still cost, and whether another round is worth it. */
export function OutlookCard({ store, measure }: PageProps & { measure: Measure }) {
  const loaded = useLoaded(() => store.api.analysis<Outlook>("outlook", measure), measure);
  const level = useSignal(0);
  return (
    <Analysed title={t("outlook")} loaded={loaded}>
      {(found) => {
        const levels = found.arms[0]?.levels.map((row) => row.level) ?? [];
        return (
          <>
            <p>{t(`verdict_${found.verdict.replace(" ", "_") as "rising" | "unclear" | "levelled_off"}`)}</p>
            {found.arms.map((arm) => (
              <p key={arm.arm} class="faint">
                {nextRound(arm)}
              </p>
            ))}
            <label class="inline">
              {t("outlookLevel", { measure: t(`measure_${measure}`) })}
              <select value={level.value} onChange={(event) => (level.value = Number(event.currentTarget.value))}>
                {levels.map((value, i) => (
                  <option key={value} value={i}>
                    {formatShare(value, language.value)}
                  </option>
                ))}
              </select>
            </label>
            {found.arms.map((arm) => (
              <OutlookRow key={arm.arm} arm={arm} place={Math.min(level.value, levels.length - 1)} />
            ))}
            <p class="faint">{t("outlookAssumes")}</p>
          </>
        );
      }}
    </Analysed>
  );
}

function nextRound({ arm, next_round: gain }: OutlookArm): string {
  const name = t(`arm_${arm}`);
  if (isRefused(gain)) return `${name}: ${t("notEstimable")}`;
  const points = (value: number | null) => (value === null ? "–" : formatPoints(value, language.value));
  return t("nextRound", { arm: name, value: points(gain.value), low: points(gain.low), high: points(gain.high) });
}

function OutlookRow({ arm, place }: { arm: OutlookArm; place: number }) {
  const row = arm.levels[place];
  if (!row) return null;
  const name = t(`arm_${arm.arm}`);
  if (isRefused(row.annotations) || isRefused(row.seconds)) {
    const why = isRefused(row.annotations) ? row.annotations : (row.seconds as NotEstimable);
    return (
      <div>
        <strong>{name}</strong> <Refused why={why} />
      </div>
    );
  }
  return (
    <p>
      <strong>{name}</strong>{" "}
      {t("outlookMore", {
        labels: about(row.annotations, (value) => formatNumber(Math.round(value), language.value)),
        time: about(row.seconds, (value) => formatCost(value, "seconds")),
      })}
    </p>
  );
}

/** "120 (80 to 210)", "120 (80 or more)". */
function about(estimate: Exclude<Estimated, NotEstimable>, format: (value: number) => string): string {
  const { value, low, high } = estimate;
  if (low === null) return format(value);
  return `${format(value)} (${high === null ? t("orMore", { low: format(low) }) : `${format(low)} – ${format(high)}`})`;
}
