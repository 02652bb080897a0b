import type { Percentiles } from "../figures/snapshot.ts";

/** How many there are of something, by its name. */
export type Tallied = readonly (readonly [name: string, count: number])[];

/** A moment of a lane, or of all of them: the messages of the minute before, and how many its pace allowed; null where that is not known. */
export interface PacePoint {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly messages: number;
  readonly media: number;
  readonly allowed: number | null;
}

export interface ReportedLane {
  readonly bot: string;
  readonly chat: string;
  readonly messages: number;
  /** A minute, as it was last; null where it is not known. */
  readonly perMinute: number | null;
  readonly floods: number;
  /** For which Telegram asked it to wait; null where it is not known. */
  readonly floodMs: number | null;
  /** Why it is out; null where it is not. */
  readonly out: string | null;
  /** None where there are many lanes. */
  readonly pace: readonly PacePoint[];
}

/** Tries that were made again later, by why. */
export interface WaitRecord {
  readonly reason: string;
  readonly count: number;
  /** Waited for, together; null where it is not known. */
  readonly ms: number | null;
  readonly example: string;
}

/** Media that ended alike. */
export interface FailureRecord {
  readonly status: string;
  readonly reason: string;
  readonly count: number;
  /** The key of one of them, and what was said of it. */
  readonly example: string;
  readonly message: string;
}

export interface SlowRecord {
  readonly key: string;
  readonly bot: string;
  readonly kind: string;
  readonly bytes: number | null;
  /** Of the work itself. */
  readonly ms: number;
  /** Its halves and what came before, by their names. */
  readonly phases: readonly (readonly [name: string, ms: number])[];
}

/**
 * A run as its report shows it: plain data that does not grow with the number of media. Times in milliseconds of the engine's clock, texts
 * as they came.
 */
export interface RunRecord {
  readonly command: string;
  readonly ledger: string;
  /** Unix milliseconds. */
  readonly begun: number;
  readonly durationMs: number;
  /** How much faster than the wall the clock ran. */
  readonly scale: number;
  /** How it ended; null where it is not known. */
  readonly exitCode: number | null;
  readonly why: string | null;
  /** By status; those that were tried again are not among them. */
  readonly counts: Tallied;
  readonly successRate: number;
  readonly perMinute: number;
  readonly bytes: number | null;
  /** By kind, and by how they went to Telegram. */
  readonly kinds: Tallied;
  readonly ways: Tallied;
  readonly skips: Tallied;
  /** Some of them went several in a message. */
  readonly packed: boolean;
  readonly pace: readonly PacePoint[];
  readonly lanes: readonly ReportedLane[];
  readonly waits: readonly WaitRecord[];
  readonly failures: readonly FailureRecord[];
  readonly phases: readonly (readonly [name: string, times: Percentiles])[];
  readonly slowest: readonly SlowRecord[];
  /** What to know of these figures. */
  readonly notes: readonly string[];
}
