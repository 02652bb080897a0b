// @ts-check
import uPlot from "uplot";
import { PlotBox } from "../plot.js";
import { tickText } from "../plot-values.js";

/** Draws the plots of a report, whose values are in their elements. */

/** @typedef {import("./plot.ts").PlotData} PlotData */

const COLOURS = 6;

/**
 * @param {PlotData["series"]} series
 * @returns {import("../plot.js").Curve[]}
 */
function curvesOf(series) {
  const subject = series.findLast(({ limit }) => !limit);
  let measured = 0;
  return series.map((each) => {
    if (each.limit) return { name: each.name, colour: "limit", shape: "step", look: "dashed" };
    const colour = String((measured++ % COLOURS) + 1);
    return { name: each.name, colour, shape: "line", ...(each === subject ? { look: "strong" } : {}) };
  });
}

/** @param {PlotData["x"] | PlotData["y"]} axis */
function labelOf({ label, unit }) {
  return unit === "" || unit === label ? label : `${label} (${unit})`;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function amount(value, unit) {
  const text = value.toLocaleString("en", { maximumSignificantDigits: 4 });
  return unit === "" ? text : `${text} ${unit}`;
}

/**
 * @param {PlotData} plot
 * @param {HTMLElement} box
 */
function drawPlot({ title, x, y, series }, box) {
  const curves = curvesOf(series);
  /** @type {import("uplot").AlignedData[]} */
  const tables = series.map(({ points }) => [
    points.map(([along]) => along),
    points.map(([, value]) => value),
  ]);
  const data = uPlot.join(tables.length > 0 ? tables : [[[]]]);
  new PlotBox(box, {
    title,
    curves,
    x: x.log ? "log" : "linear",
    xLabel: labelOf(x) + (x.log ? ", by powers of ten" : ""),
    yLabel: labelOf(y),
    yText: tickText,
    empty: "nothing was measured",
    tip: (at) => ({
      head: `${x.label} ${amount(Number(data[0]?.[at[0] ?? -1]), x.unit)}`,
      rows: curves.flatMap(({ name, colour }, index) => {
        const value = data[index + 1]?.[at[index + 1] ?? -1];
        return typeof value === "number" ? [{ text: `${name}: ${amount(value, y.unit)}`, colour }] : [];
      }),
    }),
  }).show(data);
}

for (const figure of document.querySelectorAll("[data-plot]")) {
  const box = figure.lastElementChild;
  if (box instanceof HTMLElement) drawPlot(JSON.parse(figure.getAttribute("data-plot") ?? ""), box);
}
