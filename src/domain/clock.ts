import { waitUnlessAborted } from "./abort.ts";

/**
 * Time as the engine sees it, in milliseconds. A scaled clock runs faster than the wall (sandbox, `PREWARM_TIME_SCALE`);
 * what is written down or signed uses {@link Clock.wall}.
 */
export interface Clock {
  /** How many times faster than the wall this clock runs; 1 for real time. */
  readonly scale: number;
  /** Milliseconds of this clock; monotonic, only differences mean something. */
  now(): number;
  /** Unix time in milliseconds, never scaled. */
  wall(): number;
  /** Calls back once, `ms` of this clock from now; the function returned cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** Resolves after `ms` of this clock, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of this process, `scale` times faster than real time. Throws RangeError unless scale > 0. */
export function systemClock(scale = 1): Clock {
  if (!(scale > 0)) throw new RangeError(`time scale must be above 0, not ${scale}`);
  const after = (ms: number, callback: () => void) => realTimer(ms / scale, callback);
  return {
    scale,
    after,
    now: () => performance.now() * scale,
    wall: () => Date.now(),
    sleep: (ms, signal) => sleep(ms, after, signal),
  };
}

/** setTimeout holds 32 bits; a longer time would fire at once, so it is shortened to what fits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** setTimeout drops fractions and would call back early, so the time is rounded up to a whole millisecond. */
function realTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

/** {@link Clock.sleep} in terms of a clock's `after`, for every implementation of a clock. */
export function sleep(ms: number, after: Clock["after"], signal?: AbortSignal): Promise<void> {
  return waitUnlessAborted((done) => after(ms, done), signal);
}

/** Converts a moment of `clock` (as `clock.now()` returns it) to Unix milliseconds, for the ledger and for people. */
export function toWall(clock: Clock, moment: number): number {
  return clock.wall() + (moment - clock.now()) / clock.scale;
}

/** Converts Unix milliseconds to a moment of `clock`. */
export function fromWall(clock: Clock, unixMs: number): number {
  return clock.now() + (unixMs - clock.wall()) * clock.scale;
}
