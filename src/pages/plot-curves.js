// @ts-check
import uPlot from "uplot";
import { paint } from "./plot-axes.js";
import { lonePoints } from "./plot-values.js";

/**
 * A curve. Bars reach from the curve below to their own value, so a curve of bars holds the sum of those before it.
 * @typedef {object} Curve
 * @property {string} name
 * @property {string} colour what comes behind `--plot-` in the style sheet
 * @property {"line" | "step" | "bars"} shape a step holds its value until the next point
 * @property {"strong" | "dashed"} [look] what the plot is about, or what was not measured
 * @property {string} [lastColour] of the last bar, which still grows
 */

/** @typedef {import("uplot").Series} Series */
/** @typedef {Required<import("uplot").Series.PathBuilderFactories>} Paths */

const PATHS = /** @type {Paths} */ (uPlot.paths);
const WIDTH = { usual: 1.75, strong: 2.75 };
const DASHES = [6, 4];
/** A dot that lies on another one is larger, so that both are seen. */
const LONE_POINT = { usual: 8, strong: 13 };
/**
 * The share of its place that a bar takes; how wide it is in pixels, at the most and at the least.
 * @type {[share: number, most: number, least: number]}
 */
const BAR = [0.75, 28, 1.5];

/**
 * A curve as uPlot draws it.
 * @param {Curve} curve
 * @param {number} at its column in the data
 * @returns {Series}
 */
export function seriesOf(curve, at) {
  return curve.shape === "bars" ? bars(curve, at) : line(curve);
}

/**
 * A line. A point that no line leads to is a dot.
 * @param {Curve} curve
 * @returns {Series}
 */
function line({ colour, shape, look }) {
  const stroke = () => paint(colour);
  const weight = look === "strong" ? "strong" : "usual";
  /** @type {import("uplot").Series.Points.Filter} */
  const filter = (plot, at) => lonePoints(plot.data[at] ?? []);
  return {
    stroke,
    width: WIDTH[weight],
    dash: look === "dashed" ? DASHES : [],
    cap: look === "dashed" ? "butt" : "round",
    points: { show: false, filter, size: LONE_POINT[weight], fill: stroke, stroke },
    paths: shape === "step" ? PATHS.stepped({ align: 1 }) : PATHS.linear(),
  };
}

/**
 * @param {Curve} curve
 * @param {number} at
 * @returns {Series}
 */
function bars({ colour, lastColour = colour }, at) {
  /** @type {(plot: uPlot) => string[]} */
  const fills = ({ data: [xs = []] }) =>
    Array.from(xs, (_, index) => paint(index === xs.length - 1 ? lastColour : colour));
  /** @type {(plot: uPlot) => (number | null | undefined)[]} */
  const from = ({ data }) => (at === 1 ? [] : Array.from(data[at - 1] ?? []));
  /** @type {(plot: uPlot) => (number | null | undefined)[]} */
  const to = ({ data }) => Array.from(data[at] ?? []);
  const disp = {
    fill: { unit: 3, values: fills },
    y0: { unit: 1, values: from },
    y1: { unit: 1, values: to },
  };
  return { width: 0, points: { show: false }, paths: PATHS.bars({ size: BAR, radius: 0.15, disp }) };
}
