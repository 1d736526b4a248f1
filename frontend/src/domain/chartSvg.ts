/** A chart as an SVG file: the same lines, bands and marks as on the page, on white, for a report. Pure. */
import { columnOf, extent, ticks, type ChartData, type Tone } from "./chart";

export interface Figure extends ChartData {
  title: string;
  xLabel: string;
  xSteps?: readonly number[];
  marks: readonly { at: number; label: string }[];
  formatX: (value: number) => string;
  formatY: (value: number) => string;
}

const WIDTH = 960;
const HEIGHT = 540;
const LEFT = 80;
const RIGHT = 150;
const TOP = 60;
const BOTTOM = 70;
const COLORS: Record<Tone, string> = { random: "#8a5a00", active: "#17605b", ink: "#1c2224" };

export function chartSvg(figure: Figure): string {
  const { columns, lines } = figure;
  const [xLow, xHigh] = extent([columns[0]!]);
  const [yLow, yHigh] = extent(columns.slice(1));
  const x = (value: number) => LEFT + ((value - xLow) / (xHigh - xLow || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - ((value - yLow) / (yHigh - yLow || 1)) * (HEIGHT - TOP - BOTTOM);
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const parts = [
    ...ticks(yLow, yHigh).map((tick) => line(LEFT, y(tick), right, y(tick), "#d6d9d6") + text(LEFT - 8, y(tick) + 5, figure.formatY(tick), "end")),
    ...ticks(xLow, xHigh, { steps: figure.xSteps }).map((tick) => line(x(tick), TOP, x(tick), bottom, "#eceeec") + text(x(tick), bottom + 22, figure.formatX(tick))),
    ...lines.map((one, i) => band(columns, i, x, y, COLORS[one.tone])),
    ...figure.marks.map(({ at, label }) => line(x(at), TOP, x(at), bottom, "#1c2224", "2 4") + text(x(at), TOP - 6, label)),
    ...lines.map((one, i) => curve(columns, i, x, y, COLORS[one.tone], one.isDashed ? "6 4" : "", one.label)),
    text(LEFT, 28, figure.title, "start", 18),
    text((LEFT + right) / 2, HEIGHT - 18, figure.xLabel),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="IBM Plex Sans Thai Looped, sans-serif" font-size="13" fill="#1c2224">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${parts.join("")}</svg>\n`
  );
}

type Place = (value: number) => number;
type Columns = ChartData["columns"];

/** The places at which the line's columns all have a number. */
function points(columns: Columns, index: number, parts: readonly number[]): number[][] {
  return columns[0]!.flatMap((at, i) => {
    const values = parts.map((part) => columns[columnOf(index) + part]![i]);
    return values.every((value) => value !== null && value !== undefined) ? [[at!, ...(values as number[])]] : [];
  });
}

function curve(columns: Columns, index: number, x: Place, y: Place, color: string, dash: string, label: string): string {
  const held = points(columns, index, [0]);
  if (held.length === 0) return "";
  const path = held.map(([at, value]) => `${px(x(at!))},${px(y(value!))}`);
  const [lastX, lastY] = held.at(-1)!;
  return (
    `<polyline fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}" points="${path.join(" ")}"/>` +
    held.map(([at, value]) => `<circle cx="${px(x(at!))}" cy="${px(y(value!))}" r="3.5" fill="${color}"/>`).join("") +
    text(x(lastX!) + 10, y(lastY!) + 5, label, "start", 14, color)
  );
}

function band(columns: Columns, index: number, x: Place, y: Place, color: string): string {
  const held = points(columns, index, [1, 2]);
  if (held.length < 2) return "";
  const lower = held.map(([at, low]) => `${px(x(at!))},${px(y(low!))}`);
  const upper = held.map(([at, , high]) => `${px(x(at!))},${px(y(high!))}`).reverse();
  return `<polygon fill="${color}" fill-opacity="0.16" points="${[...lower, ...upper].join(" ")}"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, color: string, dash = ""): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${color}" stroke-dasharray="${dash}"/>`;
}

function text(x: number, y: number, content: string, anchor = "middle", size = 13, color = "#1c2224"): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="${size}" fill="${color}">${escapeXml(content)}</text>`;
}

function px(value: number): string {
  return value.toFixed(1);
}

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);
}
