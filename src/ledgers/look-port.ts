import type { ContentId } from "../domain/content.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Reason } from "../domain/reasons.ts";
import type { PackedCalls } from "./pack-port.ts";
import type { AttemptId, Confirmation, Confirmed } from "./port.ts";

/** A bot's row: what it is to send, and as what. */
export interface AskedRow {
  readonly bot: string;
  readonly content: ContentId;
  readonly kind: MediaKind;
}

/** A call that may have posted, although no answer came. */
export interface LostCall extends AskedRow {
  readonly attempt: AttemptId;
  readonly key: string;
  /** The size of the object when it was begun; null where that is not known. */
  readonly bytes: number | null;
  /** The chat as its lane is called; null where an older prewarm did not write it down. */
  readonly chatId: string | null;
  /** What the caption of its message, or of its medium there, holds; null where it was sent without one. */
  readonly tag: string | null;
  /** The message of several media that it was sent in; null for one of its own. */
  readonly pack: LostPack | null;
  /** Unix milliseconds, not after the moment at which it was begun. */
  readonly startedAt: number;
  /**
   * Unix milliseconds, not before the moment at which it was given up. A call that died with its process was given up when the
   * next one found it (`reason` is `process_died`).
   */
  readonly endedAt: number;
  /** The last attempt that had begun when it was given up; null where that was not kept. */
  readonly lastBegun: number | null;
  readonly reason: Reason | null;
  /** `unknown`: nothing has been decided. Otherwise as {@link LostCalls.closeLost} left it. */
  readonly state: "unknown" | LostState;
}

/** The message of several media that a lost call was to post, as it is known by all its attempts. */
export interface LostPack {
  readonly id: string;
  /** Its place there, from 0. */
  readonly index: number;
  /** Where the message is, once that was found out for another of its media. */
  readonly messageId: number | null;
  /** How many of its media are in doubt. */
  readonly lost: number;
}

/** `absent`: it was proved that its message is not there. `unchecked`: it was sent again without a look. */
export type LostState = "absent" | "unchecked";

/** A message of ours, as a neighbour of one that is looked for. */
export interface Neighbour {
  /** That of the call, unless its ids run over other chats of the bot too. */
  readonly chatId: string;
  /** The attempt that posted it, which rises from one to the next whatever the clock says; null for a copy that a look made. */
  readonly attempt: number | null;
  /** The look that made it, which rises likewise; null for a post, and where that is not known. */
  readonly look: number | null;
  /** It was posted to be deleted again: a copy that a look made, or the message of a canary. */
  readonly isGone: boolean;
  /** Of a copy: the last attempt that had begun when it was asked for, or, where `lastBegun` is null, some attempt that had; null where none is known. */
  readonly behind: number | null;
  /** The last attempt that had begun when it was known to be there; null where that was not kept. */
  readonly lastBegun: number | null;
  readonly messageId: number;
  /** Unix milliseconds, not after the moment at which its call was begun. */
  readonly startedAt: number;
  /** Unix milliseconds, not before the moment at which it was known to be there. */
  readonly endedAt: number;
}

/** Where and when a message may have been posted. */
export interface PostedAround {
  readonly bot: string;
  readonly chatId: string;
  /** Unix milliseconds before which it cannot have been posted. */
  readonly startedAt: number;
  /** Unix milliseconds after which it cannot have been posted. */
  readonly settledAt: number;
  /** The attempt that is looked for, if it is one: what was begun later is not before it, though a clock that was put back may say so. */
  readonly attempt?: AttemptId;
  /** The last attempt that had begun when its answer was lost: only what was begun later is after it. Null where that was not kept. */
  readonly lastBegun?: number | null;
  /** The look whose copy is looked for, if it is one: no copy of a later look is before it, and none of an earlier one after it. */
  readonly look?: LookId;
}

/** How a message is asked for: by an edit of its keyboard, or by a forward, whose copy is deleted. */
export type LookWay = "edit" | "forward";

