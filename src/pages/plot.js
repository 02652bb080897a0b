// @ts-check
import uPlot from "uplot";
import { div, h } from "./dom.js";
import { X_PAD, xAxis, Y_PAD, yAxis, yEnd } from "./plot-axes.js";
import { seriesOf } from "./plot-curves.js";
import { isEmpty, pointAt } from "./plot-values.js";

/** @typedef {import("./plot-curves.js").Curve} Curve */
/** @typedef {import("uplot").AlignedData} Data the x axis, then a column a curve */
/** @typedef {{ head: string, rows: readonly { text: string, colour?: string }[] }} Tip */

/**
 * @typedef {object} PlotOptions
 * @property {string} title for those who cannot see the plot
 * @property {readonly Curve[]} curves
 * @property {"time" | "linear" | "log"} x Unix milliseconds, or numbers
 * @property {number} [margin] free room at both ends of the x axis, in its unit
 * @property {string} [xLabel]
 * @property {string} [yLabel]
 * @property {(value: number) => string} yText how a value is written at the y axis
 * @property {number} [least] the end of the y axis at the least
 * @property {boolean} [whole] whether the y axis counts things
 * @property {string} empty what to say without any value
 * @property {(at: readonly (number | null | undefined)[]) => Tip} tip what is known where the pointer is: the place of the nearest point in each column
 */

/** How much of a curve is seen while another one is pointed at in the legend. */
const UNFOCUSED = 0.2;
const TIP_GAP = 12;
const POINT_SIZE = 8;
const NOWHERE = { left: -10, top: -10 };

/** Draws curves into an element, as wide as it is and as high as the style sheet says, in its colours; follows both. */
export class PlotBox {
  /** @type {uPlot | null} */
  #drawn = null;
  /** @type {Data} */
  #data = [[]];
  #box;
  #options;
  #area = div("plot-area");
  #empty;
  #tip = div("plot-tip");

  /**
   * @param {HTMLElement} box
   * @param {PlotOptions} options
   */
  constructor(box, options) {
    this.#box = box;
    this.#options = options;
    this.#empty = h("p", { class: "plot-empty" }, options.empty);
    const { yLabel = "", xLabel = "" } = options;
    box.classList.add("plot");
    box.append(
      this.#legend(),
      ...(yLabel === "" ? [] : [div("plot-label", yLabel)]),
      this.#area,
      ...(xLabel === "" ? [] : [div("plot-label plot-x", xLabel)]),
      this.#empty,
    );
    new ResizeObserver(() => this.#fit()).observe(this.#area);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#drawn?.redraw());
    document.addEventListener("pointerdown", ({ target }) => {
      if (!(target instanceof Node && this.#area.contains(target))) this.#drawn?.setCursor(NOWHERE);
    });
  }

  /**
   * Draws these values from now on; what is pointed at stays so.
   * @param {Data} data
   */
  show(data) {
    this.#data = data;
    const empty = isEmpty(data);
    this.#box.classList.toggle("plot-none", empty);
    if (empty) return;
    this.#drawn?.setData(data);
    this.#fit();
  }

  /** An element that is not seen has no width to draw in; once it is, this is called again. */
  #fit() {
    const { clientWidth: width, clientHeight: height } = this.#area;
    if (width === 0) return;
    if (this.#drawn === null) this.#drawn = this.#create(width, height);
    else if (this.#drawn.width !== width || this.#drawn.height !== height)
      this.#drawn.setSize({ width, height });
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #create(width, height) {
    const { curves, title } = this.#options;
    const drawn = new uPlot(this.#setUp(width, height), this.#data, this.#area);
    drawn.root.setAttribute("role", "img");
    drawn.root.setAttribute("aria-label", `${title}: ${curves.map(({ name }) => name).join(", ")}`);
    drawn.over.append(this.#tip);
    // uPlot hears of mice; a finger that is lifted has not left, its owner still reads.
    for (const kind of /** @type {const} */ (["pointerdown", "pointermove"]))
      drawn.over.addEventListener(kind, ({ pointerType, clientX, clientY }) => {
        const { left, top } = drawn.over.getBoundingClientRect();
        if (pointerType !== "mouse") drawn.setCursor({ left: clientX - left, top: clientY - top });
      });
    return drawn;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @returns {import("uplot").Options}
   */
  #setUp(width, height) {
    const { x, curves, margin = 0, yText, whole = false, least = 0 } = this.#options;
    return {
      width,
      height,
      ms: 1,
      padding: [Y_PAD, X_PAD, 0, 0],
      legend: { show: false },
      focus: { alpha: UNFOCUSED },
      cursor: this.#cursor(),
      scales: {
        x: {
          time: x === "time",
          distr: x === "log" ? 3 : 1,
          range: (_, low, high) => {
            const room = margin === 0 && low === high ? 0.5 : margin;
            return [low - room, high + room];
          },
        },
        y: {
          range: (plot, low, high) => [Math.min(0, low), yEnd(Math.max(high, least), plot.height, whole)],
        },
      },
      axes: [xAxis(x), yAxis(yText, whole)],
      series: [{}, ...curves.map((curve, at) => seriesOf(curve, at + 1))],
      hooks: { setCursor: [() => this.#point()], draw: [() => this.#point()] },
    };
  }

  /**
   * Follows the pointer along the x axis; on each line a dot marks the point that is meant.
   * @returns {import("uplot").Cursor}
   */
  #cursor() {
    /** @type {(at: number) => string | undefined} */
    const shape = (at) => this.#options.curves[at - 1]?.shape;
    return {
      y: false,
      drag: { x: false, y: false },
      points: { size: (_, at) => (shape(at) === "line" ? POINT_SIZE : 0) },
      dataIdx: ({ data }, at, nearest, x) =>
        at === 0 ? nearest : pointAt(data[0] ?? [], data[at] ?? [], x, shape(at) === "step"),
    };
  }

  /** Says what is known where the pointer is, beside it. */
  #point() {
    const at = this.#drawn?.cursor.idxs ?? [];
    const { left = -1 } = this.#drawn?.cursor ?? {};
    this.#tip.hidden = left < 0 || typeof at[0] !== "number";
    if (this.#tip.hidden || !this.#drawn) return;
    const { head, rows } = this.#options.tip(at);
    this.#tip.replaceChildren(
      div("plot-tip-head", head),
      ...rows.map(({ text, colour }) => h("div", null, colour !== undefined && swatch(colour), text)),
    );
    const { clientWidth: room } = this.#drawn.over;
    const width = this.#tip.offsetWidth;
    const beside = left < room / 2 ? left + TIP_GAP : left - TIP_GAP - width;
    this.#tip.style.left = `${Math.max(0, Math.min(room - width, beside))}px`;
  }

  /** The names of the curves; the one that is pointed at is seen best. */
  #legend() {
    const items = this.#options.curves.map(({ name, colour, look }, at) => {
      const item = h("li", null, swatch(colour, look), name);
      item.addEventListener("pointerenter", () => this.#drawn?.setSeries(at + 1, { focus: true }));
      item.addEventListener("pointerleave", () => this.#drawn?.setSeries(null, { focus: true }));
      return item;
    });
    return h("ul", { class: "plot-legend" }, items);
  }
}

/**
 * A mark in the colour of a curve.
 * @param {string} colour
 * @param {string} [look]
 */
function swatch(colour, look = "") {
  const mark = h("i", { class: `plot-swatch ${look}` });
  mark.style.color = `var(--plot-${colour})`;
  return mark;
}
