/** Each part of the page as a function of what it shows. */
export const SCRIPT_PARTS = `
const STATES = { running: ["good", "Running"], stopped: ["", "Stopped"], stopping: ["warn", "Draining"], degraded: ["warn", "Degraded"] };

function tile(name, [value, unit], note, { tone, share } = {}) {
  const bar = share == null ? null : h("div", { class: "bar" + (tone ? " warn" : "") }, h("i"));
  if (bar) bar.firstChild.style.width = Math.min(100, share * 100) + "%";
  return h("div", { class: "tile" },
    h("dt", null, name),
    h("dd", { class: tone && !bar ? tone : null }, value, unit ? h("span", { class: "unit" }, unit) : null),
    bar,
    h("div", { class: "note" + (tone && bar ? " warn" : "") }, note));
}

function tiles(s) {
  const { counts, queue, latency_ms: latency } = s;
  const tried = counts.ready + counts.weak + counts.failed + counts.unknown;
  const warmed = counts.ready + counts.weak;
  return [
    tile("Throughput", [short(s.throughput_per_min), "/min"], sized(s.bytes_per_second) + "/s, last minute"),
    tile("P95, since start", tried ? took(latency.p95) : ["-"], tried ? "P50 " + took(latency.p50).join(" ") : "download and send"),
    tile("Success", tried ? [percent(s.success_rate), "%"] : ["-"], hourly(s.minutes),
      { tone: tried && s.success_rate < 0.95 ? "bad" : null }),
    tile("Queue", [count(queue.depth), queue.max ? "of " + count(queue.max) : ""],
      queue.full ? "Full: sources wait" : queue.depth ? "waiting" : "nothing waits",
      { share: queue.max ? queue.depth / queue.max : 0, tone: queue.full ? "warn" : null }),
    tile("Under way", [String(s.active), s.concurrency ? "of " + s.concurrency : ""], s.active < s.concurrency ? plural(s.concurrency - s.active, "place", "places") + " free" : s.concurrency ? "all places taken" : "not started yet",
      { share: s.concurrency ? s.active / s.concurrency : 0 }),
    tile("Warmed", [count(warmed)], sized(s.bytes) + (counts.weak ? ", " + count(counts.weak) + " weak" : "")),
  ];
}

function hourly(minutes) {
  const sum = (name) => minutes.reduce((total, minute) => total + minute[name], 0);
  const tried = sum("done") + sum("failed") + sum("unknown");
  return tried ? percent(sum("done") / tried) + " % in the last hour" : "nothing tried in the last hour";
}

function notices({ state, troubles, scale, active }) {
  const calm = (title, text) => h("div", { class: "notice calm" }, h("strong", null, title), " ", text);
  return [
    state === "stopping" ? calm("The worker is ending.", plural(active, "call is", "calls are") + " being finished; nothing new is begun.") : null,
    state === "stopped" ? calm("Stopped.", "No new work is begun; everything that waits keeps its place.") : null,
    ...troubles.map(({ part, message, next: way, since }) =>
      h("div", { class: "notice" },
        h("div", null, h("strong", null, partName(part)), " ", message, h("span", { class: "muted small" }, " since " + time(since))),
        next(way))),
    scale !== 1 ? calm("Simulated time.", "Durations and paces are of a clock that runs " + scale + " times faster than real time.") : null,
  ];
}

function partName(part) {
  const known = { r2: "R2", telegram: "Telegram", source: "Source" };
  return (known[part] || (part.startsWith("bot:") ? "Bot " + part.slice(4) : part)) + ":";
}

function laneRow({ bot, chat, title, per_minute: pace, sent, until, closed }) {
  const state = closed
    ? [h("div", { class: "state bad" }, "Closed"), h("div", { class: "small" }, closed.message), next(closed.next)]
    : until > 0
      ? [h("span", { class: "state warn" }, "Frozen"), " ", h("span", { class: "muted small" }, "for ", h("span", { "data-until": until }, left(until)))]
      : [h("span", { class: "state good" }, "Open")];
  return h("tr", null,
    h("td", null, h("div", null, title || chat), h("div", { class: "muted small" }, bot + " in ", h("span", { class: "chat" }, chat))),
    h("td", { class: closed ? "full" : "state-cell" }, state),
    h("td", { class: "num", "data-label": "pace" }, closed ? "-" : [short(pace), h("span", { class: "muted" }, "/min")]),
    h("td", { class: "num", "data-label": "sent" }, count(sent)));
}

const left = (until) => lasted(Math.max(0, until - Date.now()));

/** Rows under a head; cells that begin with # hold numbers. */
function table(heads, rows, none) {
  if (rows.length === 0) return h("p", { class: "empty" }, none);
  const head = heads.map((name) => h("th", { class: name.startsWith("#") ? "num" : null }, name.replace("#", "")));
  return h("table", null, h("thead", null, h("tr", null, head)), h("tbody", null, rows));
}

const lanes = (all) => table(["Lane", "State", "#Pace", "#Sent"], all.map(laneRow), "No lane yet: the bots and chats are being looked at.");

function failure({ at, status, bot, key, chat, reason, message, next: way }) {
  const where = [bot, chat].filter(Boolean).join(" in ");
  return h("li", null,
    h("div", { class: "top" }, h("span", { class: "name" }, key), h("span", { class: "tag " + status }, reason), h("span", { class: "when" }, time(at))),
    h("div", { class: "small" }, message, where ? h("span", { class: "muted" }, " (" + where + ")") : null),
    next(way));
}

/** The newest few; all of them on demand. */
function failures({ all, whole }) {
  if (all.length === 0) return h("p", { class: "empty" }, "Nothing failed since the worker started.");
  const list = h("ul", { class: "items" }, all.slice(0, whole ? all.length : FEW).map(failure));
  if (all.length <= FEW) return list;
  const button = h("button", { class: "quiet small", type: "button" }, whole ? "Show fewer" : "Show all " + all.length);
  button.addEventListener("click", () => { wholeList = !whole; drawFailures(all); });
  return [list, button];
}

const FEW = 4;
let wholeList = false;
const drawFailures = (all) => draw("failures", { all, whole: wholeList }, failures);

function cache({ hits, misses, bytes }) {
  const share = hits + misses ? percent(hits / (hits + misses)) + " %" : "-";
  const facts = [["Answered by the cache", share], ["Hits", count(hits)], ["Misses", count(misses)], ["Held now", sized(bytes)]];
  return h("dl", { class: "facts" }, facts.flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

function passes({ ended, reading }) {
  if (ended.length + reading.length === 0) return h("p", { class: "empty" }, "No source was read yet.");
  return h("ul", { class: "items" },
    reading.map((source) => h("li", null, h("div", { class: "top" }, h("span", { class: "name" }, source), h("span", { class: "when" }, "reading now")))),
    ended.map(({ source, at, read, queued, ms, failure }, index) =>
      h("li", null,
        h("div", { class: "top" }, h("span", { class: "name" }, source), h("span", { class: "when" }, time(at))),
        h("div", { class: "muted small" }, plural(read, "entry", "entries") + " in " + took(ms).join(" ") + ", " + (queued ? count(queued) + " to warm" : "nothing new")),
        failure && h("div", { class: "small bad" }, failure.message),
        failure && index === 0 && next(failure.next))));
}
`;