/** A look, as it is written down before its call. */
export interface LookFacts {
  /** The lost call that it is for. */
  readonly attempt: AttemptId;
  readonly bot: string;
  readonly chatId: string;
  readonly messageId: number;
  readonly way: LookWay;
}

/** An opaque handle for a look. */
export type LookId = number | bigint;

/** A message of ours, and the tag that its caption holds. */
export interface TaggedPost {
  readonly chatId: string;
  readonly messageId: number;
  readonly tag: string;
}

/** A look that was begun and not ended: a button or a copy may be left of it. */
export interface LeftLook extends LookFacts {
  readonly look: LookId;
  /** The message that a forward made; null for an edit, and where that is not known. */
  readonly copyId: number | null;
  /**
   * Of one that may have left a copy: the number that it asked for and, where a copy that a look made had this number in its chat, those
   * that such a copy may be one of.
   */
  readonly origins: readonly number[];
  /** Messages of ours that have one of these numbers, in whatever chat: what such a copy may be one of. */
  readonly originals: readonly TaggedPost[];
  /** The last attempt that had begun when it was; where that was not kept, the one that it is for. */
  readonly behind: number;
  /** Unix milliseconds, not after the moment at which it was begun. */
  readonly startedAt: number;
}

/** The calls whose answers were lost, and what is asked of Telegram about them. Each method takes effect as a whole. */
export interface LostCalls {
  /**
   * Returns the calls that were lost for each of these rows, in order, each row's from the oldest on. None for a row that is
   * `unknown` by other means than a call of prewarm's.
   */
  lostCalls(rows: readonly AskedRow[]): Promise<LostCall[][]>;
  /** Returns for each of these rows, in order, whether an id that came in a pack waits to be tried, by whatever process. */
  waitsUntried(rows: readonly AskedRow[]): Promise<boolean[]>;
  /**
   * Returns the messages of ours by whose ids one is looked for, in the order of their ids: the highest that was there before
   * `startedAt`, the lowest that was begun after `settledAt`, and all between the two; one of the ends is missing where
   * there is no such message. They are those of all bots in this chat; in a private chat or a basic group, whose ids run
   * over all such chats of a bot, those of this bot in all of these. Copies that looks made count as messages.
   */
  neighbours(around: PostedAround): Promise<Neighbour[]>;
  /**
   * Returns the highest ids of our messages in a chat, the highest first: a few, none of a look's copy or a canary. They are those of all bots;
   * in a private chat or a basic group, where each bot has ids of its own, those of this bot.
   */
  lastPosts(bot: string, chatId: string): Promise<number[]>;
  /**
   * Stores the id of the message that a lost call had posted, in one transaction, as `confirm` does. Throws `LostCallDecided`
   * for a call that is not lost.
   */
  confirmLost(attempt: AttemptId, confirmation: Confirmation): Promise<Confirmed>;
  /**
   * Keeps the id of a message that was found until it is proved, as {@link PackedCalls.holdUnproved} does: for one that came in a pack. It is
   * this process's until it is decided, or left. Throws `LostCallDecided` for a call that is not lost.
   */
  holdLost(attempt: AttemptId, confirmation: Confirmation): Promise<void>;
  /** Records what was decided of a lost call whose message was not found; its row stays `unknown` until it is sent. */
  closeLost(attempt: AttemptId, state: LostState): Promise<void>;
  /** Records a look right before its call. Throws `LaneHeld` where its lane is not to be called, or is another process's; nothing was written. */
  beginLook(look: LookFacts): Promise<LookId>;
  /** Records the copy that a forward made, before it is deleted; a look that another process has ended meanwhile, as one that a crash left, goes on by that. */
  copied(look: LookId, copyId: number): Promise<void>;
  /** Records that nothing of a look is left in the chat; another process may have recorded it already. */
  endLook(look: LookId): Promise<void>;
  /** Returns the looks of these bots that were not ended, from the oldest on. */
  leftLooks(bots: readonly string[]): Promise<LeftLook[]>;
}
