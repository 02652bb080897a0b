// @ts-check
/** What the page makes of the workers of a fleet. */

/** @typedef {Awaited<ReturnType<typeof import("../status.ts").statusOf>>} Status */

/**
 * Whether no worker of a fleet takes work: then one does not start alone.
 * @param {Pick<Status, "fleet">} status
 */
export function areAllStopped({ fleet }) {
  return fleet !== null && fleet.workers.length > 0 && fleet.workers.every(({ stopped }) => stopped);
}

/**
 * What the button of the page asks for.
 * @param {Status} status
 */
export function orderOf(status) {
  if (status.worker_running) return { action: "stop" };
  return areAllStopped(status) ? { action: "start", worker: "all" } : { action: "start" };
}

/**
 * Who is stopped, where this worker is.
 * @param {Pick<Status, "fleet">} status
 */
export function stoppedTitle(status) {
  if (status.fleet === null || status.fleet.workers.length < 2) return "Stopped.";
  return areAllStopped(status) ? "All workers are stopped." : "This worker is stopped, others go on.";
}

/**
 * Whether another worker reads the sources.
 * @param {Pick<Status, "fleet">} status
 */
export function isReadElsewhere({ fleet }) {
  return fleet?.workers.some(({ id, leads }) => leads && id !== fleet.id) ?? false;
}
