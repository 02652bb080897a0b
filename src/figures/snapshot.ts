import type { LaneView } from "../domain/events.ts";
import type { Failure, FailureClass } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { ItemStatus } from "../domain/outcome.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Resolved } from "../domain/resolved.ts";
import type { SkipReason } from "../domain/skip-reasons.ts";
import type { Bottleneck } from "../domain/work-forecast.ts";

/** Milliseconds of the engine's clock; all 0 while nothing was measured. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Items that ended alike and for the same reason. */
export interface ReasonCount {
  readonly status: Exclude<ItemStatus, "ready" | "skipped">;
  readonly class: FailureClass | null;
  readonly reason: Reason;
  readonly count: number;
  /** How many of them were left as this run found them. */
  readonly left: number;
  /** The first of them: its key, or the place in the manifest. */
  readonly example: string;
  readonly message: string;
}

/** A bot that no lane is left of. */
export interface BotOut {
  readonly bot: string;
  /** Why: that of its own (its token, say) rather than that of one of its chats. */
  readonly failure: Failure;
}

/** A lane that nothing can be posted by. */
export type LaneOut = LaneView & { readonly closed: Failure };

/** What became of items whose answers were lost in earlier runs. Grows with the kinds of reason, not with the items. */
export interface LostAnswers {
  readonly resolved: Readonly<Record<Resolved, number>>;
  /** Why items were sent without a look, and how many. */
  readonly unchecked: ReadonlyMap<string, number>;
  /** Items that it is too early to look for. */
  readonly later: number;
  /** From when on all of these can be looked for, in Unix milliseconds; null without any. */
  readonly lookAt: number | null;
  /** Why items stay unknown although they were looked for, and how many. */
  readonly open: ReadonlyMap<string, number>;
}

/** What a run amounts to so far. Times in milliseconds of the engine's clock, sizes in bytes. */
export interface RunTotals {
  /** How much faster than the wall this clock runs. */
  readonly scale: number;
  readonly durationMs: number;

  /** Items that ended, by status; those left as they were found are among them. */
  readonly counts: Readonly<Record<ItemStatus, number>>;
  readonly total: number;
  /** Old `unknown` and permanent `error` rows that this run did not touch. */
  readonly leftUnknown: number;
  readonly leftFailed: number;
  /** Keys of the source that `--include`, `--exclude` or `--kind` turned away; in no other figure. */
  readonly filtered: number;
  /** Items that this run tried: neither skipped, nor left as they were found. */
  readonly tried: number;
  /** (ready + weak) / (ready + weak + failed + unknown) of what this run tried; 1 when nothing was tried. */
  readonly successRate: number;

  /** Bytes of the items that got an id. */
  readonly bytes: number;
  /** Items that got an id, a minute. */
  readonly perMinute: number;

  /** Of the work itself (download + send), of items that were tried. */
  readonly latency: Percentiles;
  readonly queueWait: Percentiles;
  readonly laneWait: Percentiles;
  readonly floodWaits: number;
  readonly retries: number;
  readonly lostAnswers: LostAnswers;
  readonly botsOut: readonly BotOut[];
  readonly lanesOut: readonly LaneOut[];
  /** What limited how fast it went; `none` where nothing did for most of the time. */
  readonly limit: Bottleneck;
}

/** One object and its id, as an example. */
export interface WarmedSample {
  readonly key: string;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly fileId: string;
}

/** All figures of a run at one moment, which is one of the engine's clock. */
export interface Snapshot extends RunTotals {
  readonly now: number;
  readonly skips: ReadonlyMap<SkipReason, number>;
  /** Why items ended as failed, unknown or weak, the most frequent first. */
  readonly reasons: readonly ReasonCount[];

  /** Of the last minute: items that got an id, a minute, and their bytes a second. */
  readonly recentPerMinute: number;
  readonly recentBytesPerSecond: number;
  /** The two halves of the latency. */
  readonly download: Percentiles;
  readonly send: Percentiles;

  /** Tasks that wait, places of the pool that are taken, and how many places there are. */
  readonly depth: number;
  readonly active: number;
  readonly concurrency: number;
  /** Until a lane may be called, in milliseconds; null where nobody knows. */
  readonly nextCallMs: number | null;
  readonly lanes: readonly LaneView[];
  /**
   * The last forecast: objects a minute at the most, and seconds from its beginning; what packs may bring where the run finds that out on
   * its way. Null before there is one.
   */
  readonly forecast: {
    readonly perMinute: number;
    readonly etaSeconds: number | null;
    readonly withPacks: number | null;
  } | null;
  /** The first item that got an id in this run. */
  readonly sample: WarmedSample | null;
  /** Objects whose lost messages are being looked for, and messages that were asked for so far; null while none is. */
  readonly looking: { readonly left: number; readonly looks: number } | null;
  /** Entries read from the source so far. */
  readonly read: number;
  readonly sourceEnded: boolean;
  /** Until all that is known to remain is done, at the recent pace, before there is one at that of the forecast; `null` while the end or the pace is not known. */
  readonly etaMs: number | null;
}

/** What screens ask for their figures. */
export interface Figures {
  snapshot(): Snapshot;
}
