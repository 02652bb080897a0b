// @ts-check
import { div, h, span } from "../../pages/dom.js";
import { tryAgain } from "./again.js";
import { draw, next } from "./draw.js";
import { count, lasted, percent, plural, short, sized, time, took } from "./text.js";

/** @typedef {import("./draw.js").Status} Status */
/** @typedef {import("../../pages/dom.js").Child} Child */
/** @typedef {Status["lanes"][number] & { until: number }} Lane `until`: Unix milliseconds of this browser's clock; 0 while it is free. */

/** Failures and passes that are shown at first. */
const FEW_FAILURES = 4;
const FEW_PASSES = 5;

/**
 * A row a lane.
 * @param {readonly Lane[]} all
 */
export function lanes(all) {
  if (all.length === 0) return none("No lane yet: the bots and chats are being looked at.");
  const head = ["Lane", "State"].map((name) => h("th", null, name));
  const numbers = ["Pace", "Sent"].map((name) => h("th", { class: "num" }, name));
  const rows = h("tbody", null, all.map(laneRow));
  return [h("table", null, h("thead", null, h("tr", null, head, numbers)), rows), packNotes(all)];
}

/**
 * Whether packs are used, once for all lanes of which the same is true: the sentence is long.
 * @param {readonly Lane[]} all
 */
function packNotes(all) {
  const notes = [...new Set(all.flatMap(({ packs }) => packs ?? []))];
  return notes.map((note) => {
    const same = all.filter(({ packs }) => packs === note);
    const where =
      same.length === all.length ? "" : ` in ${same.map(({ title, chat }) => title || chat).join(", ")}`;
    return div("muted small note", `Packs${where}: ${note}`);
  });
}

/** @param {Lane} lane */
function laneRow(lane) {
  const { bot, chat, title, per_minute: pace, sent, closed } = lane;
  const names = [h("div", null, title || chat), div("muted small", `${bot} in `, span("chat", chat))];
  const paced = closed ? "-" : [short(pace), span("muted", "/min")];
  return h(
    "tr",
    null,
    h("td", null, names),
    h("td", { class: closed ? "full" : "state-cell" }, laneState(lane)),
    h("td", { class: "num", "data-label": "pace" }, paced),
    h("td", { class: "num", "data-label": "sent" }, count(sent)),
  );
}

/**
 * @param {Lane} lane
 * @returns {Child}
 */
function laneState({ closed, until }) {
  if (closed) return [div("state bad", "Closed"), div("small", closed.message), next(closed.next)];
  if (until === 0) return span("state good", "Open");
  const remaining = h("span", { "data-until": until }, left(until));
  return [span("state warn", "Frozen"), " ", span("muted small", "for ", remaining)];
}

/**
 * The time left until a moment in Unix milliseconds.
 * @param {number} until
 */
export function left(until) {
  return lasted(Math.max(0, until - Date.now()));
}

/** Whether all failures are shown, not only the newest few. */
let whole = false;

/**
 * Draws the last failures: the newest few, all of them on demand.
 * @param {Status["failures"]} all
 */
export function drawFailures(all) {
  draw("failures", { all, whole }, failures);
}

/**
 * @param {{ all: Status["failures"], whole: boolean }} shown
 * @returns {Child}
 */
function failures({ all, whole: every }) {
  if (all.length === 0) return none("Nothing failed since the worker started.");
  const list = h("ul", { class: "items" }, all.slice(0, every ? all.length : FEW_FAILURES).map(failure));
  if (all.length <= FEW_FAILURES) return list;
  const label = every ? "Show fewer" : `Show all ${all.length}`;
  const button = h("button", { class: "quiet small", type: "button" }, label);
  button.addEventListener("click", () => {
    whole = !every;
    drawFailures(all);
  });
  return [list, button];
}

/** @param {Status["failures"][number]} failure */
function failure({ at, status, bot, key, again, chat, reason, message, next: way }) {
  const where = [bot, chat].filter(Boolean).join(" in ");
  return h(
    "li",
    null,
    div("top", span("name", key), span(`tag ${status}`, reason), span("when", time(at))),
    div("small", message, where !== "" && span("muted", ` (${where})`)),
    next(way),
    again !== null && tryAgain("Try again", { keys: [again] }, status === "unknown"),
  );
}

/**
 * What the cache of downloads did.
 * @param {Status["cache"]} cache
 */
export function cache({ hits, misses, bytes }) {
  const facts = [
    ["Answered by the cache", hits + misses > 0 ? `${percent(hits / (hits + misses))} %` : "-"],
    ["Hits", count(hits)],
    ["Misses", count(misses)],
    ["Held now", sized(bytes)],
  ];
  return h(
    "dl",
    { class: "facts" },
    facts.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]),
  );
}

/**
 * The sources that are being read, then the last passes that ended.
 * @param {Pick<Status, "passes" | "reading"> & { elsewhere: boolean }} status `elsewhere`: another worker reads the sources.
 */
export function passes({ passes: ended, reading, elsewhere }) {
  if (ended.length + reading.length === 0)
    return none(elsewhere ? "The worker that leads reads the sources." : "No source was read yet.");
  const under = reading.map((source) => h("li", null, passHead(source, "reading now")));
  return h("ul", { class: "items" }, under, ended.slice(0, FEW_PASSES).map(pass));
}

/**
 * @param {Status["passes"][number]} pass
 * @param {number} index
 */
function pass({ source, at, read, queued, ms, failure: broken }, index) {
  const found = queued > 0 ? `${count(queued)} to warm` : "nothing new";
  return h(
    "li",
    null,
    passHead(source, time(at)),
    div("muted small", `${plural(read, "entry", "entries")} in ${took(ms).join(" ")}, ${found}`),
    broken && div("small bad", broken.message),
    broken && index === 0 && next(broken.next),
  );
}

/**
 * @param {string} source
 * @param {string} when
 */
function passHead(source, when) {
  return div("top", span("name", source), span("when", when));
}

/** @param {string} text */
function none(text) {
  return h("p", { class: "empty" }, text);
}
