import type { LaneView } from "../domain/events.ts";
import { type Failure, nextStep } from "../domain/failure.ts";
import type { FleetWorker } from "../ledgers/fleet-port.ts";
import type { RouteParts } from "./routes.ts";
import type { LastPass, WorkerView } from "./worker-view.ts";

/** The one word for how a worker is: ending, stopped by the admin API, with something out of order, or well. */
type WorkerState = "stopping" | "stopped" | "degraded" | "running";

/** What ending, stopped or degraded says about a worker; the gravest wins. */
function stateOf({ stopping, running, troubles }: WorkerView): WorkerState {
  if (stopping) return "stopping";
  if (!running) return "stopped";
  return troubles.length > 0 ? "degraded" : "running";
}

/**
 * All that the status page shows, in snake_case: moments in Unix milliseconds, durations in milliseconds of the engine's clock,
 * which runs `scale` times faster than the wall.
 */
export async function statusOf({ view, history, clock, version }: RouteParts) {
  const ledger = await view.badRows();
  const fleet = view.fleet && { id: view.fleet.id, workers: (await view.fleet.workers()).map(workerOf) };
  const now = view.snapshot();
  const words = new Map(view.packWords().map(({ bot, chat, packs }) => [`${bot}|${chat}`, packs]));
  const packsOf = ({ bot, chat }: LaneView) => words.get(`${bot}|${chat}`) ?? null;
  return {
    version,
    now: clock.wall(),
    scale: now.scale,
    uptime_ms: now.durationMs / now.scale,
    state: stateOf(view),
    worker_running: view.running,
    troubles: view.troubles.map(({ part, failure, since }) => ({
      part,
      since,
      ...explained(failure),
      also: closedBeside(part, failure, now.lanes).map(explained),
    })),
    counts: now.counts,
    resolved: now.lostAnswers.resolved,
    success_rate: now.successRate,
    throughput_per_min: now.recentPerMinute,
    bytes_per_second: now.recentBytesPerSecond,
    bytes: now.bytes,
    latency_ms: now.latency,
    flood_waits: now.floodWaits,
    retries: now.retries,
    queue: { depth: now.depth, max: view.maxQueue, full: view.maxQueue > 0 && now.depth >= view.maxQueue },
    active: now.active,
    concurrency: now.concurrency,
    lanes: now.lanes.map((lane) => ({ ...laneOf(lane, now.now), packs: packsOf(lane) })),
    ledger,
    fleet,
    cache: view.cache,
    minutes: history.minutes(),
    failures: history.failures(),
    passes: history.passes().map(passOf),
    reading: history.reading(),
  };
}

function workerOf({ id, pid, host, version, admin, since, seen, ...how }: FleetWorker) {
  const { places, active, perMinute, stopped, leads, bots } = how;
  const about = { id, pid, host, version, admin, since, seen };
  return { ...about, places, active, per_minute: perMinute, stopped, leads, bots: bots.length };
}

function laneOf({ bot, chat, title, perMinute, sent, frozenUntil, closed }: LaneView, now: number) {
  return {
    bot,
    chat,
    title,
    per_minute: perMinute,
    sent,
    frozen_ms: Math.max(0, frozenUntil - now),
    closed: closed && explained(closed),
  };
}

/**
 * Why other lanes of a bot that is out of order are closed: where one waits there is nothing to do about that one, but there
 * is about these.
 */
function closedBeside(part: string, { reason }: Failure, lanes: readonly LaneView[]): Failure[] {
  const closed = lanes.flatMap((lane) => (part === `bot:${lane.bot}` && lane.closed ? lane.closed : []));
  const others = closed.filter((failure) => failure.reason !== reason);
  return [...new Map(others.map((failure) => [failure.reason, failure])).values()];
}

function passOf({ failure, ...pass }: LastPass) {
  return { ...pass, failure: failure && explained(failure) };
}

/** A failure for people. */
function explained({ reason, message }: Failure) {
  return { reason, message, next: nextStep(reason, "page") };
}
