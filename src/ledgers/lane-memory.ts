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
  /** What the chat is, which never changes; absent where no bot was ever told. */
  readonly type?: string | undefined;
  /** Why, and since when (Unix milliseconds), it took no messages; null where it did. */
  readonly out: { readonly reason: Reason; readonly message: string; readonly since: number } | null;
}

/** What is remembered of lanes, so that the next run begins where this one was. */
export interface RememberedLanes {
  /** Returns what is remembered of all lanes, ordered by bot and chat. */
  lanes(): Promise<LaneMemory[]>;
  /** Remembers a lane, in place of what was remembered before. */
  keepLane(memory: LaneMemory): Promise<void>;
  /** Remembers that this bot may not be called in this chat before `until` (Unix milliseconds); a later deadline stays. */
  freezeLane(wait: { readonly bot: string; readonly chat: string; readonly until: number }): Promise<void>;
  /** Remembers the lanes of a bot in place of those it had. */
  keepLaneStates(bot: string, lanes: readonly LaneState[]): Promise<void>;
  /** Returns what chats are, by their ids, as far as that is remembered of lanes. */
  chatTypes(): Promise<ReadonlyMap<string, string>>;
}
