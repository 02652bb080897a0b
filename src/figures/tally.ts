import type { Clock } from "../domain/clock.ts";
import type { Emitter, EventMap, LaneView } from "../domain/events.ts";
import { type ItemResult, movedBytes } from "../domain/outcome.ts";
import type { WorkMeasures } from "../domain/work-forecast.ts";
import { ItemCounts } from "./item-counts.ts";
import { botsOut, lanesOut } from "./lanes-out.ts";
import { Latencies } from "./latencies.ts";
import { LostAnswerCounts } from "./lost-answers.ts";
import { Rates } from "./rates.ts";
import type { Figures, Snapshot } from "./snapshot.ts";
import { WorkMeasure } from "./work-measure.ts";

/** What only queue and pool know. */
export interface Gauges {
  /** Tasks that wait. */
  readonly depth: () => number;
  /** Places of the pool that are taken. */
  readonly active: () => number;
  /** The moment of the engine's clock from which on some lane may be called; Infinity while none may. */
  readonly nextCall?: () => number;
}

/** Counts what the engine says, in memory that does not grow with the number of items. */
export class Tally implements Figures {
  readonly #clock: Clock;
  readonly #items = new ItemCounts();
  readonly #lost = new LostAnswerCounts();
  readonly #latencies = new Latencies();
  readonly #measure = new WorkMeasure();
  #forecast: Snapshot["forecast"] = null;
  readonly #rates: Rates;
  readonly #lanes = new Map<string, LaneView>();
  /** What the last events said of queue and pool. */
  readonly #last = { depth: 0, active: 0 };
  #gauges: Gauges = { depth: () => this.#last.depth, active: () => this.#last.active };
  #concurrency = 0;
  #floodWaits = 0;
  #retries = 0;
  readonly #looking = { left: 0, looks: 0 };
  #source: EventMap["source"] = { read: 0, bytes: 0, filtered: 0, listed: 0, ended: false };

  /** Listens to `events` from now on; times run from here until a `started` event sets them anew. */
  constructor(events: Emitter, clock: Clock) {
    this.#clock = clock;
    this.#rates = new Rates(clock.now());
    events
      .on("started", ({ concurrency }) => {
        this.#concurrency = concurrency;
        this.#rates.start(clock.now());
      })
      .on("source", (source) => {
        this.#source = source;
      })
      .on("forecast", ({ ceilingPerMin, etaSeconds, packs }) => {
        const withPacks = packs?.onTheWay ? packs.perMin : null;
        this.#forecast = { perMinute: ceilingPerMin, etaSeconds, withPacks };
      })
      .on("queued", ({ depth }) => {
        this.#last.depth = depth;
      })
      .on("active", ({ count }) => {
        this.#last.active = count;
      })
      .on("call", ({ failure }) => {
        if (failure?.class === "flood") this.#floodWaits++;
      })
      .on("looking", ({ left }) => {
        this.#looking.left = left;
      })
      .on("look", () => {
        this.#looking.looks++;
      })
      .on("lane", (lane) => this.#lanes.set(JSON.stringify([lane.bot, lane.chat]), lane))
      .on("laneMoved", ({ bot, chat }) => this.#lanes.delete(JSON.stringify([bot, chat])))
      .on("retry", () => {
        this.#retries++;
      })
      .on("item", (item) => this.#count(item));
  }

  /** Reads depth and active from their owners from now on, instead of from the last event that said them. */
  watch(gauges: Gauges): void {
    this.#gauges = gauges;
  }

  /** What a later run may count with. */
  measures(): WorkMeasures {
    const { durationMs } = this.#rates.figures(this.#clock.now(), 0);
    return this.#measure.measures(durationMs, this.#concurrency);
  }

  /** All figures as of now. Cheap enough for ten times a second. */
  snapshot(): Snapshot {
    const now = this.#clock.now();
    const rates = this.#rates.figures(now, this.#items.done);
    const lanes = [...this.#lanes.values()];
    const [depth, active] = [this.#gauges.depth(), this.#gauges.active()];
    return {
      now,
      scale: this.#clock.scale,
      ...this.#items.figures(),
      ...rates,
      ...this.#latencies.figures(),
      floodWaits: this.#floodWaits,
      retries: this.#retries,
      lostAnswers: this.#lost.figures(),
      looking: this.#looking.left > 0 ? { ...this.#looking } : null,
      depth,
      active,
      concurrency: this.#concurrency,
      nextCallMs: this.#untilCall(now),
      lanes,
      lanesOut: lanesOut(lanes),
      botsOut: botsOut(lanes),
      read: this.#source.read,
      filtered: this.#source.filtered,
      forecast: this.#forecast,
      limit: this.#measure.limit(rates.durationMs, this.#concurrency),
      sourceEnded: this.#source.ended,
      etaMs: this.#eta(depth + active, rates.recentPerMinute || (this.#forecast?.perMinute ?? 0)),
    };
  }

  #untilCall(now: number): number | null {
    const at = this.#gauges.nextCall?.() ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(at) ? Math.max(0, at - now) : null;
  }

  #count(item: ItemResult): void {
    this.#items.add(item);
    this.#lost.add(item);
    if (item.status === "ready" || item.status === "weak")
      this.#rates.add(this.#clock.now(), movedBytes(item));
    if (item.attempts === 0) return;
    this.#latencies.add(item.latency);
    this.#measure.add(item);
  }

  #eta(remaining: number, perMinute: number): number | null {
    if (!this.#source.ended) return null;
    if (remaining === 0) return 0;
    return perMinute > 0 ? (remaining / perMinute) * 60_000 : null;
  }
}
