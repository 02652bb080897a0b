import type { Emitter } from "../domain/events.ts";
import { type ForecastInput, forecast } from "../lanes/forecast.ts";
import { count, duration, size } from "../reporters/format.ts";

/** Below this nobody needs to be told how long it will take. */
const WORTH_TELLING_S = 10;

/**
 * Says how much there is to warm, how fast these lanes can be, how long that takes and what would make it faster: once as
 * soon as the queue is full or the source has ended, and again at the end of a source that was longer.
 */
export function announceForecast(
  events: Emitter,
  capacity: number,
  { lanes, botPerMinute }: Pick<ForecastInput, "lanes" | "botPerMinute">,
): void {
  let toWarm = 0;
  let bytes = 0;
  let told: "nothing" | "so far" | "all" = "nothing";
  const tell = (all: boolean) => {
    told = all ? "all" : "so far";
    const { ceilingPerMin, etaSeconds, advice } = forecast({ toWarm, lanes, botPerMinute });
    if (etaSeconds === null || etaSeconds < WORTH_TELLING_S) return;
    const amount = `${count(toWarm)} objects${all ? "" : " so far"}, ${size(bytes)}`;
    const pace = `${lanes.length} lanes: at most ${count(ceilingPerMin)}/min, about ${duration(etaSeconds * 1000)}`;
    for (const text of [`to warm: ${amount}; ${pace}`, ...advice.map((each) => `faster: ${each}`)])
      events.emit("notice", { level: "info", text });
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
