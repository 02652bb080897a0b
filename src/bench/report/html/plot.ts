import { oneLine } from "../../../reporters/format.ts";
import type { Plot } from "../../port.ts";
import { type Axis, axisOf, place, ticksOf, tickText } from "./axis.ts";
import { safe } from "./safe.ts";

type Point = readonly [number, number];

/** Inner edges of the drawing, in units of its view box. */
interface Frame {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Drawn twice, since a picture made smaller has letters too small to read; the style sheet shows one. */
const FRAMES: readonly Frame[] = [
  { name: "wide", width: 500, height: 260, left: 46, top: 26, right: 12, bottom: 40 },
  { name: "narrow", width: 340, height: 250, left: 40, top: 26, right: 8, bottom: 40 },
];
const MOST_POINTS = 240;
const COLOURS = 6;

interface Series {
  readonly name: string;
  readonly limit: boolean;
  readonly colour: number;
  readonly points: readonly Point[];
}

/** A plot with its title and legend as HTML. Points that are no numbers are left out; without any it says so. */
export function plotHtml(plot: Plot): string {
  const series = seriesOf(plot);
  const title = `<figcaption>${safe(oneLine(plot.title))}</figcaption>`;
  if (series.length === 0)
    return `<figure class="plot">${title}<p class="none">nothing was measured</p></figure>`;
  const points = series.flatMap((each) => each.points);
  const x = axisOf(
    points.map((point) => point[0]),
    { fromZero: false, mayLog: true },
  );
  const y = axisOf(
    points.map((point) => point[1]),
    { fromZero: true, mayLog: false },
  );
  const drawings = FRAMES.map((frame) => drawing(plot, series, { x, y, frame }));
  return `<figure class="plot" data-plot="${safe(JSON.stringify(hoverData(plot, series, x, y)))}">${title}${legend(series)}${drawings.join("")}<div class="tip" hidden></div></figure>`;
}

function seriesOf({ series }: Plot): Series[] {
  let measured = 0;
  return series
    .map(({ name, limit = false, points }) => ({
      name: oneLine(name),
      limit,
      colour: limit ? -1 : measured++ % COLOURS,
      points: thinned(points.filter((point) => point.every(Number.isFinite))),
    }))
    .filter(({ points }) => points.length > 0);
}

/** Every so many, first and last kept. */
function thinned(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}

function hoverData(plot: Plot, series: readonly Series[], x: Axis, y: Axis): unknown {
  const unit = ({ unit: name }: Plot["x"]) => (name === "" ? "" : ` ${oneLine(name)}`);
  return {
    x: [x.low, x.high, x.log ? 1 : 0, `${oneLine(plot.x.label)} `, unit(plot.x)],
    y: [y.low, y.high, unit(plot.y)],
    series: series.map(({ name, colour, points }) => [name, colour, points.map(short)]),
  };
}

function short([x, y]: Point): Point {
  return [Number(x.toPrecision(5)), Number(y.toPrecision(4))];
}

function legend(series: readonly Series[]): string {
  const items = series.map(({ name, colour }) => `<li class="${colourClass(colour)}">${safe(name)}</li>`);
  return `<ul class="legend">${items.join("")}</ul>`;
}

function colourClass(colour: number): string {
  return colour < 0 ? "limit" : `c${colour}`;
}

interface Scales {
  readonly x: Axis;
  readonly y: Axis;
  readonly frame: Frame;
}

function drawing(plot: Plot, series: readonly Series[], scales: Scales): string {
  const { name, width, height, left, right, top, bottom } = scales.frame;
  const label = safe(`${oneLine(plot.title)}: ${series.map((each) => each.name).join(", ")}`);
  const edges = [left, top, width - right, height - bottom].join(" ");
  const lines = series.map((each) => lineOf(each, plot.kind === "distribution", scales));
  return `<svg class="${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" data-edges="${edges}">${grid(plot, scales)}${lines.join("")}<line class="cross" hidden y1="${top}" y2="${height - bottom}"/></svg>`;
}

function grid(plot: Plot, { x, y, frame }: Scales): string {
  const { width, height, left, right, top, bottom, name } = frame;
  const rows = ticksOf(y, 5).map((value) => {
    const at = fixed(down(value, y, frame));
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${at}" dy=".32em" text-anchor="end">${tickText(value)}</text>`;
  });
  const columns = ticksOf(x, name === "wide" ? 8 : 4).map(
    (value) =>
      `<text x="${fixed(across(value, x, frame))}" y="${height - bottom + 16}" text-anchor="middle">${tickText(value)}</text>`,
  );
  const log = x.log ? ", by powers of ten" : "";
  return `${rows.join("")}${columns.join("")}<text class="axis" x="${left}" y="13">${axisTitle(plot.y)}</text><text class="axis" x="${width - right}" y="${height - 6}" text-anchor="end">${axisTitle(plot.x)}${log}</text><line class="base" x1="${left}" x2="${width - right}" y1="${height - bottom}" y2="${height - bottom}" data-top="${top}"/>`;
}

function axisTitle({ label, unit }: Plot["x"]): string {
  const [name, of] = [oneLine(label), oneLine(unit)];
  return safe(of === "" || name === of ? name : `${name} (${of})`);
}

function across(value: number, axis: Axis, { left, width, right }: Frame): number {
  return left + place(axis, value) * (width - right - left);
}

function down(value: number, axis: Axis, { top, height, bottom }: Frame): number {
  return height - bottom - place(axis, value) * (height - bottom - top);
}

function lineOf({ limit, colour, points }: Series, filled: boolean, { x, y, frame }: Scales): string {
  const at = points.map(([a, b]) => [fixed(across(a, x, frame)), fixed(down(b, y, frame))] as const);
  const path = at
    .map(([a, b], index) => (index === 0 ? `M${a} ${b}` : limit ? `H${a}V${b}` : `L${a} ${b}`))
    .join("");
  const [first, last] = [at[0], at.at(-1)];
  const base = frame.height - frame.bottom;
  const area =
    filled && !limit && !isCumulative(points) && first && last
      ? `<path class="area" d="${path}L${last[0]} ${base}L${first[0]} ${base}Z"/>`
      : "";
  const dot = at.length === 1 && first ? `<circle cx="${first[0]}" cy="${first[1]}" r="4"/>` : "";
  return `<g class="${colourClass(colour)}">${area}<path class="line" d="${path}"/>${dot}</g>`;
}

/** A share that only grows is read as a line; filled, one would hide the others. */
function isCumulative(points: readonly Point[]): boolean {
  return points.every(([, y], at) => y >= (points[at - 1]?.[1] ?? y));
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
