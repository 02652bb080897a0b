import type { RunOptions } from "../config/run-options.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import { Bell } from "../domain/bell.ts";
import type { Emitter } from "../domain/events.ts";
import { ok } from "../domain/result.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import type { Dispatcher } from "../pipeline/dispatch.ts";
import type { PlanRules } from "../pipeline/plan.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Pool } from "../queue/pool.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import { passes as passMoments } from "../sources/watched.ts";
import type { Bot } from "../telegram/port.ts";
import { Breaker, type BreakerOptions } from "../worker/breaker.ts";
import type { Watch } from "../worker/keep-warm.ts";
import { LaneWatch } from "../worker/lane-watch.ts";
import { LookWatch } from "../worker/look-watch.ts";
import { Outages } from "../worker/outages.ts";
import { ReportWatch } from "../worker/report-watch.ts";
import { Requests } from "../worker/requests.ts";
import { type PassEnd, SourceScanner } from "../worker/source-scanner.ts";
import { type Schedule, SourceWatch } from "../worker/source-watch.ts";
import type { StartupCheck } from "../worker/startup-check.ts";
import { WorkerPolicy } from "../worker/worker-policy.ts";
import type { Connections } from "./connect.ts";
import { openEngine } from "./engine.ts";
import type { Packing } from "./packs.ts";
import { sourceOf } from "./plan.ts";
import { type FleetParts, sharedWork } from "./shared-work.ts";
import { openTakeOver } from "./take-over.ts";
import { ownWork, type WorkParts, type WorkSide } from "./work-side.ts";

export interface KeepingOptions {
  readonly config: WorkerConfig;
  readonly options: RunOptions;
  readonly found: StartupCheck;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  /** Removes a warmup message once its id is safe; null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
  /** Whether work is claimed now; `bell` is rung when that changes. */
  readonly desk: { readonly running: boolean };
  /** What it shares the work with others by; null where it works alone. */
  readonly fleet: FleetParts | null;
}

/** What keeps a source warm, with what others look at and ring. */
export interface Keeping {
  readonly dispatcher: Dispatcher;
  readonly watches: readonly Watch[];
  readonly breaker: Breaker;
  readonly outages: Outages;
  readonly queue: WorkQueue;
  readonly pool: Pool;
  readonly lanes: Lanes;
  /** Wakes the dispatcher. */
  readonly bell: Bell;
  /** Rung when something was asked for by name. */
  readonly asked: Bell;
  /** Takes what is asked for by name. */
  readonly requests: Requests;
  /** What is done about packs beside the queue. */
  readonly packing: Packing;
  /** Whether this worker reads the source; true where it works alone. */
  readonly leads: () => boolean;
  readonly backlog: WorkSide["backlog"];
  /** Gives back what is left, once nothing runs any more. */
  readonly end: () => Promise<void>;
}

/** Puts together what keeps a bucket or a manifest warm. Nothing runs yet. */
export async function openKeeping(given: KeepingOptions): Promise<Keeping> {
  const { config, found, connections, ledger, events, stop, desk } = given;
  const { clock } = connections;
  const { intervalMs } = config;
  const engine = await openEngine({ ...given, found: found.lanes });
  const { bell, queue, pool, lanes, settlement, looks, packing } = engine;
  const { bots } = engine.plan;
  const rules: PlanRules = { ...engine.plan, waits: true };
  const byName: PlanRules = { ...rules, selection: null, as: undefined };
  const asked = new Bell();
  const outages = new Outages(clock, events);
  const laneWatch = new LaneWatch({ clock, stop, events, outages, lanes, bots, intervalMs });
  const onBack = () => {
    for (const watch of watches) watch.again();
    bell.ring();
  };
  const breaker = new Breaker({
    clock,
    events,
    outages,
    onBack,
    ask: asksOf(connections),
    draining: stop.draining,
    away: found.away,
  });
  // Lanes that are all closed are reported and tried again by the lane watch.
  stop.spare((cause) => cause.type === "no_lane" || breaker.takes(cause));
  const work = workOf(given, { engine, byName, breaker, asked, onBack });
  const { door, skips, takeBack, end } = work;
  const scanner = scannerOf(given, { door, skips, rules });
  const schedule = scheduleOf(given);
  work.onScans(() => schedule.nudge());
  const scans = { scan: () => (work.scans() ? scanner.scan() : Promise.resolve(NO_SCAN)) };
  const sourceWatch = new SourceWatch({ clock, stop, breaker, outages, scanner: scans, schedule });
  const takeOver = await openTakeOver(given, lanes, bots);
  const reportWatch = new ReportWatch({ stop, breaker, takeOver, next: work.nextReports });
  const lookWatch = new LookWatch(looks, stop.draining);
  const watches: readonly Watch[] = [sourceWatch, ...work.watches, laneWatch, reportWatch, lookWatch];
  const policy = new WorkerPolicy({ stop, breaker, lanes, settlement, takeBack, desk });
  const dispatcher = engine.dispatcher(policy);
  const requests = new Requests({ clock, ledger, rules: byName, canAsk: () => !breaker.isOpen, asked });
  const { scans: leads, backlog } = work;
  const shown = { outages, queue, pool, lanes, packing, leads, backlog };
  return { ...shown, dispatcher, watches, breaker, bell, asked, requests, end };
}

function workOf(given: KeepingOptions, parts: WorkParts): WorkSide {
  return given.fleet ? sharedWork(given, given.fleet, parts) : ownWork(given, parts);
}

/** Another worker scans. */
const NO_SCAN: PassEnd = { failure: null, missed: 0 };

/** Questions that change nothing: is R2 there, is Telegram there (one of the bots is enough)? */
function asksOf({ storage, bots }: Connections): BreakerOptions["ask"] {
  const telegram = async () => {
    const answers = await Promise.all(bots.map(({ bot }: { bot: Bot }) => bot.getMe()));
    return answers.find((answer) => answer.ok || answer.failure.class !== "transient")
      ? ok(undefined)
      : (answers[0] ?? ok(undefined));
  };
  return { r2: () => storage.check(), telegram };
}

function scannerOf(
  { config: { bucket }, options, ledger, connections, events, stop }: KeepingOptions,
  { door, skips, rules }: Pick<WorkSide, "door" | "skips"> & { readonly rules: PlanRules },
): SourceScanner {
  const { clock, storage } = connections;
  let last = "";
  // Most passes find what the one before found.
  const tell = (level: "info" | "warn", text: string) => {
    if (text !== last) events.emit("notice", { level, text });
    last = text;
  };
  const open = () =>
    sourceOf({ options, storage, ledger, bots: rules.bots, bucket, tell, onNothing: "warn" });
  const name = options.manifest?.path ?? "bucket";
  return new SourceScanner({
    clock,
    events,
    door,
    skips,
    rules,
    name,
    open,
    draining: stop.draining,
  });
}

function scheduleOf({ config, options, connections, stop }: KeepingOptions): Schedule {
  const { manifest } = options;
  return passMoments({
    clock: connections.clock,
    intervalMs: config.listInterval,
    signal: stop.draining,
    file: manifest ? { path: manifest.path, pollMs: config.intervalMs } : undefined,
  });
}
