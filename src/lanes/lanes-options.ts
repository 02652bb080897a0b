import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { SharedLanes } from "../ledgers/share-port.ts";
import type { Lane } from "./lane.ts";
import type { LaneShare } from "./lane-share.ts";
import type { BotPace, SizeSpacing } from "./spacing.ts";

export interface LanesOptions {
  readonly lanes: readonly Lane[];
  /** Pace over all chats of a bot, by slug; without one there is no such limit. */
  readonly botPaces: ReadonlyMap<string, BotPace>;
  readonly clock: Clock;
  readonly events: Emitter;
  /** Called when something about a lane is worth keeping for the next run. */
  readonly keep: (lane: Lane) => void;
  /** Called before the chat of a lane changes its id. */
  readonly migrated: (lane: Lane, to: string) => void;
  /** Null for a server that does not space uploads of one size (local mode). */
  readonly sameSize: SizeSpacing | null;
  /** Where several processes share lanes: what takes them and hands them on, and what is told to others. */
  readonly share?: LaneShare | undefined;
  readonly shared?: SharedLanes | undefined;
  /** Called when a lane may have become free, or was closed. */
  readonly changed: () => void;
  /** Called when the last open lane was closed, before `changed`. */
  readonly noneOpen: (cause: Failure) => void;
}
