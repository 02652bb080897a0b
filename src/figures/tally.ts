import type { Clock } from "../domain/clock.ts";
import type { Emitter, EventMap, LaneView } from "../domain/events.ts";
import { LatencyHistogram } from "../domain/latency-histogram.ts";
import type { ItemResult, ItemStatus } from "../domain/outcome.ts";
import { REASONS, type Reason, SKIP_REASONS, type SkipReason } from "../domain/reasons.ts";
import { RecentRate } from "./recent-rate.ts";
import type { Figures, Percentiles, ReasonCount, Snapshot } from "./snapshot.ts";

/** What only queue and pool know. */
export interface Gauges {
  /** Tasks that wait. */
  readonly depth: () => number;
  /** Places of the pool that are taken. */
  readonly active: () => number;
}

function isReason(reason: string): reason is Reason {
  return reason in REASONS;
}

function isSkipReason(reason: string): reason is SkipReason {
  return reason in SKIP_REASONS;
}

/** Zeros as long as nothing was recorded. */
function percentilesOf(histogram: LatencyHistogram): Percentiles {
  const at = (percent: number) => histogram.percentile(percent) ?? 0;
  return { p50: at(50), p95: at(95), p99: at(99) };
}

/** Counts what the engine says, in memory that does not grow with the number of items. */
export class Tally implements Figures {
  readonly #clock: Clock;
  readonly #recent: RecentRate;
  readonly #histograms = {
    latency: new LatencyHistogram(3),
    download: new LatencyHistogram(3),
    send: new LatencyHistogram(3),
    queueWait: new LatencyHistogram(3),
    laneWait: new LatencyHistogram(3),
  };
  readonly #counts: Record<ItemStatus, number> = { ready: 0, skipped: 0, weak: 0, failed: 0, unknown: 0 };
  readonly #left = { unknown: 0, failed: 0 };
  readonly #skips = new Map<SkipReason, number>();
  readonly #reasons = new Map<string, ReasonCount>();
  readonly #lanes = new Map<string, LaneView>();
  #gauges: Gauges = { depth: () => this.#depth, active: () => this.#active };
  #depth = 0;
  #active = 0;
  #startedAt: number;
  #concurrency = 0;
  #bytes = 0;
  #floodWaits = 0;
  #retries = 0;
  #source: EventMap["source"] = { read: 0, bytes: 0, ended: false };

  /** Listens to `events` from now on; times run from here until a `started` event sets them anew. */
  constructor(events: Emitter, clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#recent = new RecentRate(this.#startedAt);
    events
      .on("started", ({ concurrency }) => this.#start(concurrency))
      .on("source", (source) => {
        this.#source = source;
      })
      .on("queued", ({ depth }) => {
        this.#depth = depth;
      })
      .on("active", ({ count }) => {
        this.#active = count;
      })
      .on("call", ({ failure }) => {
        if (failure?.class === "flood") this.#floodWaits++;
      })
      .on("lane", (lane) => this.#lanes.set(JSON.stringify([lane.bot, lane.chat]), lane))
      .on("retry", () => {
        this.#retries++;
      })
      .on("item", (item) => this.#end(item));
  }

  /** Reads depth and active from their owners instead of from the last event that told them. */
  watch(gauges: Gauges): void {
    this.#gauges = gauges;
  }

  /** All figures as of now. Cheap enough for ten times a second. */
  snapshot(): Snapshot {
    const now = this.#clock.now();
    const durationMs = now - this.#startedAt;
    const recent = this.#recent.perMinute(now);
    const { ready, weak } = this.#counts;
    const [depth, active] = [this.#gauges.depth(), this.#gauges.active()];
    return {
      now,
      scale: this.#clock.scale,
      durationMs,
      counts: { ...this.#counts },
      total: Object.values(this.#counts).reduce((sum, count) => sum + count, 0),
      leftUnknown: this.#left.unknown,
      leftFailed: this.#left.failed,
      skips: new Map(this.#skips),
      reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count),
      successRate: this.#successRate(),
      bytes: this.#bytes,
      perMinute: durationMs > 0 ? ((ready + weak) * 60_000) / durationMs : 0,
      recentPerMinute: recent.items,
      recentBytesPerSecond: recent.bytes / 60,
      ...this.#percentiles(),
      floodWaits: this.#floodWaits,
      retries: this.#retries,
      depth,
      active,
      concurrency: this.#concurrency,
      lanes: [...this.#lanes.values()],
      read: this.#source.read,
      sourceEnded: this.#source.ended,
      etaMs: this.#eta(depth + active, recent.items),
    };
  }

  #start(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#startedAt = this.#clock.now();
    this.#recent.start(this.#startedAt);
  }

  #end(item: ItemResult): void {
    this.#counts[item.status]++;
    if (item.status === "ready" || item.status === "weak") {
      this.#bytes += item.bytes ?? 0;
      this.#recent.add(this.#clock.now(), item.bytes ?? 0);
    }
    if (item.left && (item.status === "unknown" || item.status === "failed")) this.#left[item.status]++;
    if (item.reason !== null) this.#explain(item, item.reason);
    if (item.attempts > 0) this.#measure(item);
  }

  #explain(item: ItemResult, reason: Reason | SkipReason): void {
    if (isSkipReason(reason)) this.#skips.set(reason, (this.#skips.get(reason) ?? 0) + 1);
    const { status } = item;
    if (status === "ready" || status === "skipped" || !isReason(reason)) return;
    const name = `${status} ${reason}`;
    const known = this.#reasons.get(name);
    this.#reasons.set(name, {
      status,
      class: item.error?.class ?? REASONS[reason].class,
      reason,
      count: (known?.count ?? 0) + 1,
      left: (known?.left ?? 0) + (item.left ? 1 : 0),
      example: known?.example ?? item.where ?? item.key ?? "",
      message: known?.message ?? item.error?.message ?? "",
    });
  }

  #measure({ latency }: ItemResult): void {
    this.#histograms.latency.record(latency.download + latency.send);
    this.#histograms.download.record(latency.download);
    this.#histograms.send.record(latency.send);
    this.#histograms.queueWait.record(latency.queue);
    this.#histograms.laneWait.record(latency.lane);
  }

  #percentiles() {
    const { latency, download, send, queueWait, laneWait } = this.#histograms;
    return {
      latency: percentilesOf(latency),
      download: percentilesOf(download),
      send: percentilesOf(send),
      queueWait: percentilesOf(queueWait),
      laneWait: percentilesOf(laneWait),
    };
  }

  #successRate(): number {
    const { ready, weak, failed, unknown } = this.#counts;
    const tried = ready + weak + failed + unknown - this.#left.failed - this.#left.unknown;
    return tried === 0 ? 1 : (ready + weak) / tried;
  }

  #eta(remaining: number, perMinute: number): number | null {
    if (!this.#source.ended) return null;
    if (remaining === 0) return 0;
    return perMinute > 0 ? (remaining / perMinute) * 60_000 : null;
  }
}
