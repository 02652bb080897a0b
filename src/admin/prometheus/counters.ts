import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { EventMap, Pass } from "../../domain/events.ts";
import { MEDIA_KINDS } from "../../domain/media.ts";
import type { ItemResult, ItemStatus } from "../../domain/outcome.ts";
import { RESOLVED } from "../../domain/resolved.ts";
import { botLabel, type PrometheusOptions } from "./labels.ts";

const STATUSES: readonly ItemStatus[] = ["ready", "weak", "skipped", "failed", "unknown"];
const PHASES = ["queue", "lane", "download", "send"] as const;
/** Why an item ends whose attempt was noted as in doubt while it went on. */
const LEASE_LOST = "process_died";
/** Seconds: from a cached answer to a lane that was frozen for half an hour. */
const ITEM_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** Seconds: from a small manifest to a bucket of millions. */
const PASS_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];

/** Adds what only goes up, counted from the engine's events. */
export function countEvents(registry: Registry, options: PrometheusOptions): void {
  countItems(registry, options);
  countCalls(registry, options);
  countPasses(registry, options);
}

function countItems(registry: Registry, { events, bots, clock }: PrometheusOptions): void {
  const label = botLabel(bots);
  const registers = [registry];
  const items = new Counter({
    name: "prewarm_items_total",
    help: "Items that ended, by bot, kind and status. Old failures that were only found so are left out.",
    labelNames: ["bot", "kind", "status"],
    registers,
  });
  const lost = new Counter({
    name: "prewarm_lost_calls_total",
    help: "Items that got a file_id after their answer had been lost, by bot and how: found, sent again, sent again unchecked.",
    labelNames: ["bot", "resolved"],
    registers,
  });
  const leases = new Counter({
    name: "prewarm_leases_lost_total",
    help: "Items that ended unknown since their attempt was not this worker's any more: it had stood still, or been without its database.",
    labelNames: ["bot"],
    registers,
  });
  const bytes = new Counter({
    name: "prewarm_warmed_bytes_total",
    help: "Bytes of the items that got a file_id.",
    labelNames: ["bot"],
    registers,
  });
  const durations = new Histogram({
    name: "prewarm_item_duration_seconds",
    help: "Time of the items that were tried, by phase: waiting in the queue, waiting for a lane, download, send.",
    labelNames: ["phase"],
    buckets: ITEM_BUCKETS,
    registers,
  });
  const last = new Gauge({
    name: "prewarm_last_item_timestamp_seconds",
    help: "When an item that was tried ended last; the start of the worker before that.",
    registers,
  });
  last.set(clock.wall() / 1000);
  // A series that begins above 0 hides its first failures from rate() and increase().
  for (const bot of bots) {
    bytes.inc({ bot }, 0);
    leases.inc({ bot }, 0);
    for (const resolved of RESOLVED) lost.inc({ bot, resolved }, 0);
    for (const kind of MEDIA_KINDS) for (const status of STATUSES) items.inc({ bot, kind, status }, 0);
  }
  for (const phase of PHASES) durations.zero({ phase });
  events.on("item", (item: ItemResult) => {
    if (item.left) return;
    const bot = label(item.bot);
    items.inc({ bot, kind: item.kind ?? "none", status: item.status });
    if (item.status === "ready" || item.status === "weak") bytes.inc({ bot }, item.bytes ?? 0);
    if (item.resolved) lost.inc({ bot, resolved: item.resolved });
    if (item.reason === LEASE_LOST) leases.inc({ bot });
    if (item.attempts === 0) return;
    last.set(clock.wall() / 1000);
    for (const phase of PHASES) durations.observe({ phase }, item.latency[phase] / 1000);
  });
}

function countCalls(registry: Registry, { events, bots }: PrometheusOptions): void {
  const label = botLabel(bots);
  const registers = [registry];
  const calls = new Counter({
    name: "prewarm_calls_total",
    help: "Calls to Telegram, by bot, chat and result: ok, or the class of the failure.",
    labelNames: ["bot", "chat", "result"],
    registers,
  });
  const floods = new Counter({
    name: "prewarm_flood_waits_total",
    help: "Calls that Telegram answered with a wait.",
    labelNames: ["bot"],
    registers,
  });
  const retries = new Counter({
    name: "prewarm_retries_total",
    help: "Tries that failed and went back to the queue, by bot and class of the failure.",
    labelNames: ["bot", "class"],
    registers,
  });
  for (const bot of bots) floods.inc({ bot }, 0);
  events
    .on("call", ({ bot, chat, failure }) => {
      calls.inc({ bot: label(bot), chat, result: failure?.class ?? "ok" });
      if (failure?.class === "flood") floods.inc({ bot: label(bot) });
    })
    .on("retry", ({ bot, failure }: EventMap["retry"]) =>
      retries.inc({ bot: label(bot), class: failure.class }),
    );
}

function countPasses(registry: Registry, { events, clock }: PrometheusOptions): void {
  const about = { labelNames: ["source"] as const, registers: [registry] };
  const duration = new Histogram({
    ...about,
    name: "prewarm_pass_duration_seconds",
    help: "How long a look at a source (the bucket, a manifest) took.",
    buckets: PASS_BUCKETS,
  });
  const last = new Gauge({
    ...about,
    name: "prewarm_last_pass_timestamp_seconds",
    help: "When a source was read to its end last.",
  });
  const entries = new Gauge({
    ...about,
    name: "prewarm_pass_entries",
    help: "Entries that the last whole pass over a source read.",
  });
  const queued = new Counter({
    ...about,
    name: "prewarm_pass_queued_total",
    help: "Entries of a source that were put into the queue.",
  });
  const failures = new Counter({
    ...about,
    name: "prewarm_pass_failures_total",
    help: "Passes over a source that broke off.",
  });
  events.on("pass", ({ source, ended, failure, ms, read, queued: found }: Pass) => {
    failures.inc({ source }, failure ? 1 : 0);
    if (!ended) return;
    queued.inc({ source }, found);
    duration.observe({ source }, ms / 1000);
    if (failure) return;
    last.set({ source }, clock.wall() / 1000);
    entries.set({ source }, read);
  });
}
