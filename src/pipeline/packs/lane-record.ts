import type { PackWait, QuotaCall } from "./quota.ts";

/** What happens on a lane, for what it says of packs. */
export interface LaneRecord {
  calls: QuotaCall[];
  /** How long answers to packs took. */
  waits: readonly PackWait[];
  /** Answers that were held back while it was not known what counts: one is chance. */
  slow: number;
  /** How often that was left unclear, and until when it is, a moment of the engine's clock. */
  unclear: number;
  unclearUntil: number;
  /** How often so in a row while packs at the pace of single sends in between were answered in time; and how many of these were since. */
  lateOnly: number;
  inTime: number;
  relapses: number;
}

/** A pack that was posted, or refused for a flood. */
export interface PackSeen {
  readonly at: number;
  readonly media: number;
  readonly isFlood: boolean;
  /** From the end of its body to its answer, in milliseconds. */
  readonly ms: number;
}
