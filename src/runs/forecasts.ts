import type { Emitter } from "../domain/events.ts";
import { LIMITS } from "../domain/limits.ts";
import type { WorkAmount, WorkForecast } from "../domain/work-forecast.ts";
import type { WorkLimits } from "../lanes/ceilings.ts";
import { forecast } from "../lanes/forecast.ts";
import type { PacksAhead, WorkMix } from "../pipeline/packs/outlook.ts";
import { PackableCount } from "../pipeline/packs/packable-count.ts";

/** Says how long this much work takes, and what it costs. */
export type ForecastOf = (work: WorkAmount) => WorkForecast;

export interface ForecastByOptions {
  readonly asks: boolean;
  /** What packs bring on the lanes of these limits, in their order. */
  readonly packsAhead: (work: WorkMix | null) => PacksAhead;
}

/**
 * Forecasts by these limits. `asks` says whether an object is asked for its type before it is read, so that it takes two
 * requests of class B instead of one, of which Telegram makes the second when it goes by URL.
 */
export function forecastBy(limits: WorkLimits, { asks, packsAhead }: ForecastByOptions): ForecastOf {
  return ({ toWarm, bytes, listed, packable }) => {
    const ahead = packsAhead(packable === undefined ? null : { toWarm, packable });
    const told = forecast({ ...carrying(limits, ahead.now), toWarm, bytes });
    const { ceilingPerMin: proved } = forecast({ ...carrying(limits, ahead.proved), toWarm, bytes });
    const { state, onTheWay } = ahead;
    return {
      toWarm,
      bytes,
      listed,
      packs: { state, onTheWay, perMin: state === "proved" ? told.ceilingPerMin : proved },
      lanes: limits.lanes.length,
      ...told,
      operations: { classA: pagesOf(listed), classB: toWarm * (asks ? 2 : 1) },
    };
  };
}

/** These limits where a call of each lane carries so many objects. */
function carrying(limits: WorkLimits, inCall: readonly number[]): WorkLimits {
  return { ...limits, lanes: limits.lanes.map((lane, nth) => ({ ...lane, inCall: inCall[nth] })) };
}

/** Pages that a run lists one after the other, and what the rest costs more when several are fetched at once: measured 0.1 to 0.5. */
const AHEAD = { behindPages: 8, share: 0.25 };

function pagesOf(listed: number): number {
  const pages = Math.ceil(listed / LIMITS.r2.pageObjects);
  return pages + Math.ceil(Math.max(0, pages - AHEAD.behindPages) * AHEAD.share);
}

export interface ForecastsOptions {
  /** Of the queue; 0 for no bound. */
  readonly capacity: number;
  readonly forecastOf: ForecastOf;
  /** Whether a bot has no lane to send by, so that what waits for it is not sent. */
  readonly isOut: (bot: string) => boolean;
}

/**
 * Counts what enters the queue and emits `forecast`: once as soon as the queue is full or the source has ended, and again at
 * the end of a source that was longer.
 */
export function emitForecasts(events: Emitter, { capacity, forecastOf, isOut }: ForecastsOptions): void {
  let toWarm = 0;
  let bytes = 0;
  let listed = 0;
  const packable = new PackableCount();
  let told: "nothing" | "so far" | "all" = "nothing";
  const tell = (all: boolean) => {
    told = all ? "all" : "so far";
    events.emit("forecast", { ...forecastOf({ toWarm, bytes, listed, packable: packable.all }), all });
  };
  events
    .on("queued", ({ bytes: more, depth, bot, packs }) => {
      if (bot === undefined || !isOut(bot)) {
        toWarm += 1;
        bytes += more;
        if (packs) packable.add(packs);
      }
      if (told === "nothing" && capacity > 0 && depth >= capacity) tell(false);
    })
    .on("source", (source) => {
      listed = source.listed;
      if (source.ended && told !== "all") tell(true);
    });
}
