import { LIMITS } from "../../domain/limits.ts";

/** How a chat's limit is counted. */
export const FLOOD_MODELS = ["token_bucket", "sliding_minute", "fixed_window", "bucket_minute"] as const;
/** The name of a model. */
export type FloodModel = (typeof FLOOD_MODELS)[number];

/** The limit of one bot in one chat (or of one bot over all chats). Clients are never told these numbers. */
export interface FloodLimits {
  readonly model: FloodModel;
  /** Messages a minute: the refill of the bucket, or the limit of the minute (`bucket_minute`: of one that begins with its first message). */
  readonly rate: number;
  /** Messages that a full bucket lets through at once, at least 1; the other models ignore it. */
  readonly burst: number;
  /** The longest silent wait, in milliseconds: the answer comes late instead of a 429. 0 for none. */
  readonly absorbMs: number;
  /** Milliseconds by which a call that ignores a 429 postpones the deadline. */
  readonly penaltyMs: number;
  /** Share (0 to 1) of the refused uploads whose flood wait comes as HTTP 400 without `parameters`. */
  readonly floodAs400: number;
}

/** The default limits. The penalty is an assumption; it is not published. */
export const DEFAULT_FLOOD_LIMITS: FloodLimits = {
  model: "token_bucket",
  rate: 20,
  burst: 3,
  absorbMs: LIMITS.silentWaitMs,
  penaltyMs: 5_000,
  floodAs400: 0,
};
