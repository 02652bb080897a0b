// @ts-check

/** Numbers and times as people read them. No function here knows of a page. */

/**
 * A whole number: `12,480`.
 * @param {number} value
 */
export function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

/**
 * A number with one digit behind the point while it is below 100.
 * @param {number} value
 */
export function short(value) {
  return value >= 100 ? count(value) : value.toFixed(1);
}

/**
 * A share in percent, rounded down: 100 only where nothing is missing.
 * @param {number} share
 */
export function percent(share) {
  return share >= 1 ? "100" : (Math.floor(share * 1000) / 10).toFixed(1);
}

/**
 * Bytes with their unit: `4.1 MB`.
 * @param {number} bytes
 */
export function sized(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${units[unit]}`;
}

/**
 * Milliseconds of work as a number and its unit.
 * @param {number} ms
 * @returns {[value: string, unit: string]}
 */
export function took(ms) {
  return ms < 1000 ? [String(Math.round(ms)), "ms"] : [(ms / 1000).toFixed(ms < 99950 ? 1 : 0), "s"];
}

/**
 * A long time in its two largest units: `1h 30m`.
 * @param {number} ms
 */
export function lasted(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds} s`;
}

/** @param {number} value */
function two(value) {
  return String(value).padStart(2, "0");
}

/**
 * Hour and minute of a moment in Unix milliseconds, where the reader is.
 * @param {number} at
 */
export function hour(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * The time of day of a moment in Unix milliseconds; with the date where it is not the day of `now`.
 * @param {number} at
 * @param {number} now
 */
export function time(at, now = Date.now()) {
  const date = new Date(at);
  const today = date.toDateString() === new Date(now).toDateString();
  const day = today ? "" : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `;
  return `${day}${hour(at)}:${two(date.getSeconds())}`;
}

/**
 * A moment of the past as far from now as the worker's clock has gone since, which may run faster: its minutes are minutes.
 * @param {number} at
 * @param {number} now
 * @param {number} scale
 */
export function engineTime(at, now, scale) {
  return now - (now - at) * scale;
}

/**
 * A number with its word: `1 retry`, `2 retries`.
 * @param {number} value
 * @param {string} one
 * @param {string} many
 */
export function plural(value, one, many) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * How many lanes are in each state, and what the open ones can do together: `1 open, 1 closed, 1 frozen, 20.0/min together`.
 * @param {readonly { closed: object | null, frozen_ms: number, per_minute: number }[]} all
 */
export function lanesSum(all) {
  const open = all.filter(({ closed, frozen_ms: frozen }) => !closed && frozen <= 0);
  const closed = all.filter((lane) => lane.closed).length;
  const frozen = all.length - open.length - closed;
  const pace = open.reduce((sum, lane) => sum + lane.per_minute, 0);
  const parts = [
    `${count(open.length)} open`,
    closed > 0 && `${count(closed)} closed`,
    frozen > 0 && `${count(frozen)} frozen`,
    open.length > 0 && `${short(pace)}/min together`,
  ];
  return all.length > 0 ? parts.filter(Boolean).join(", ") : "";
}

/**
 * What the worker answers.
 * @typedef {object} Answer
 * @property {number} accepted
 * @property {number} duplicates
 * @property {readonly { key: string, next: string }[]} passed_over
 * @property {readonly string[]} not_found
 */

/**
 * What became of a request, in words.
 * @param {Answer} answer
 */
export function saidOf({ accepted, duplicates, passed_over: passed, not_found: missing }) {
  const first = passed[0];
  const said = [
    accepted > 0 && `${plural(accepted, "row is", "rows are")} tried again.`,
    duplicates > 0 && `${plural(duplicates, "row waits", "rows wait")} for it already.`,
    first && `${first.key}: ${first.next}.`,
    missing.length > 0 && `${missing[0]}: the ledger has no row of it; the next pass looks at it again.`,
  ].filter(Boolean);
  return said.length > 0 ? said.join(" ") : "There is nothing to try again.";
}
