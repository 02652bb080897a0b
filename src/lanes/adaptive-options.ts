import type { FoundPace } from "./found-pace.ts";

/** What an earlier run learned about a lane. @internal */
export interface LearnedPace {
  /** Calls a minute that the lane was found to allow. */
  readonly perMinute: number;
  /** How old that is, in milliseconds. */
  readonly ageMs: number;
}

/** How an adaptive pace begins, and how far it may go. */
export interface AdaptiveOptions {
  /** Calls a minute to begin with: the documented pace. */
  readonly start: number;
  readonly learned?: LearnedPace | undefined;
  /** What the owner of the lane before this one had come to, and how long ago, in milliseconds; it goes on from there at `now`. */
  readonly found?: { readonly pace: FoundPace; readonly now: number } | undefined;
  /** Never faster than this. */
  readonly most: number;
}
