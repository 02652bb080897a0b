import type { Failure } from "./failure.ts";
import type { MediaKind } from "./media.ts";
import type { SkipReason } from "./skip-reasons.ts";

/** What a source says about one object of the bucket. Only `key` is always there; the rest is used where present. */
export interface Entry {
  readonly key: string;
  /** Size in bytes. */
  readonly bytes?: number | undefined;
  /**
   * Without quotes. Marks a change and is not a content hash: equal bytes may have different ETags. With `W/` in front, and
   * in any form but an MD5's, it says nothing about the content of other keys.
   */
  readonly etag?: string | undefined;
  /** Hex SHA-256 of the content, lower case, as somebody states it (a manifest), unless it is {@link hashKept}. */
  readonly sha256?: string | undefined;
  /** `sha256` is what the ledger has of it, not what somebody states and nobody has checked. */
  readonly hashKept?: true | undefined;
  readonly kind?: MediaKind | undefined;
  /** Stored Content-Type as the source gives it. */
  readonly mime?: string | undefined;
  /** How its stored bytes are packed (see {@link packingOf}); `""` for not at all, undefined while nobody has looked. */
  readonly packing?: string | undefined;
  /** Slug of the only bot that is to warm it; without it, all chosen bots do. */
  readonly bot?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Seconds. */
  readonly duration?: number | undefined;
  /** Key of a JPEG in the same bucket. */
  readonly thumbnail?: string | undefined;
  readonly filename?: string | undefined;
  readonly title?: string | undefined;
  readonly performer?: string | undefined;
  /** Higher goes first; 0 by default. */
  readonly priority?: number | undefined;
  /** Unix milliseconds of the last change (listing only). */
  readonly modifiedAt?: number | undefined;
  /** Size and ETag are what prewarm itself saw of the object, so another one means that it was replaced. */
  readonly seen?: boolean | undefined;
  /** Id of the row in the ledger's queue that asked for it (`enqueue`). */
  readonly queueId?: number | undefined;
  /**
   * It was asked for once more although its row failed, is unknown or weak: what `--only` does in a run. One attempt that
   * ends, however it ends, is what was asked for.
   */
  readonly again?: true | undefined;
}

/** What sources yield: an object, a place in a manifest that could not be read, or an object that needs no work. */
export type SourceItem =
  | { readonly type: "entry"; readonly entry: Entry; readonly where?: string }
  | {
      readonly type: "bad";
      readonly where: string;
      readonly key?: string | undefined;
      readonly failure: Failure;
    }
  | {
      readonly type: "skip";
      readonly key: string;
      readonly bytes: number;
      readonly reason: SkipReason;
      /** All that is known of it, where it is an object of its own. */
      readonly entry?: Entry;
    };
