import { BELIEVE_MS } from "./probe-ration.ts";

/** What an adaptive pace had come to when its lane was handed on. Times in milliseconds, before or after that. */
export interface FoundPace {
  readonly perMinute: number;
  /** The limit that it found, in calls a minute; null where it met none. */
  readonly limit: number | null;
  /** Until it would have probed the limit; null where it was not to. */
  readonly probeInMs: number | null;
  readonly probes: number;
  /** Since the first call of the lane. */
  readonly firstAgoMs: number | null;
  readonly calls: number;
  readonly refusals: number;
}

/** The same with moments of the engine's clock. */
interface FoundAt extends Pick<FoundPace, "perMinute" | "limit" | "probes" | "calls" | "refusals"> {
  /** `soon` for a limit that is to be believed for some time from the next call on; Infinity for never. */
  readonly probeAt: number | "soon";
  /** Infinity where there was no call. */
  readonly firstAt: number;
}

/** Says as JSON what a pace has come to. */
export function foundText({ probeAt, firstAt, ...found }: FoundAt, now: number): string {
  const finite = (ms: number) => (Number.isFinite(ms) ? ms : null);
  const probeInMs = finite(probeAt === "soon" ? BELIEVE_MS.learned : probeAt - now);
  const text: FoundPace = { ...found, probeInMs, firstAgoMs: finite(now - firstAt) };
  return JSON.stringify(text);
}
