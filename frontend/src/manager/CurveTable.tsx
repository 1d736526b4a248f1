import { ARMS, pointsOf, type Measure } from "../domain/curves";
import { formatDateTime, formatShare } from "../domain/dates";
import { language, t } from "../store/language";
import { formatCost, UNITS, type Compared } from "./CurvesPage";

/** Every point of the chart as a row. */
export function CurveTable({ points, measure }: { points: readonly Compared[]; measure: Measure }) {
  const rows = ARMS.flatMap((arm) => pointsOf(points, arm, "annotations"));
  const share = (value: number | null) => formatShare(value, language.value);
  return (
    <section class="card scroll" tabIndex={0} aria-label={t("table")}>
      <h2>{t("table")}</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("arm")}</th>
            <th scope="col">{t("round")}</th>
            {UNITS.map((name) => (
              <th scope="col" key={name}>
                {t(`unit_${name}`)}
              </th>
            ))}
            <th scope="col">{t(`measure_${measure}`)}</th>
            <th scope="col">{t("low")}</th>
            <th scope="col">{t("high")}</th>
            <th scope="col">{t("measuredAt")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => {
            const { value, low, high } = point.metrics[measure];
            return (
              <tr key={`${point.arm} ${point.round}`}>
                <th scope="row">{t(`arm_${point.arm}`)}</th>
                <td>{point.round}</td>
                {UNITS.map((name) => (
                  <td key={name}>{formatCost(Math.round(point[name]), name)}</td>
                ))}
                <td>
                  {share(value)} {point.provisional && <small>({t("provisional")})</small>}
                </td>
                <td>{share(low)}</td>
                <td>{share(high)}</td>
                <td>{formatDateTime(point.at, language.value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
