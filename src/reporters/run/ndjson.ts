import type { Writable } from "node:stream";
import { errorCode, whyNotWritten } from "../../domain/error-code.ts";
import type { Emitter } from "../../domain/events.ts";
import type { Failure } from "../../domain/failure.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { LostPlan } from "../../domain/resolved.ts";
import { shownJson } from "../../domain/shown-json.ts";
import type { Percentiles, RunTotals, Snapshot } from "../../figures/snapshot.ts";
import type { Reporter } from "../reporter.ts";

const NO_TIMES: Percentiles = { p50: 0, p95: 0, p99: 0 };
const NEVER_BEGAN: RunTotals = {
  scale: 1,
  durationMs: 0,
  counts: { ready: 0, skipped: 0, weak: 0, failed: 0, unknown: 0 },
  total: 0,
  leftUnknown: 0,
  leftFailed: 0,
  filtered: 0,
  limit: "none",
  tried: 0,
  successRate: 1,
  bytes: 0,
  perMinute: 0,
  latency: NO_TIMES,
  queueWait: NO_TIMES,
  laneWait: NO_TIMES,
  floodWaits: 0,
  retries: 0,
  lostAnswers: {
    resolved: { found: 0, sent: 0, unchecked: 0 },
    unchecked: new Map(),
    later: 0,
    lookAt: null,
    open: new Map(),
  },
  botsOut: [],
  lanesOut: [],
};

export interface NdjsonReporter extends Reporter {
  /** Writes the last line of a run. */
  summary(snapshot: Snapshot, exitCode: number): void;
  /** Writes any other line. */
  line(value: { readonly type: string }): void;
  /** Why lines are lost, in words; null where none is, or where the reader went away. */
  trouble(): string | null;
}

/** An item as a line of `--json`: the published fields in their order, then those that are not always there. */
function itemLine(item: ItemResult) {
  const { total, queue, lane, download, send } = item.latency;
  const ms = Math.round;
  const { error } = item;
  return {
    type: "item",
    key: item.key,
    bot: item.bot,
    kind: item.kind,
    status: item.status,
    file_id: item.fileId,
    file_unique_id: item.fileUniqueId,
    chat_id: item.chatId,
    message_id: item.messageId,
    transfer: item.transfer,
    bytes: item.bytes,
    attempts: item.attempts,
    latency_ms: {
      total: ms(total),
      queue: ms(queue),
      lane: ms(lane),
      download: ms(download),
      send: ms(send),
    },
    error: error && { class: error.class, reason: error.reason, code: error.code, message: error.message },
    reason: item.reason,
    asked_kind: item.askedKind,
    came_back_as: item.cameBackAs,
    shown_as: item.shownAs,
    pack: item.pack,
    left: item.left,
    resolved: item.resolved,
    resolved_why: item.resolvedWhy,
    look_at: item.lookAt === undefined ? undefined : new Date(item.lookAt).toISOString(),
    where: item.where,
  };
}

function lostFields(lost: LostPlan) {
  return {
    lost: lost.is === "absent" ? "sent" : lost.is,
    look_at: lost.is === "later" ? new Date(lost.at).toISOString() : undefined,
    resolved_why: lost.is === "unchecked" ? lost.why : undefined,
  };
}

function told({ class: failureClass, reason, message }: Failure) {
  return { class: failureClass, reason, message };
}

/** To so many decimals, as a number. */
function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function percentiles({ p50, p95, p99 }: Percentiles): Percentiles {
  return { p50, p95, p99 };
}

/** A run as the last line of `--json`. Times and paces are those of the engine's clock; `time_scale` says when that is not the wall's. */
export function summaryLine(run: RunTotals, exitCode: number) {
  const { ready, skipped, weak, failed, unknown } = run.counts;
  return {
    type: "summary",
    total: run.total,
    ready,
    skipped,
    weak,
    failed,
    unknown,
    success_rate: rounded(run.successRate, 6),
    throughput_per_min: rounded(run.perMinute, 2),
    bytes: run.bytes,
    duration_ms: Math.round(run.durationMs),
    latency_ms: percentiles(run.latency),
    flood_waits: run.floodWaits,
    exit_code: exitCode,
    queue_ms: percentiles(run.queueWait),
    lane_ms: percentiles(run.laneWait),
    left_unknown: run.leftUnknown,
    left_failed: run.leftFailed,
    retries: run.retries,
    resolved: run.lostAnswers.resolved,
    look_at: run.lostAnswers.lookAt === null ? undefined : new Date(run.lostAnswers.lookAt).toISOString(),
    bots_out: run.botsOut.map(({ bot, failure }) => ({ bot, ...told(failure) })),
    lanes_out: run.lanesOut.map(({ bot, chat, closed }) => ({ bot, chat_id: chat, ...told(closed) })),
    filtered: run.filtered,
    bottleneck: run.limit,
    time_scale: run.scale === 1 ? undefined : run.scale,
  };
}

/** The last line of a run that ended before it began (flags, configuration): all figures 0. */
export function emptySummary(out: Writable, exitCode: number): void {
  out.on("error", () => {});
  out.write(`${shownJson(summaryLine(NEVER_BEGAN, exitCode))}\n`);
}

/**
 * Writes each item, and each object of a plan, as a line of JSON to `out`. When the reader goes away (EPIPE) it falls silent and the run goes on;
 * `stop` resolves when everything has been handed over.
 */
export function ndjsonReporter(events: Emitter, out: Writable): NdjsonReporter {
  let isOpen = true;
  let trouble: string | null = null;
  const close = () => {
    isOpen = false;
  };
  const fail = (error: Error) => {
    close();
    if (errorCode(error) !== "EPIPE") trouble ??= whyNotWritten(error);
  };
  out.on("error", fail).on("close", close);
  const line = (value: object) => {
    if (isOpen) out.write(`${shownJson(value)}\n`);
  };
  events.on("item", (item) => line(itemLine(item)));
  events.on("planned", ({ key, bot, kind, bytes, way, lost }) =>
    line({ type: "planned", key, bot, kind, bytes, adopt: way, ...(lost && lostFields(lost)) }),
  );
  return {
    line,
    summary: (snapshot, exitCode) => line(summaryLine(snapshot, exitCode)),
    stop: () => (isOpen ? flushed(out) : Promise.resolve()),
    trouble: () => trouble,
  };
}

function flushed(out: Writable): Promise<void> {
  return new Promise((resolve) => {
    out.once("error", () => resolve());
    out.write("", () => resolve());
  });
}
