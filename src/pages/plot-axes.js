// @ts-check
import { axisEnd, TICK_STEPS, tickText } from "./plot-values.js";

/** @typedef {import("uplot").Axis} Axis */

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const X_HEIGHT = 26;
/** Pixels on each side of the plot, for half of a label at its end. */
export const X_PAD = 18;
const Y_GAP = 8;
/** Pixels above the plot, for half of a label at its end. */
export const Y_PAD = 8;
/** Pixels between two ticks, at the least. */
const X_SPACE = 60;
const Y_SPACE = 34;

/**
 * A colour of plots as the style sheet has it now, light or dark.
 * @param {string} name what comes behind `--plot-`
 */
export function paint(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--plot-${name}`).trim();
}

/** @type {Axis} */
const BOTH = {
  font: FONT,
  stroke: () => paint("text"),
  ticks: { show: false },
  grid: { stroke: () => paint("grid"), width: 1 },
};

/**
 * The x axis: times of the day, or numbers.
 * @param {"time" | "linear" | "log"} kind
 * @returns {Axis}
 */
export function xAxis(kind) {
  return {
    ...BOTH,
    size: X_HEIGHT,
    space: X_SPACE,
    grid: { show: false },
    border: { show: true, stroke: () => paint("axis"), width: 1 },
    values:
      kind === "time"
        ? "{HH}:{mm}"
        : (_, ticks) => ticks.map((tick) => (tick === null ? "" : tickText(tick))),
  };
}

/**
 * The end of the y axis, which is a tick.
 * @param {number} highest
 * @param {number} height of the plot in pixels
 * @param {boolean} whole whether the axis counts things
 */
export function yEnd(highest, height, whole) {
  return axisEnd(highest, Math.floor((height - X_HEIGHT - Y_PAD) / Y_SPACE), whole ? 1 : 0);
}

/**
 * The y axis, as wide as what is written at it and as half of a label of the x axis.
 * @param {(value: number) => string} text
 * @param {boolean} whole whether it counts things
 * @returns {Axis}
 */
export function yAxis(text, whole) {
  return {
    ...BOTH,
    gap: Y_GAP,
    space: Y_SPACE,
    incrs: TICK_STEPS.filter((step) => !whole || step >= 1),
    values: (_, ticks) => ticks.map((tick) => text(tick)),
    size: (_, texts) => Math.max(X_PAD, widthOf(texts ?? []) + Y_GAP),
  };
}

/**
 * The width of the widest of some texts in pixels.
 * @param {readonly string[]} texts
 */
function widthOf(texts) {
  const ruler = document.createElement("canvas").getContext("2d");
  if (ruler === null) return 0;
  ruler.font = FONT;
  return Math.ceil(Math.max(0, ...texts.map((text) => ruler.measureText(text).width)));
}
