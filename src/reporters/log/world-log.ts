import type { Adviser } from "../../domain/advice.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter, EventMap, LaneView, StopCause } from "../../domain/events.ts";
import { type Failure, nextStep } from "../../domain/failure.ts";
import { listingLine } from "../listing-line.ts";
import { PREFIX } from "./item-lines.ts";
import type { Log, LogFields } from "./log-line.ts";

export interface WorldLogOptions {
  readonly clock: Clock;
  /** Whose words the way out of a failure is in. */
  readonly adviser: () => Adviser;
  readonly intervalMs: number;
  readonly maxQueue: number;
  /** Milliseconds between two listings of the bucket, whose price is logged; null where nothing is listed. */
  readonly listInterval: number | null;
}

/** Logs all that is not about one item: the worker, its queue, passes, lanes, health, calls, sentences. */
export function logWorld(events: Emitter, log: Log, options: WorldLogOptions): void {
  logWorker(events, log, options);
  logQueue(events, log, options.clock);
  logLanes(events, log, options);
  logHealth(events, log, options);
  events
    .on("pass", (pass) => logPass(pass, log, options))
    .on("call", ({ bot, chat, ms, failure }) => {
      const fields = { bot, chat, ms: Math.round(ms), reason: failure?.reason };
      log({ level: "debug", msg: `${PREFIX}[CALL]`, fields });
    })
    .on("notice", ({ level, text }) => log({ level, msg: text, fields: {} }));
  if (options.listInterval !== null) logListingCost(events, log, options.listInterval);
}

/** What listing the bucket this often costs a month: as soon as its size is known, and again when it has grown by half. */
function logListingCost(events: Emitter, log: Log, intervalMs: number): void {
  let told = 0;
  events.on("pass", ({ ended, failure, read }) => {
    if (!ended || failure || (told > 0 && read < told * 1.5)) return;
    told = Math.max(read, 1);
    log({ level: "info", msg: listingLine({ objects: read, intervalMs }), fields: {} });
  });
}

/** Each start and each stop once, whether by a signal or by the admin API. */
function logWorker(
  events: Emitter,
  log: Log,
  { clock, adviser, intervalMs, maxQueue }: WorldLogOptions,
): void {
  let concurrency: number | null = null;
  let running = false;
  const start = () => {
    if (running || concurrency === null) return;
    running = true;
    const fields = { interval_ms: intervalMs, concurrency, max_queue_size: maxQueue };
    log({ level: "info", msg: `${PREFIX}[WORKER][START]`, fields });
  };
  const stop = (fields: LogFields, level: "info" | "error" = "info") => {
    // What ends a worker is told also when it never began.
    if (running || level === "error") log({ level, msg: `${PREFIX}[WORKER][STOP]`, fields });
    running = false;
  };
  events
    .on("started", ({ command, lanes, concurrency: places, ledger }) => {
      concurrency = places;
      start();
      const scale = clock.scale === 1 ? undefined : clock.scale;
      const fields = { command, lanes, ledger, time_scale: scale };
      log({ level: "info", msg: `${PREFIX}[WORKER][CONFIG]`, fields });
    })
    .on("claiming", (claiming) => (claiming.running ? start() : stop({ by: "control" })))
    .on("stopping", (cause) => {
      concurrency = null;
      if (cause.type === "signal") stop({ by: cause.signal });
      else stop({ by: cause.type, ...causeFields(cause, adviser()) }, "error");
    });
}

function causeFields(cause: StopCause, adviser: Adviser): LogFields {
  return "failure" in cause ? failureFields(cause.failure, adviser) : {};
}

function failureFields({ class: cls, reason, code, message }: Failure, adviser: Adviser): LogFields {
  return { class: cls, reason, code, message, next: nextStep(reason, adviser) };
}

/** The feeder waits and goes on by the item while the queue is full; only a minute with room ends that. */
const ROOM_MS = 60_000;

function logQueue(events: Emitter, log: Log, clock: Clock): void {
  let roomSince: number | null = Number.NEGATIVE_INFINITY;
  events.on("room", ({ full, depth, capacity }) => {
    if (!full) {
      roomSince ??= clock.now();
      return;
    }
    const isNew = roomSince !== null && clock.now() - roomSince >= ROOM_MS;
    roomSince = null;
    const fields = { queue_size: depth, max_queue_size: capacity };
    if (isNew) log({ level: "warn", msg: `${PREFIX}[QUEUE][FULL]`, fields });
  });
}

function logPass(
  { source, ended, read, queued, ms, failure }: EventMap["pass"],
  log: Log,
  { adviser }: WorldLogOptions,
): void {
  const msg = `${PREFIX}[PASS]${ended ? "[DONE]" : "[START]"}`;
  if (!ended) log({ level: "debug", msg, fields: { source } });
  else
    log({
      level: failure ? "warn" : queued > 0 ? "info" : "debug",
      msg,
      fields: {
        source,
        read,
        queued,
        ms: Math.round(ms),
        ...(failure ? failureFields(failure, adviser()) : {}),
      },
    });
}

function logLanes(events: Emitter, log: Log, { clock, adviser }: WorldLogOptions): void {
  const before = new Map<string, LaneView>();
  events.on("lane", (lane) => {
    const { bot, chat, frozenUntil, closed, perMinute } = lane;
    const name = `${bot} ${chat}`;
    const last = before.get(name);
    before.set(name, lane);
    const about = { bot, chat };
    if (closed && !last?.closed)
      log({
        level: "error",
        msg: `${PREFIX}[LANE][CLOSED]`,
        fields: { ...about, ...failureFields(closed, adviser()) },
      });
    else if (!closed && last?.closed) log({ level: "info", msg: `${PREFIX}[LANE][OPEN]`, fields: about });
    const frozenMs = frozenUntil - clock.now();
    if (frozenMs > 0 && frozenUntil > (last?.frozenUntil ?? 0))
      log({
        level: "warn",
        msg: `${PREFIX}[LANE][FROZEN]`,
        fields: { ...about, seconds: Math.ceil(frozenMs / 1000) },
      });
    if (last && last.perMinute !== perMinute)
      log({
        level: "debug",
        msg: `${PREFIX}[LANE][PACE]`,
        fields: { ...about, per_minute: round(perMinute) },
      });
  });
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

/** A part that goes out of order, gets another trouble, or comes back; the same trouble again is no news. */
function logHealth(events: Emitter, log: Log, { adviser }: WorldLogOptions): void {
  const before = new Map<string, string>();
  events.on("health", ({ part, failure }) => {
    const last = before.get(part);
    if (failure && failure.reason !== last) {
      before.set(part, failure.reason);
      log({
        level: "warn",
        msg: `${PREFIX}[HEALTH][DOWN]`,
        fields: { part, ...failureFields(failure, adviser()) },
      });
    } else if (!failure && last !== undefined) {
      before.delete(part);
      log({ level: "info", msg: `${PREFIX}[HEALTH][UP]`, fields: { part } });
    }
  });
}
