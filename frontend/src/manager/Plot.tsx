import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { columnOf, nearest, type ChartData, type Tone } from "../domain/chart";

export interface PlotMark {
  /** Place on the axis. */
  at: number;
  label: string;
}

interface Props extends ChartData {
  /** What a screen reader says of it; the figures themselves have to stand in a table nearby. */
  label: string;
  xLabel?: string;
  /** Sizes of steps on the axis; absent: as decimal numbers go. */
  xSteps?: readonly number[];
  height?: number;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** What is said of the value of a line at a place, under the pointer. */
  describe?: (line: number, place: number) => string;
  /** Lines at which something happened; where they lie depends on the scale. */
  marks?: (position: (at: number) => number) => PlotMark[];
}

/** Lines with bands, drawn by uPlot; what lies nearest to the pointer is told beside it. */
export function Plot(props: Props) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const parent = element.current!;
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    let chart: uPlot;
    const draw = () => {
      chart?.destroy();
      chart = new uPlot(options(parent, latest), props.columns as uPlot.AlignedData, parent);
    };
    const resize = new ResizeObserver(() => chart.setSize({ width: parent.clientWidth, height: props.height ?? HEIGHT }));
    // The theme may be chosen by the page too, which marks the root element.
    const theme = new MutationObserver(draw);
    draw();
    resize.observe(parent);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class", "style"] });
    dark.addEventListener("change", draw);
    return () => {
      resize.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", draw);
      chart.destroy();
    };
  }, [props.columns, props.lines, props.marks, props.xLabel, props.xSteps, props.height]);
  return <div class="chart" style={{ minHeight: `${props.height ?? HEIGHT}px` }} ref={element} role="img" aria-label={props.label} />;
}

const HEIGHT = 360;
/** How much of a line's colour its band has. */
const BAND_PERCENT = 17;

function options(parent: Element, latest: { current: Props }): uPlot.Options {
  const { lines, height, xLabel, xSteps, formatX, formatY, marks } = latest.current;
  const style = getComputedStyle(parent);
  const color = (name: string, share = 100) => resolveColor(parent, `color-mix(in srgb, var(--${name}) ${share}%, transparent)`);
  const grid = { stroke: color("line"), width: 1 };
  const axis = { stroke: color("ink"), font: `13px ${style.fontFamily}`, labelFont: `14px ${style.fontFamily}`, grid, ticks: grid };
  const hidden: uPlot.Series = { spanGaps: true, points: { show: false } };
  const series = (tone: Tone, isDashed: boolean): uPlot.Series[] => [
    { stroke: color(tone), width: 2, dash: isDashed ? [6, 4] : undefined, points: { show: true, size: 7, fill: color(tone) }, spanGaps: true },
    hidden,
    hidden,
  ];
  return {
    width: parent.clientWidth,
    height: height ?? HEIGHT,
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: xLabel, incrs: xSteps && [...xSteps], values: (_, found) => found.map(formatX) },
      { ...axis, size: 64, values: (_, found) => found.map(formatY) },
    ],
    series: [{}, ...lines.flatMap(({ tone, isDashed }) => series(tone, isDashed))],
    bands: lines.map(({ tone }, i) => ({ series: [columnOf(i) + 2, columnOf(i) + 1], fill: color(tone, BAND_PERCENT) })),
    hooks: {
      draw: [(chart) => marks && drawMarks(chart, marks((at) => chart.valToPos(at, "x")), color("ink"))],
      setCursor: [(chart) => tell(chart, latest.current)],
    },
  };
}

/** A colour of the theme as a canvas understands it: one that depends on light and dark is resolved. */
function resolveColor(parent: Element, color: string): string {
  const probe = document.createElement("span");
  probe.style.color = color;
  parent.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function drawMarks(chart: uPlot, marks: readonly PlotMark[], ink: string): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink;
  ctx.setLineDash([2 * ratio, 4 * ratio]);
  ctx.font = `${12 * ratio}px sans-serif`;
  ctx.textAlign = "center";
  for (const { at, label } of marks) {
    const x = Math.round(chart.valToPos(at, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + 14 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(label, x, bbox.top + 11 * ratio);
  }
  ctx.restore();
}

/** Put what the lines say nearest to the pointer into a note beside it; no pointer, no note. */
function tell(chart: uPlot, { lines, columns, describe }: Props): void {
  const left = chart.cursor.left ?? -1;
  let note = chart.over.querySelector<HTMLElement>(".chart-tip");
  if (!describe || left < 0) {
    note?.remove();
    return;
  }
  if (note === null) {
    note = document.createElement("div");
    note.className = "chart-tip";
    chart.over.append(note);
  }
  const x = chart.posToVal(left, "x");
  const said = lines.flatMap((_, i) => {
    const place = nearest({ columns, lines }, i, x);
    return place === null ? [] : [describe(i, place)];
  });
  note.replaceChildren(
    ...said.map((line) => {
      const row = document.createElement("p");
      row.textContent = line;
      return row;
    }),
  );
  const isRight = left > chart.over.clientWidth / 2;
  note.style.left = isRight ? "" : `${left + 12}px`;
  note.style.right = isRight ? `${chart.over.clientWidth - left + 12}px` : "";
}
