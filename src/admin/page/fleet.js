// @ts-check
import { div, h, span } from "../../pages/dom.js";
import { plural, short } from "./text.js";

/** @typedef {import("./draw.js").Status} Status */
/** @typedef {NonNullable<Status["fleet"]>["workers"][number] & { ago: number, here: boolean }} Worker `ago`: seconds since it was seen; `here`: it is the one that answers. */

/**
 * A row a worker.
 * @param {readonly Worker[]} all
 */
export function workers(all) {
  const head = ["Worker", "State"].map((name) => h("th", null, name));
  const numbers = ["Places", "Rate"].map((name) => h("th", { class: "num" }, name));
  return h("table", null, h("thead", null, h("tr", null, head, numbers)), h("tbody", null, all.map(row)));
}

/** @param {Worker} worker */
function row(worker) {
  const { id, pid, host, version, ago, active, places, per_minute: rate, here } = worker;
  const names = [
    h("div", null, `${id} on ${host}${here ? " (this one)" : ""}`),
    div("muted small", `pid ${pid}, ${version ?? "no version"}, seen ${ago} s ago`),
  ];
  return h(
    "tr",
    null,
    h("td", null, names),
    h("td", { class: "state-cell" }, state(worker)),
    h("td", { class: "num", "data-label": "places" }, `${active}/${places}`),
    h("td", { class: "num", "data-label": "rate" }, [short(rate), span("muted", "/min")]),
  );
}

/** Seconds after which a worker has missed three of the words that it lives. */
const SILENT_S = 15;

/** @param {Worker} worker */
function state({ stopped, leads, ago }) {
  if (ago > SILENT_S) return span("state warn", "Silent");
  if (stopped) return span("state warn", "Stopped");
  return span("state good", leads ? "Leads" : "Works");
}

/**
 * What all of them do together.
 * @param {readonly { per_minute: number, stopped: boolean }[]} all
 */
export function workersSum(all) {
  const rate = all.reduce((sum, worker) => sum + worker.per_minute, 0);
  return `${plural(all.length, "worker", "workers")}, ${short(rate)}/min together`;
}
