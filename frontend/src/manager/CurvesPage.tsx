import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { CurvePoint, Curves, LoopEvent } from "../api/types";
import { TIME_STEPS, type Line } from "../domain/chart";
import { chartSvg } from "../domain/chartSvg";
import { ARMS, chartColumns, costAt, groupMarks, marksOf, pointsOf, toCsv, type CostUnit, type Measure, type Point } from "../domain/curves";
import { formatNumber, formatShare } from "../domain/dates";
import { Choice } from "../shared/Choice";
import { download } from "../shared/download";
import { ErrorNote } from "../shared/ErrorNote";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import { CurveTable } from "./CurveTable";
import { DomainCurves } from "./DomainCurves";
import { EventMarks } from "./EventMarks";
import { GainCard } from "./GainCard";
import { Legend } from "./Legend";
import type { PageProps } from "./ManagerScreen";
import { OutlookCard } from "./OutlookCard";
import { Plot } from "./Plot";
import { savePng } from "./savePicture";

export const MEASURES: readonly Measure[] = ["word_f1", "boundary_f1", "exact"];
export const UNITS: readonly CostUnit[] = ["annotations", "clusters", "seconds"];

export type Compared = CurvePoint & Point;

/** The suggestion model learns from both arms and is no arm itself. */
function isCompared(point: CurvePoint): point is Compared {
  return point.arm !== "suggestion";
}

/** Learning curves of both arms with what happened meanwhile, as a chart, a table and files. */
export function CurvesPage({ store }: PageProps) {
  const round = store.overview.value?.round;
  const loaded = useLoaded(() => store.api.curves(), `${round?.id} ${round?.state}`);
  const curves = loaded.data.value;
  if (curves === null) {
    return loaded.error.value ? (
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
    ) : (
      <p role="status">{t("loading")}</p>
    );
  }
  const points = curves.points.filter(isCompared);
  if (points.length === 0) return <p>{t("curvesNone")}</p>;
  return <CurvesView store={store} curves={curves} points={points} />;
}

function CurvesView({ store, curves, points }: PageProps & { curves: Curves; points: readonly Compared[] }) {
  const measure = useSignal<Measure>("word_f1");
  const unit = useSignal<CostUnit>("seconds");
  const marks = useMemo(() => marksOf(curves.events), [curves]);
  return (
    <>
      <div class="row">
        <Choice label={t("measure")} value={measure} options={MEASURES.map((name) => [name, t(`measure_${name}`)])} />
        <Choice label={t("cost")} value={unit} options={UNITS.map((name) => [name, t(`unit_${name}`)])} />
      </div>
      {points.some((point) => point.provisional) && <p class="note">{t("curvesProvisional")}</p>}
      <CurveChart points={points} marks={marks} unit={unit.value} measure={measure.value} />
      <p class="faint">
        {t("curvesPointwise")} {t("holdoutDone", curves.holdout)}
      </p>
      <div class="pair">
        <GainCard store={store} measure={measure.value} unit={unit.value} />
        <OutlookCard store={store} measure={measure.value} />
      </div>
      {marks.length > 0 && <EventMarks store={store} marks={marks} />}
      <DomainCurves store={store} measure={measure.value} unit={unit.value} />
      <CurveTable points={points} measure={measure.value} />
    </>
  );
}

interface ChartProps {
  points: readonly Compared[];
  marks: readonly LoopEvent[];
  unit: CostUnit;
  measure: Measure;
}

function CurveChart({ points, marks, unit, measure }: ChartProps) {
  const chosen = language.value;
  const lines: Line[] = useMemo(() => ARMS.map((arm) => ({ label: t(`arm_${arm}`), tone: arm, isDashed: arm === "random" })), [chosen]);
  const columns = useMemo(() => chartColumns(points, unit, measure), [points, unit, measure]);
  const drawnMarks = useMemo(
    () => (position: (at: number) => number) =>
      groupMarks(points, marks, unit, position).map(({ cost, label }) => ({ at: cost, label })),
    [points, marks, unit],
  );
  const formatX = (value: number) => formatCost(value, unit);
  const formatY = (value: number) => formatShare(value, language.value);
  const describe = (line: number, place: number) => {
    const arm = ARMS[line]!;
    const point = pointsOf(points, arm, unit).find((one) => one[unit] === columns[0]![place])!;
    const { value, low, high } = point.metrics[measure];
    return t("pointSaid", {
      arm: t(`arm_${arm}`),
      value: formatY(value ?? NaN),
      interval: low === null || high === null ? t("noInterval") : `${formatY(low)} – ${formatY(high)}`,
      cost: `${formatX(point[unit])} ${t(`per_${unit}`)}`,
      round: point.round,
    });
  };
  const title = `${t(`measure_${measure}`)} / ${t(`unit_${unit}`)}`;
  const svg = () =>
    chartSvg({
      columns,
      lines,
      title,
      xLabel: t(`unit_${unit}`),
      xSteps: stepsOf(unit),
      marks: marks.flatMap((mark, i) => {
        const at = costAt(points, unit, mark.at);
        return at === null ? [] : [{ at, label: String(i + 1) }];
      }),
      formatX,
      formatY,
    });
  return (
    <section class="card">
      <div class="row spread">
        <Legend lines={lines} />
        <div class="row">
          <button type="button" onClick={() => download("curves.csv", "text/csv", toCsv(points))}>
            {t("downloadCsv")}
          </button>
          <button type="button" onClick={() => download("curves.svg", "image/svg+xml", svg())}>
            {t("downloadSvg")}
          </button>
          <button type="button" onClick={() => void savePng("curves.png", svg())}>
            {t("downloadPng")}
          </button>
        </div>
      </div>
      <Plot
        label={t("curvesLabel")}
        columns={columns}
        lines={lines}
        xLabel={t(`unit_${unit}`)}
        xSteps={stepsOf(unit)}
        formatX={formatX}
        formatY={formatY}
        describe={describe}
        marks={drawnMarks}
      />
    </section>
  );
}

/** Time is divided by minutes and hours, everything else as decimal numbers go. */
export function stepsOf(unit: CostUnit): readonly number[] | undefined {
  return unit === "seconds" ? TIME_STEPS : undefined;
}

/** A cost for reading: work time in minutes or hours, everything else as a number. */
export function formatCost(value: number, unit: CostUnit): string {
  if (unit !== "seconds") return formatNumber(value, language.value);
  const minutes = value / 60;
  if (minutes < 120) return t("timeMinutes", { count: formatNumber(minutes, language.value, minutes < 10 ? 1 : 0) });
  return t("timeHours", { count: formatNumber(minutes / 60, language.value, 1) });
}
