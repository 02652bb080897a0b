import type { LaneView } from "../domain/events.ts";
import type { FailureClass } from "../domain/failure.ts";
import type { ItemStatus } from "../domain/outcome.ts";
import type { Reason, SkipReason } from "../domain/reasons.ts";

/** Milliseconds of the engine's clock; all 0 while nothing was measured. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Items that ended alike and for the same reason. */
export interface Trouble {
  readonly status: Exclude<ItemStatus, "ready" | "skipped">;
  readonly class: FailureClass | null;
  readonly reason: Reason;
  readonly count: number;
  /** How many of them were only found so and not touched. */
  readonly left: number;
  /** The first of them: its key, or the place in the manifest. */
  readonly example: string;
  readonly message: string;
}

/** All figures of a run at one moment. Times in milliseconds and moments on the engine's clock, sizes in bytes. */
export interface Snapshot {
  /** The moment, and how much faster than the wall this clock runs. */
  readonly now: number;
  readonly scale: number;
  readonly durationMs: number;

  /** Items that ended, by status; those left as they were found are among them. */
  readonly counts: Readonly<Record<ItemStatus, number>>;
  readonly total: number;
  /** Old `unknown` and permanent `error` rows that this run did not touch. */
  readonly leftUnknown: number;
  readonly leftFailed: number;
  readonly skips: ReadonlyMap<SkipReason, number>;
  readonly troubles: readonly Trouble[];
  /** (ready + weak) / (ready + weak + failed + unknown) of what this run tried; 1 when nothing was tried. */
  readonly successRate: number;

  /** Bytes of the items that got an id. */
  readonly bytes: number;
  /** Items that got an id a minute, over the whole run and over the last minute. */
  readonly perMinute: number;
  readonly recentPerMinute: number;
  readonly recentBytesPerSecond: number;

  /** Of the work itself (download + send), of items that were tried. */
  readonly latency: Percentiles;
  readonly download: Percentiles;
  readonly send: Percentiles;
  readonly queueWait: Percentiles;
  readonly laneWait: Percentiles;
  readonly floodWaits: number;
  readonly retries: number;

  readonly depth: number;
  readonly active: number;
  readonly concurrency: number;
  readonly lanes: readonly LaneView[];
  /** Entries read from the source so far. */
  readonly read: number;
  readonly sourceEnded: boolean;
  /** Until all that is known to remain is done, at the recent pace; `null` while the end or the pace is not known. */
  readonly etaMs: number | null;
}

/** What screens ask for their figures. */
export interface Figures {
  snapshot(): Snapshot;
}

/** A screen or a file that listens to a run. */
export interface Reporter {
  /** Takes it off the screen, or writes out what is left. Safe to call again. */
  stop(): Promise<void> | void;
}
