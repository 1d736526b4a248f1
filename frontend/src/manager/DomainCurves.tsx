import { useMemo } from "preact/hooks";
import { isRefused, type ArmCurve, type DomainCurves as Found } from "../domain/analyses";
import type { Line } from "../domain/chart";
import { ARMS, mergeColumns, type CostUnit, type Measure } from "../domain/curves";
import { formatShare } from "../domain/dates";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { Analysed } from "./Analysed";
import { formatCost, stepsOf } from "./CurvesPage";
import { Legend } from "./Legend";
import type { PageProps } from "./ManagerScreen";
import { Plot } from "./Plot";

interface Props extends PageProps {
  measure: Measure;
  unit: CostUnit;
}

/** Both arms on each domain's documents, side by side. */
export function DomainCurves({ store, measure, unit }: Props) {
  const loaded = useLoaded(() => store.api.analysis<Found>("domains", measure, unit), `${measure} ${unit}`);
  const chosen = language.value;
  const lines: Line[] = useMemo(() => ARMS.map((arm) => ({ label: t(`arm_${arm}`), tone: arm, isDashed: arm === "random" })), [chosen]);
  return (
    <Analysed title={t("byDomain")} loaded={loaded}>
      {(found) => (
        <>
          <Legend lines={lines} />
          <p class="faint">{t("byDomainHelp")}</p>
          <ul class="plain multiples">
            {found.domains.map(({ domain, documents, curves }) => (
              <li key={domain}>
                <h3>
                  {domain || t("domainNone")} <small class="faint">{t("documentsOf", { count: documents })}</small>
                </h3>
                <DomainChart name={domain} curves={curves} lines={lines} unit={unit} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Analysed>
  );
}

interface ChartProps {
  name: string;
  curves: readonly ArmCurve[];
  lines: Line[];
  unit: CostUnit;
}

function DomainChart({ name, curves, lines, unit }: ChartProps) {
  const columns = useMemo(
    () =>
      mergeColumns(
        curves.map(({ costs, values, band }) => ({
          costs,
          parts: [values, ...[0, 1].map((side) => values.map((_, i) => (isRefused(band) ? null : (band.pointwise[i]?.[side] ?? null))))],
        })),
      ),
    [curves],
  );
  const formatX = (value: number) => formatCost(value, unit);
  const formatY = (value: number) => formatShare(value, language.value);
  const last = curves.map(({ arm, values }) => `${t(`arm_${arm}`)} ${formatY(values.at(-1) ?? NaN)}`).join(", ");
  return (
    <>
      <Plot
        label={t("chartOf", { name: name || t("domainNone"), last })}
        columns={columns}
        lines={lines}
        height={200}
        xSteps={stepsOf(unit)}
        formatX={formatX}
        formatY={formatY}
        describe={(line, place) =>
          `${lines[line]!.label}: ${formatY(columns[1 + 3 * line]![place]!)}, ${formatX(columns[0]![place]!)}`
        }
      />
      <p class="faint">{last}</p>
    </>
  );
}
