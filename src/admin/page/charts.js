// @ts-check
import { byId, h } from "../../pages/dom.js";
import { count, hour, sized, took } from "./text.js";

/** The two plots of the last hour, drawn as SVG in the width there is. */

/** @typedef {import("../port.ts").Minute} Minute */
/** @typedef {ReturnType<typeof frame>} Frame */

const AXIS = { left: 40, right: 6, top: 8, bottom: 20 };

/**
 * The minute that the reader points at.
 * @type {{ chart: string | null, index: number }}
 */
export const pointed = { chart: null, index: -1 };

/**
 * @param {string} tag
 * @param {Readonly<Record<string, string | number>>} attributes
 * @param {...string} texts
 */
function svg(tag, attributes, ...texts) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...texts);
  return node;
}

/**
 * The next round number whose half is round too.
 * @param {number} value
 */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  const round = [1, 2, 3, 4, 6, 8, 10].map((factor) => factor * power);
  return round.find((each) => each >= value * 0.999) ?? value;
}

/**
 * @param {string} id
 * @param {readonly Minute[]} minutes
 * @param {number} top
 * @param {(value: number) => string} label
 */
function frame(id, minutes, top, label) {
  const box = byId(id);
  const [width, height] = [Math.max(box.clientWidth, 200), box.clientHeight || 168];
  /** @type {(index: number) => number} */
  const x = (index) => AXIS.left + (index * (width - AXIS.left - AXIS.right)) / minutes.length;
  /** @type {(value: number) => number} */
  const y = (value) => height - AXIS.bottom - (value / top) * (height - AXIS.top - AXIS.bottom);
  const name = byId(`${id}-title`).textContent;
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
  const space = height - AXIS.top - AXIS.bottom;
  const hit = svg("rect", { class: "hit", y: AXIS.top, width: x(1) - x(0), height: space });
  root.append(hit);
  for (const share of [0, 0.5, 1]) {
    const at = Math.round(y(top * share)) + 0.5;
    root.append(svg("line", { class: "rule", x1: AXIS.left, x2: width - AXIS.right, y1: at, y2: at }));
    root.append(svg("text", { x: AXIS.left - 8, y: at + 4, "text-anchor": "end" }, label(top * share)));
  }
  for (const [index, anchor] of /** @type {const} */ ([
    [0, "start"],
    [15, "middle"],
    [30, "middle"],
    [45, "middle"],
    [59, "end"],
  ])) {
    const at = index === 59 ? width - AXIS.right : x(index);
    const text = index === 59 ? "now" : hour(minutes[index]?.at ?? 0);
    root.append(svg("text", { x: at, y: height - 4, "text-anchor": anchor }, text));
  }
  return { box, root, hit, x, y, width };
}

/**
 * Puts a plot into the page and lets the pointer ask for its minutes; a minute that is pointed at stays so when it is drawn anew.
 * @param {string} id
 * @param {Frame} frame
 * @param {readonly Minute[]} minutes
 * @param {(minute: Minute) => readonly string[]} lines
 */
function place(id, { box, root, hit, x, width }, minutes, lines) {
  const tip = h("div", { class: "tip" });
  const mark = () => {
    const minute = pointed.chart === id ? minutes[pointed.index] : undefined;
    tip.hidden = minute === undefined;
    hit.setAttribute("visibility", minute ? "visible" : "hidden");
    if (!minute) return;
    hit.setAttribute("x", String(x(pointed.index)));
    tip.replaceChildren(...[hour(minute.at), ...lines(minute)].map((line) => h("div", null, line)));
    const left = x(pointed.index + 1) + 8;
    tip.style.left = `${left + tip.offsetWidth > width ? x(pointed.index) - tip.offsetWidth - 8 : left}px`;
  };
  /** @type {(event: PointerEvent) => void} */
  const point = (event) => {
    const left = event.clientX - box.getBoundingClientRect().left;
    const index = Math.floor(((left - AXIS.left) / (width - AXIS.left - AXIS.right)) * minutes.length);
    Object.assign(pointed, { chart: id, index: Math.min(minutes.length - 1, Math.max(0, index)) });
    mark();
  };
  box.onpointermove = point;
  box.onpointerdown = point;
  // A finger that is lifted leaves too, but its owner still reads.
  box.onpointerleave = (event) => {
    if (event.pointerType === "touch") return;
    pointed.chart = null;
    mark();
  };
  box.replaceChildren(root, tip);
  mark();
}

/** @param {readonly Minute[]} minutes */
function drawThroughput(minutes) {
  const top = roundUp(Math.max(4, ...minutes.map((each) => each.done + each.failed + each.unknown)));
  const into = frame("throughput", minutes, top, (value) =>
    Number.isInteger(value) ? count(value) : value.toFixed(1),
  );
  const { root, x, y } = into;
  minutes.forEach(({ done, failed, unknown }, index) => {
    const shape = { x: x(index) + 1, width: Math.max(1.5, x(1) - x(0) - 2), rx: 1.5 };
    const open = index === minutes.length - 1 ? " open" : "";
    /** @type {(name: string, from: number, to: number) => void} */
    const bar = (name, from, to) => {
      const height = Math.max(1, y(from) - y(to));
      if (to > from) root.append(svg("rect", { ...shape, class: name + open, y: y(to), height }));
    };
    bar("done", 0, done);
    bar("bad", done, done + failed + unknown);
  });
  place("throughput", into, minutes, ({ done, failed, unknown, bytes, depth }) => [
    `${count(done)} warmed, ${sized(bytes)}`,
    ...(failed + unknown > 0 ? [`${count(failed)} failed, ${count(unknown)} unknown`] : []),
    `queue ${count(depth)}`,
  ]);
}

/** @param {readonly Minute[]} minutes */
function drawLatency(minutes) {
  const top = roundUp(Math.max(100, ...minutes.map((each) => each.p95 ?? 0)));
  const into = frame("latency", minutes, top, (value) => took(value).join(" "));
  const { root, x, y } = into;
  for (const name of /** @type {const} */ (["p50", "p95"])) {
    const points = minutes.map(({ [name]: value }, index) =>
      value === null ? null : [(x(index) + x(index + 1)) / 2, y(value)],
    );
    // A minute without measured items is a gap; one alone is a dot, which a line to itself with round ends draws.
    const path = points.flatMap((point, index) =>
      point ? [`${points[index - 1] ? "L" : `M${point}L`}${point}`] : [],
    );
    if (path.length > 0) root.append(svg("path", { class: name, d: path.join("") }));
  }
  place("latency", into, minutes, ({ p50, p95 }) =>
    p95 === null || p50 === null
      ? ["nothing measured"]
      : [`P95 ${took(p95).join(" ")}`, `P50 ${took(p50).join(" ")}`],
  );
}

/**
 * Draws both plots of the last hour.
 * @param {readonly Minute[]} minutes
 */
export function drawCharts(minutes) {
  drawThroughput(minutes);
  drawLatency(minutes);
}
