import { LIMITS } from "../domain/limits.ts";
import { DEFAULT_FLOOD_LIMITS, type FloodLimits } from "./flood-control/limits.ts";

const PROFILE_NAMES = ["instant", "documented", "realistic"] as const;
/** The values of `--profile`. */
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** From and to, in milliseconds of the sandbox's clock; values are drawn uniformly. */
export type MsRange = readonly [number, number];

/** How the two stand-ins behave. Null means no limit, or no delay. */
export interface Profile {
  readonly name: ProfileName;
  /** Of each bot in a group, supergroup or channel. */
  readonly groupLimits: FloodLimits | null;
  /** Of each bot in a private chat. */
  readonly privateLimits: FloodLimits | null;
  /** Of each bot over all chats. */
  readonly botLimits: FloodLimits | null;
  /** Uploads of equal size are spaced (never in local mode). */
  readonly sameSizeSpacing: boolean;
  /** How many messages of one chat may be in progress at the same time. */
  readonly unsentCap: number | null;
  /** Extra time of an answer to a message with new media. */
  readonly uploadLatencyMs: MsRange | null;
  /** Extra time of every other answer of the Bot API. */
  readonly callLatencyMs: MsRange | null;
  /** Extra time until R2 answers a GET. */
  readonly downloadLatencyMs: MsRange | null;
}

const INSTANT: Profile = {
  name: "instant",
  groupLimits: null,
  privateLimits: null,
  botLimits: null,
  sameSizeSpacing: false,
  unsentCap: null,
  uploadLatencyMs: null,
  callLatencyMs: null,
  downloadLatencyMs: null,
};

const BOT_RATE = LIMITS.pace.botPerSecond * 60;

const DOCUMENTED: Profile = {
  ...INSTANT,
  name: "documented",
  groupLimits: { ...DEFAULT_FLOOD_LIMITS, rate: LIMITS.pace.groupPerMinute },
  privateLimits: { ...DEFAULT_FLOOD_LIMITS, rate: LIMITS.pace.privatePerMinute, burst: 5 },
  botLimits: { ...DEFAULT_FLOOD_LIMITS, rate: BOT_RATE, burst: LIMITS.pace.botPerSecond },
  sameSizeSpacing: true,
  unsentCap: 310,
};

const REALISTIC: Profile = {
  ...DOCUMENTED,
  name: "realistic",
  uploadLatencyMs: [500, 2_000],
  callLatencyMs: [30, 100],
  downloadLatencyMs: [200, 800],
};

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  instant: INSTANT,
  documented: DOCUMENTED,
  realistic: REALISTIC,
};

/**
 * Returns a profile by name. `instant`: no delay, no limit. `documented`: Telegram's published limits as token buckets with
 * small bursts and 8 s of silence, so that a sender at exactly the documented pace meets neither a wait nor a 429.
 * `realistic`: those limits and the latencies of a usual day.
 */
export function profileOf(name: ProfileName): Profile {
  return PROFILES[name];
}

/** Numbers from 0 up to, but not including, 1; the same ones for the same seed (mulberry32). */
export type Random = () => number;

/** Returns random numbers that follow from the seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Draws a number of the range; 0 without one. */
export function drawMs(range: MsRange | null, random: Random): number {
  return range === null ? 0 : range[0] + (range[1] - range[0]) * random();
}
