import type { Bottleneck } from "../domain/work-forecast.ts";
import { adviceFor } from "./advice.ts";
import { ceilingsOf, lowest, type WorkLimits } from "./ceilings.ts";

export interface ForecastInput extends WorkLimits {
  /** Objects to be warmed, and their bytes together (0: not known). */
  readonly toWarm: number;
  readonly bytes: number;
}

export interface Forecast {
  /** Objects a minute at the most: the smallest of what lanes, concurrency and bandwidth allow. */
  readonly ceilingPerMin: number;
  /** Which of them that is; `none` when there is nothing to warm. */
  readonly bottleneck: Bottleneck;
  /** Seconds; null when nothing can be sent. */
  readonly etaSeconds: number | null;
  readonly advice: readonly string[];
}

/** How fast this work can go at the most, what limits it, how long it takes at that pace, and what would make it faster. */
export function forecast({ toWarm, bytes, ...limits }: ForecastInput): Forecast {
  const meanBytes = toWarm === 0 ? 0 : bytes / toWarm;
  const { by, perMin } = lowest(ceilingsOf(limits, meanBytes));
  return {
    ceilingPerMin: perMin,
    bottleneck: toWarm === 0 ? "none" : by,
    etaSeconds: toWarm === 0 ? 0 : perMin === 0 ? null : Math.ceil((toWarm * 60) / perMin),
    advice: adviceFor({ limits, toWarm, meanBytes }, by),
  };
}
