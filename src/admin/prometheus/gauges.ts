import { Counter, Gauge, type Registry } from "prom-client";
import type { LaneView } from "../../domain/events.ts";
import type { Snapshot } from "../../figures/snapshot.ts";
import type { WorkerView } from "../worker-view.ts";
import { botLabel, type PrometheusOptions } from "./labels.ts";

/** What a figure is read from. */
interface Now {
  readonly view: WorkerView;
  readonly figures: Snapshot;
}

/** Gauges without labels: name, meaning, and where the value comes from. */
const PLAIN: readonly (readonly [string, string, (now: Now) => number])[] = [
  ["prewarm_queue_depth", "Tasks that wait in the queue.", ({ figures }) => figures.depth],
  [
    "prewarm_queue_capacity",
    "Tasks that the queue takes before the source has to wait; 0 for no bound.",
    ({ view }) => view.maxQueue,
  ],
  ["prewarm_active_transfers", "Items under way.", ({ figures }) => figures.active],
  [
    "prewarm_concurrency",
    "Items that may be under way at the same time.",
    ({ figures }) => figures.concurrency,
  ],
  [
    "prewarm_claiming",
    "1 while new work is begun, 0 when stopped or ending.",
    ({ view }) => Number(view.running),
  ],
  ["prewarm_stopping", "1 while the worker ends.", ({ view }) => Number(view.stopping)],
  [
    "prewarm_leads",
    "1 while this worker reads the sources: always where it works alone, one of those that share the work.",
    ({ view }) => Number(view.leads),
  ],
  ["prewarm_cache_bytes", "Bytes of objects in the 5-minute cache.", ({ view }) => view.cache.bytes],
];

/** Gauges of a lane: name, meaning, value at the moment `now` of the engine's clock. */
const LANE: readonly (readonly [string, string, (lane: LaneView, now: number) => number])[] = [
  [
    "prewarm_lane_frozen_seconds",
    "Seconds until the lane may be called again; 0 when it is free.",
    ({ frozenUntil }, now) => Math.max(0, frozenUntil - now) / 1000,
  ],
  ["prewarm_lane_pace_per_minute", "Calls a minute that the lane is paced at.", ({ perMinute }) => perMinute],
  [
    "prewarm_lane_closed",
    "1 when the chat takes no more messages of this bot.",
    ({ closed }) => (closed === null ? 0 : 1),
  ],
];

/** Adds what goes up and down, read from the worker at each scrape. */
export function addGauges(registry: Registry, options: PrometheusOptions): void {
  const { view } = options;
  const registers = [registry];
  for (const [name, help, value] of PLAIN)
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value({ view, figures: view.snapshot() }));
      },
    });
  addCache(registry, view);
  addLanes(registry, options);
  addParts(registry, options);
  addBacklog(registry, options);
}

/** The worker counts the reads of its cache; these follow its counts. */
function addCache(registry: Registry, view: WorkerView): void {
  const of = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  of("prewarm_cache_hits_total", "Reads of objects that the 5-minute cache answered.", () => view.cache.hits);
  of("prewarm_cache_misses_total", "Reads of objects that went to R2.", () => view.cache.misses);
}

/** Lanes come and go (a group becomes a supergroup), so each scrape names those of the moment alone. */
function addLanes(registry: Registry, { view, bots }: PrometheusOptions): void {
  const label = botLabel(bots);
  for (const [name, help, value] of LANE)
    new Gauge({
      name,
      help,
      labelNames: ["bot", "chat"],
      registers: [registry],
      collect() {
        this.reset();
        const { lanes, now } = view.snapshot();
        for (const lane of lanes) this.set({ bot: label(lane.bot), chat: lane.chat }, value(lane, now));
      },
    });
}

/** Told by the leader of a fleet alone: no other worker asks for the work of all bots. */
function addBacklog(registry: Registry, { view, bots }: PrometheusOptions): void {
  const label = botLabel(bots);
  new Gauge({
    name: "prewarm_backlog_seconds",
    help: "For how long work of a bot has waited without a break, told by the leader of a fleet alone.",
    labelNames: ["bot"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [bot, ms] of view.backlog()) this.set({ bot: label(bot) }, ms / 1000);
    },
  });
}

/** Parts of the outside world; one that is in trouble and not known here counts as `other`. */
function addParts(registry: Registry, { view, bots }: PrometheusOptions): void {
  const parts = new Set(["r2", "telegram", "source", ...bots.map((bot) => `bot:${bot}`)]);
  new Gauge({
    name: "prewarm_up",
    help: "1 for a part of the outside world (r2, telegram, source, each bot) that is in order, 0 for one that is not.",
    labelNames: ["part"],
    registers: [registry],
    collect() {
      this.reset();
      for (const part of parts) this.set({ part }, 1);
      for (const { part } of view.troubles) this.set({ part: parts.has(part) ? part : "other" }, 0);
    },
  });
}
