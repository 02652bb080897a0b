import type { ContentId } from "./content.ts";
import type { Entry } from "./entry.ts";
import type { EvenInDoubt } from "./known-content.ts";
import type { MediaKind } from "./media.ts";
import type { Resolved } from "./resolved.ts";

export type TransferName = "url" | "upload";

/** An entry whose size and ETag are known. */
export type KnownEntry = Entry & { readonly bytes: number; readonly etag: string };

/** A chat that refused a medium by a text that nobody knows, and how much had gone through there by then. */
export interface RefusedIn {
  readonly chat: string;
  /** HTTP status of the answer. */
  readonly code: number | null;
  /** Why, for people. */
  readonly message: string;
  readonly passed: number;
  /** Of the kind that was refused. */
  readonly passedOfKind: number;
}

/** One object to be warmed by one bot. */
export interface Task {
  readonly entry: KnownEntry;
  /** Slug. */
  readonly bot: string;
  /** The requested kind. */
  readonly kind: MediaKind;
  readonly content: ContentId;
  /** Send although a ready row exists (`--force`, weak): the new id replaces the old one. */
  readonly replace: boolean;
  /** Send although an earlier call for its content is in doubt: that was asked for. */
  readonly evenInDoubt?: EvenInDoubt | undefined;
  /** An earlier call for its row was lost, and its message is to be looked for before it is sent again. */
  readonly isLost?: boolean | undefined;
  /** What a look for an earlier message said: `sent`, that it is not there; `unchecked`, nothing, and why, in words. */
  readonly resolved?: Exclude<Resolved, "found"> | undefined;
  readonly resolvedWhy?: string | undefined;
  /** Moment of the engine's clock at which the ledger was asked about it, just before it was queued. */
  readonly queuedAt: number;
  /** Retries used in this run; flood waits do not count. */
  readonly tries: number;
  /** Calls to Telegram made in this run. */
  readonly calls: number;
  /** Not before this moment of the engine's clock; 0 for right away. */
  readonly notBefore: number;
  /**
   * It has to be read before it is known what it is: `rather` than being sent by URL, or `only` so. Its stated SHA-256 is that of
   * content which is ready under another key, or another one than was read of it before.
   */
  readonly read?: "rather" | "only" | undefined;
  /** Set when only this transfer is left to try. */
  readonly transfer?: TransferName | undefined;
  /** The kind to send it as, once Telegram has refused the requested one. */
  readonly sendAs?: MediaKind | undefined;
  /** It goes by a message of its own: of a pack with it Telegram refused something, and it may be this one. */
  readonly alone?: boolean | undefined;
  /** Where it was refused by a text that nobody knows, in this run. */
  readonly refusedIn?: readonly RefusedIn[] | undefined;
}
