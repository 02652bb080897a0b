// @ts-check
import { byId } from "../../pages/dom.js";
import { PlotBox } from "../../pages/plot.js";
import { count, engineTime, hour, sized, took } from "./text.js";

/** The two plots of the last hour. */

/** @typedef {import("../worker-view.ts").Minute} Minute */

const MINUTE_MS = 60_000;

/** @type {readonly Minute[]} */
let minutes = [];

const throughput = new PlotBox(byId("throughput"), {
  title: "Items a minute, last hour",
  curves: [
    { name: "warmed", colour: "1", shape: "bars", lastColour: "open" },
    { name: "failed or unknown", colour: "bad", shape: "bars", lastColour: "bad-open" },
  ],
  x: "time",
  margin: MINUTE_MS / 2,
  yText: count,
  least: 4,
  whole: true,
  empty: "Nothing was tried in the last hour.",
  tip: ([at]) => tipOf(at, throughputRows),
});

const latency = new PlotBox(byId("latency"), {
  title: "Time of the work, last hour",
  curves: [
    { name: "P95", colour: "1", shape: "line", look: "strong" },
    { name: "P50", colour: "2", shape: "line" },
  ],
  x: "time",
  margin: MINUTE_MS / 2,
  yText: (ms) => (ms === 0 ? "0" : took(ms).join(" ")),
  least: 100,
  empty: "Nothing was measured in the last hour.",
  tip: ([at]) => tipOf(at, latencyRows),
});

/**
 * @param {number | null | undefined} at
 * @param {(minute: Minute) => import("../../pages/plot.js").Tip["rows"]} rowsOf
 */
function tipOf(at, rowsOf) {
  const minute = minutes[at ?? -1];
  return minute ? { head: hour(minute.at), rows: rowsOf(minute) } : { head: "", rows: [] };
}

/** @param {Minute} minute */
function throughputRows({ done, failed, unknown, bytes, depth }) {
  const bad = { text: `${count(failed)} failed, ${count(unknown)} unknown`, colour: "bad" };
  return [
    { text: `${count(done)} warmed, ${sized(bytes)}`, colour: "1" },
    ...(failed + unknown > 0 ? [bad] : []),
    { text: `queue ${count(depth)}` },
  ];
}

/** @param {Minute} minute */
function latencyRows({ p50, p95 }) {
  if (p50 === null || p95 === null) return [{ text: "nothing measured" }];
  return [
    { text: `P95 ${took(p95).join(" ")}`, colour: "1" },
    { text: `P50 ${took(p50).join(" ")}`, colour: "2" },
  ];
}

/**
 * Draws the last hour, of simulated time where the clock runs faster: it ends now, and its minutes are minutes. A minute is
 * drawn at its middle.
 * @param {{ minutes: readonly Minute[], now: number, scale: number }} status sixty minutes
 */
export function drawCharts({ minutes: all, now, scale }) {
  for (const node of document.querySelectorAll("[data-hour]"))
    node.textContent = scale === 1 ? "last hour" : "last hour of simulated time";
  const hour = all.map((minute) => ({ ...minute, at: engineTime(minute.at, now, scale) }));
  minutes = hour;
  const at = hour.map((minute) => minute.at + MINUTE_MS / 2);
  const done = hour.map((minute) => minute.done || null);
  const tried = hour.map((minute) => minute.done + minute.failed + minute.unknown || null);
  throughput.show([at, done, tried]);
  latency.show([at, hour.map(({ p95 }) => p95), hour.map(({ p50 }) => p50)]);
}
