import { LIMITS } from "../domain/limits.ts";
import { type Ceilings, ceilingsOf, concurrencyFor, lowest, type WorkLimits } from "./ceilings.ts";

/** What would be faster is judged by this. */
export interface AdviceInput {
  readonly limits: WorkLimits;
  readonly toWarm: number;
  readonly meanBytes: number;
}

/** Seconds of work below which it is not worth to create channels, or to change a flag. */
const [WORTH_CHANNELS_S, WORTH_A_FLAG_S] = [120, 10];
const MORE_LANES = 7;
/** Transfers at once beyond which we advise nobody to go. */
const MOST_CONCURRENCY = 100;
/** What gains less than a tenth is not worth a sentence. */
const GAIN = 1.1;

/** What helps against the limit `by`, and by how much: sentences, none where nothing does or the work is soon over. */
export function adviceFor(input: AdviceInput, by: keyof Ceilings): string[] {
  const { limits, toWarm, meanBytes } = input;
  const now = lowest(ceilingsOf(limits, meanBytes)).perMin;
  const seconds = now === 0 ? 0 : (toWarm / now) * 60;
  if (seconds < (by === "concurrency" ? WORTH_A_FLAG_S : WORTH_CHANNELS_S)) return [];
  if (by === "concurrency") return moreTransfers(input, now);
  return by === "lanes" ? moreLanes(input, now) : betterConnection(input, now);
}

function moreTransfers({ limits, toWarm, meanBytes }: AdviceInput, now: number): string[] {
  const others = lowest({ ...ceilingsOf(limits, meanBytes), concurrency: Number.POSITIVE_INFINITY }).perMin;
  const concurrency = Math.min(MOST_CONCURRENCY, concurrencyFor(others, limits));
  const then = lowest(ceilingsOf({ ...limits, concurrency }, meanBytes)).perMin;
  return then < now * GAIN ? [] : [`--concurrency ${concurrency}: ${gain(toWarm, now, then)}`];
}

function moreLanes({ limits, toWarm, meanBytes }: AdviceInput, now: number): string[] {
  const { bot = "", inCall } = limits.lanes[0] ?? {};
  const lane = { bot, inCall, perMinute: LIMITS.pace.groupPerMinute };
  const more = Array.from({ length: MORE_LANES }, () => lane);
  const wider = { ...limits, lanes: [...limits.lanes, ...more] };
  const allowed = ceilingsOf(wider, meanBytes).lanes;
  if (allowed <= now)
    return [
      "this bot has reached its limit over all chats: a second bot with channels of its own would be faster",
    ];
  const concurrency = Math.min(MOST_CONCURRENCY, concurrencyFor(allowed, wider));
  const isEnough = ceilingsOf(wider, meanBytes).concurrency >= allowed;
  const change = isEnough ? "" : ` and --concurrency ${concurrency}`;
  const then = lowest(ceilingsOf(isEnough ? wider : { ...wider, concurrency }, meanBytes)).perMin;
  return then < now * GAIN ? [] : [`${MORE_LANES} more channels${change}: ${gain(toWarm, now, then)}`];
}

function betterConnection({ limits, toWarm, meanBytes }: AdviceInput, now: number): string[] {
  const others = lowest({ ...ceilingsOf(limits, meanBytes), bandwidth: Number.POSITIVE_INFINITY }).perMin;
  const rate = ((limits.measured.bytesPerSecond ?? 0) / 1e6).toFixed(1);
  return [
    `earlier runs moved ${rate} MB/s on this connection: a faster one allows up to ${gain(toWarm, now, others)}`,
  ];
}

function gain(toWarm: number, now: number, then: number): string {
  return `${Math.round(then)}/min, ${spell((toWarm / then) * 60)} instead of ${spell((toWarm / now) * 60)}`;
}

function spell(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}
