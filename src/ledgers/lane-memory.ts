import type { Reason } from "../domain/reasons.ts";

/** What is remembered of a lane between runs. */
export interface LaneMemory {
  readonly bot: string;
  readonly chat: string;
  /** Unix milliseconds; 0 when free. */
  readonly frozenUntil: number;
  /** Calls a minute; null until learned. */
  readonly pace: number | null;
  /** Unix milliseconds at which `pace` was learned. */
  readonly paceAt: number | null;
  /** The id of the chat that this one became; null if it did not. */
  readonly migratedTo: string | null;
}

/** A lane as it was when its bot was used last. */
export interface LaneState {
  readonly chat: string;
  /** Why, and since when (Unix milliseconds), it took no messages; null where it did. */
  readonly out: { readonly reason: Reason; readonly message: string; readonly since: number } | null;
}
