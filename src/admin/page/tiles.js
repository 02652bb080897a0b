// @ts-check
import { div, h, span } from "../../pages/dom.js";
import { next } from "./draw.js";
import { count, percent, plural, short, sized, time, took } from "./text.js";

/** @typedef {import("./draw.js").Status} Status */
/** @typedef {{ tone?: "warn" | "bad" | null, share?: number }} Look */

/**
 * A figure with its name and a note. With a `share` there is a bar below it, which takes the tone.
 * @param {string} name
 * @param {readonly [value: string, unit?: string]} figure
 * @param {string} note
 * @param {Look} [look]
 */
function tile(name, [value, unit = ""], note, { tone = null, share } = {}) {
  const barred = share !== undefined;
  return div(
    "tile",
    h("dt", null, name),
    h("dd", { class: barred ? null : tone }, value, unit !== "" && span("unit", unit)),
    barred && bar(share, tone !== null),
    div(`note${barred && tone !== null ? " warn" : ""}`, note),
  );
}

/**
 * @param {number} share
 * @param {boolean} warns
 */
function bar(share, warns) {
  const inner = h("i", null);
  inner.style.width = `${Math.min(100, share * 100)}%`;
  return div(`bar${warns ? " warn" : ""}`, inner);
}

/**
 * What counts, at the top of the page.
 * @param {Status} status
 */
export function tiles(status) {
  const { counts, queue, latency_ms: latency, active, concurrency } = status;
  const warmed = counts.ready + counts.weak;
  const tried = warmed + counts.failed + counts.unknown;
  const weak = counts.weak > 0 ? `, ${count(counts.weak)} weak` : "";
  return [
    tile(
      "Throughput",
      [short(status.throughput_per_min), "/min"],
      `${sized(status.bytes_per_second)}/s, last minute`,
    ),
    tile(
      "P95, since start",
      tried > 0 ? took(latency.p95) : ["-"],
      tried > 0 ? `P50 ${took(latency.p50).join(" ")}` : "download and send",
    ),
    tile("Success", tried > 0 ? [percent(status.success_rate), "%"] : ["-"], hourly(status.minutes), {
      tone: tried > 0 && status.success_rate < 0.95 ? "bad" : null,
    }),
    tile("Queue", [count(queue.depth), queue.max > 0 ? `of ${count(queue.max)}` : ""], queueNote(status), {
      share: queue.max > 0 ? queue.depth / queue.max : 0,
      tone: queue.full ? "warn" : null,
    }),
    tile(
      "Under way",
      [String(active), concurrency > 0 ? `of ${concurrency}` : ""],
      places(active, concurrency),
      { share: concurrency > 0 ? active / concurrency : 0 },
    ),
    tile("Warmed", [count(warmed)], `${sized(status.bytes)}${weak}`),
  ];
}

/** @param {Pick<Status, "queue" | "fleet">} status */
function queueNote({ queue, fleet }) {
  if (queue.full) return "Full: sources wait";
  if (queue.depth > 0) return "waiting";
  return fleet === null ? "nothing waits" : "nothing waits here";
}

/**
 * @param {number} active
 * @param {number} concurrency
 */
function places(active, concurrency) {
  if (concurrency === 0) return "not started yet";
  return active < concurrency
    ? `${plural(concurrency - active, "place", "places")} free`
    : "all places taken";
}

/** @param {Status["minutes"]} minutes */
function hourly(minutes) {
  const done = minutes.reduce((sum, minute) => sum + minute.done, 0);
  const tried = minutes.reduce((sum, minute) => sum + minute.failed + minute.unknown, done);
  return tried > 0 ? `${percent(done / tried)} % in the last hour` : "nothing tried in the last hour";
}

/**
 * What is out of the ordinary, and the way out of it.
 * @param {Pick<Status, "state" | "troubles" | "scale" | "active"> & { stopped: string }} status `stopped`: who is, in words.
 */
export function notices({ state, troubles, scale, active, stopped }) {
  /** @type {(title: string, text: string) => HTMLElement} */
  const calm = (title, text) => div("notice calm", h("strong", null, title), " ", text);
  const calls = plural(active, "call is", "calls are");
  return [
    state === "stopping" && calm("The worker is ending.", `${calls} being finished; nothing new is begun.`),
    state === "stopped" && calm(stopped, "No new work is begun; everything that waits keeps its place."),
    troubles.map(trouble),
    scale !== 1 &&
      calm(
        "Simulated time.",
        `Durations and paces are of a clock that runs ${scale} times faster than real time.`,
      ),
  ];
}

/** @param {Status["troubles"][number]} trouble */
function trouble({ part, message, next: way, since, also }) {
  const title = h("strong", null, `${partName(part)}:`);
  return div(
    "notice",
    h("div", null, title, " ", message, span("muted small", ` since ${time(since)}`)),
    next(way),
    also.map((other) => [h("div", null, "And: ", other.message), next(other.next)]),
  );
}

/** @param {string} part */
function partName(part) {
  if (part.startsWith("bot:")) return `Bot ${part.slice(4)}`;
  return (
    new Map([
      ["r2", "R2"],
      ["telegram", "Telegram"],
      ["source", "Source"],
    ]).get(part) ?? part
  );
}
