import { isRefused, LARGE_FRACTION, verdictOf, type GainAnalysis, type NotEstimable, type Saving } from "../domain/analyses";
import type { CostUnit, Measure } from "../domain/curves";
import { formatPoints, formatShare } from "../domain/dates";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed, Figure } from "./Analysed";
import { formatCost } from "./CurvesPage";
import type { PageProps } from "./ManagerScreen";

interface Props extends PageProps {
  measure: Measure;
  unit: CostUnit;
}

/** What the active arm gained over the random one at equal cost, in words and with its interval. */
export function GainCard({ store, measure, unit }: Props) {
  const loaded = useLoaded(() => store.api.analysis<GainAnalysis | NotEstimable>("curves", measure, unit), `${measure} ${unit}`);
  const points = (value: number) => t("points", { value: formatPoints(value, language.value) });
  return (
    <Analysed title={t("gain")} loaded={loaded}>
      {(found) => (
        <>
          <p>{t(`gain_${verdictOf(found.mean_gain.e1)}`)}</p>
          <Figure estimate={found.mean_gain.e1} format={points} />
          {found.range && (
            <p class="faint">{t("gainRange", { low: formatCost(found.range[0], unit), high: formatCost(found.range[1], unit) })}</p>
          )}
          {!isRefused(found.gain.e1) && found.gain.e1?.better_from_cost != null && (
            <p>{t("betterFrom", { cost: `${formatCost(found.gain.e1.better_from_cost, unit)} ${t(`per_${unit}`)}` })}</p>
          )}
          <Savings rows={found.savings} unit={unit} />
          <details>
            <summary>{t("gainStrategies")}</summary>
            <p class="faint">{t("gainStrategiesHelp")}</p>
            <Figure estimate={found.mean_gain.e2} format={points} />
          </details>
          {Math.max(...Object.values(found.sampling_fraction)) > LARGE_FRACTION && (
            <p class="note">
              {t("fractionLarge", {
                random: formatShare(found.sampling_fraction.random, language.value),
                active: formatShare(found.sampling_fraction.active, language.value),
              })}
            </p>
          )}
        </>
      )}
    </Analysed>
  );
}

/** Of the levels fixed in advance, those that an arm reached inside the curves: what the active arm saved. */
function Savings({ rows, unit }: { rows: readonly Saving[]; unit: CostUnit }) {
  const told = rows.filter(saysSomething).slice(-2);
  return (
    <ul class="plain">
      {told.map((row) => (
        <li key={row.target}>
          {t(savingKey(row), {
            level: formatShare(row.target, language.value),
            cost: `${formatCost(Math.abs(row.at_least ?? row.at_most ?? 0), unit)} ${t(`per_${unit}`)}`,
          })}
        </li>
      ))}
    </ul>
  );
}

/** Open on one side, or known; where an arm was above the level from the start, bounds lie apart and say little. */
function saysSomething({ at_least: low, at_most: high }: Saving) {
  return low === high ? low !== null : low === null || high === null;
}

function savingKey({ at_least: low, at_most: high }: Saving) {
  if (high === null) return "savedAtLeast";
  if (low === null) return "savedAtMost";
  return low >= 0 ? "savedAbout" : "costMore";
}
