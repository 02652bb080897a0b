import type { Emitter } from "../domain/events.ts";
import type { WorkAmount, WorkForecast } from "../domain/work-forecast.ts";
import { type ForecastInput, forecast } from "../lanes/forecast.ts";

/** Says how long this much work takes. */
export type ForecastOf = (work: WorkAmount) => WorkForecast;

/** Forecasts by these lanes. */
export function forecastBy({
  lanes,
  botPerMinute,
}: Pick<ForecastInput, "lanes" | "botPerMinute">): ForecastOf {
  return ({ toWarm, bytes }) => ({
    toWarm,
    bytes,
    lanes: lanes.length,
    ...forecast({ toWarm, lanes, botPerMinute }),
  });
}

/**
 * Counts what enters the queue and emits `forecast`: once as soon as the queue is full or the source has ended, and again at
 * the end of a source that was longer. `capacity` is that of the queue, 0 for no bound.
 */
export function emitForecasts(events: Emitter, capacity: number, forecastOf: ForecastOf): void {
  let toWarm = 0;
  let bytes = 0;
  let told: "nothing" | "so far" | "all" = "nothing";
  const tell = (all: boolean) => {
    told = all ? "all" : "so far";
    events.emit("forecast", { ...forecastOf({ toWarm, bytes }), all });
  };
  events
    .on("queued", ({ bytes: more, depth }) => {
      toWarm += 1;
      bytes += more;
      if (told === "nothing" && capacity > 0 && depth >= capacity) tell(false);
    })
    .on("source", ({ ended }) => {
      if (ended && told !== "all") tell(true);
    });
}
