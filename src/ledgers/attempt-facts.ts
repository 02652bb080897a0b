import type { ContentId } from "../domain/content.ts";
import type { ContentDoubt, NotSent, SentEven } from "../domain/known-content.ts";
import type { MediaKind } from "../domain/media.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { AttemptId, StoredId } from "./port.ts";

/** What is recorded before a call. */
export interface AttemptFacts {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly content: ContentId;
  readonly entry: KnownEntry;
  readonly chatId: string | null;
  /** A stable text of the settings that decide whether a permanent failure would happen again. */
  readonly settings: string;
  /** Unix milliseconds: when the ledger was asked about it; now, without it. */
  readonly askedAt?: number | undefined;
  /** What the caption of its message holds (see `domain/tag.ts`); null without one. */
  readonly tag: string | null;
  /**
   * It is for an id by the message of another bot, so what it confirms is no message of its own. By an edit it leaves nothing
   * behind that could be in doubt; by a forward it does, and a look of it says so.
   */
  readonly purpose?: "adopt" | undefined;
  /** The message of several media that it is in, and its place there, from 0; absent for one of its own. */
  readonly pack?: { readonly id: string; readonly index: number } | undefined;
}

/** What an object holds, and whether that is sent whatever is known of it. */
export interface ReadContent extends SentEven {
  /** Of an object that was not read, what stands for its hash: looked at only where that has become known. */
  readonly sha256: ContentId;
}

/** What there is for content: its id, or a doubt; null for nothing. */
export type IdOrDoubt = StoredId | ContentDoubt | null;

/** Why an attempt was not begun. `learned`: the hash of an object that was not read has become known, and nothing else speaks against it. */
export type NotBegun = NotSent<StoredId> | { readonly type: "learned"; readonly content: ContentId };

/** What became of an attempt at an object. */
export type BeginAnswer = { readonly type: "begun"; readonly attempt: AttemptId } | NotBegun;

/** What became of the attempts of one call: all were begun, or none, for what is said of these by their places. */
export type BeginAllAnswer =
  | { readonly type: "begun"; readonly attempts: readonly AttemptId[] }
  | { readonly type: "not_all"; readonly left: readonly (readonly [nth: number, why: NotBegun])[] };
