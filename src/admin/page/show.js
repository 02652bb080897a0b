// @ts-check
import { byId, div, h, span } from "../../pages/dom.js";
import { again } from "./again.js";
import { drawCharts } from "./charts.js";
import { clear, draw, next } from "./draw.js";
import { workers, workersSum } from "./fleet.js";
import { areAllStopped, isReadElsewhere, stoppedTitle } from "./fleet-state.js";
import { cache, drawFailures, lanes, passes } from "./lists.js";
import { count, lanesSum, lasted, plural, time } from "./text.js";
import { notices, tiles } from "./tiles.js";

/** @typedef {import("./draw.js").Status} Status */

/** @type {Readonly<Record<Status["state"], readonly [tone: string, word: string]>>} */
const STATES = {
  running: ["good", "Running"],
  stopped: ["", "Stopped"],
  stopping: ["warn", "Draining"],
  degraded: ["warn", "Degraded"],
};

/**
 * Shows a worker as it is.
 * @param {Status} status
 */
export function show(status) {
  byId("login").hidden = true;
  byId("main").hidden = false;
  byId("main").classList.remove("stale");
  byId("lost").replaceChildren();
  showHead(status);
  const stopped = stoppedTitle(status);
  draw("notices", { ...pick(status, ["state", "troubles", "scale", "active"]), stopped }, notices);
  draw("tiles", status, tiles);
  drawCharts(status);
  showLanes(status);
  showFleet(status);
  draw("again", status.ledger, again);
  drawFailures(status.failures);
  byId("failures-sum").textContent =
    `${count(status.counts.failed)} failed, ${count(status.counts.unknown)} unknown since start${resolvedText(status.resolved)}`;
  draw("cache", status.cache, cache);
  draw("passes", { ...pick(status, ["passes", "reading"]), elsewhere: isReadElsewhere(status) }, passes);
  byId("floods").textContent =
    `${plural(status.flood_waits, "flood wait", "flood waits")}, ${plural(status.retries, "retry", "retries")} since start`;
  byId("updated").textContent = `Updated ${time(Date.now())}`;
}

/**
 * How lost answers were resolved; empty where none was.
 * @param {Status["resolved"]} resolved
 */
function resolvedText({ found, sent, unchecked }) {
  if (found + sent + unchecked === 0) return "";
  return `; lost answers: ${count(found)} found, ${count(sent)} sent again, ${count(unchecked)} unchecked`;
}

/**
 * Some members of an object.
 * @template {object} All
 * @template {keyof All} Name
 * @param {All} all
 * @param {readonly Name[]} names
 * @returns {Pick<All, Name>}
 */
function pick(all, names) {
  return /** @type {Pick<All, Name>} */ (Object.fromEntries(names.map((name) => [name, all[name]])));
}

/** @param {Status} status */
function showHead(status) {
  const { state, version, uptime_ms: uptime, worker_running: running } = status;
  const [tone, word] = STATES[state];
  showState(tone, word);
  byId("about").textContent = `v${version}, up ${lasted(uptime)}`;
  const button = byId("control");
  button.hidden = state === "stopping";
  button.textContent = running ? "Stop" : areAllStopped(status) ? "Start all" : "Start";
  button.className = running ? "" : "primary";
}

/**
 * @param {string} tone
 * @param {string} word
 */
function showState(tone, word) {
  draw("state", { tone, word }, () => span(`pill ${tone}`, word));
  document.title = `${word} - prewarm`;
}

/**
 * A lane that is frozen keeps the moment until which it is, so that counting down needs no answer.
 * @param {Status} status
 */
function showLanes({ lanes: all, now, scale }) {
  const offset = Date.now() - now;
  /** @type {(frozen: number) => number} */
  const until = (frozen) => (frozen > 0 ? Math.round((now + offset + frozen / scale) / 1000) * 1000 : 0);
  draw(
    "lanes",
    all.map((lane) => ({ ...lane, frozen_ms: 0, until: until(lane.frozen_ms) })),
    lanes,
  );
  byId("lanes-sum").textContent = lanesSum(all);
}

/**
 * The workers that share the work, where there are several.
 * @param {Status} status
 */
function showFleet({ fleet, now }) {
  const all = fleet === null ? [] : fleet.workers;
  byId("fleet-card").hidden = all.length < 2;
  draw(
    "fleet",
    all.map((worker) => ({
      ...worker,
      ago: Math.round((now - worker.seen) / 1000),
      here: worker.id === fleet?.id,
    })),
    workers,
  );
  byId("fleet-sum").textContent = workersSum(all);
}

/**
 * Says that nothing came from the worker since a moment in Unix milliseconds; what was shown stays, but pale.
 * @param {number} since
 * @param {unknown} error
 */
export function showLost(since, error) {
  byId("main").classList.add("stale");
  showState("bad", "Unreachable");
  byId("control").hidden = true;
  byId("lost").replaceChildren(
    div(
      "notice bad",
      h("strong", null, "The worker cannot be reached"),
      ` since ${time(since)}: ${reasonOf(error)}. Trying again every 2 s.`,
      next("see whether the process runs and what its log says last"),
    ),
  );
}

/** @param {unknown} error */
function reasonOf(error) {
  const silent =
    error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
  return !silent && error instanceof Error ? error.message : "it does not answer";
}

/**
 * Asks for the token.
 * @param {boolean} wrong whether one was given that is not it
 */
export function showLogin(wrong) {
  byId("login-wrong").hidden = !wrong;
  byId("main").hidden = true;
  byId("control").hidden = true;
  clear("state");
  byId("lost").replaceChildren();
  byId("login").hidden = false;
  byId("token").focus();
}
