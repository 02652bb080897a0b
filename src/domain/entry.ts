import type { Failure } from "./failure.ts";
import type { MediaKind } from "./media.ts";
import type { SkipReason } from "./reasons.ts";

/** What a source says about one object of the bucket. Only `key` is sure; the rest is used where present. */
export interface Entry {
  readonly key: string;
  /** Size in bytes. */
  readonly bytes?: number | undefined;
  /** Without quotes. A change marker, no content hash: equal bytes may have different ETags. */
  readonly etag?: string | undefined;
  /** Hex SHA-256 of the content, lower case. */
  readonly sha256?: string | undefined;
  readonly kind?: MediaKind | undefined;
  /** Stored Content-Type as the source gives it. */
  readonly mime?: string | undefined;
  /** Slug of the only bot that shall warm it; all chosen bots without it. */
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
  /** Higher goes first; 0 without it. */
  readonly priority?: number | undefined;
  /** Unix milliseconds of the last change (listing only). */
  readonly modifiedAt?: number | undefined;
  /** The waiting row of the ledger that asks for it (`enqueue`). */
  readonly queueId?: number | undefined;
}

/** What sources yield: an object, a place that could not be read, or an object that is no work. */
export type SourceItem =
  | { readonly type: "entry"; readonly entry: Entry; readonly where?: string }
  | {
      readonly type: "bad";
      readonly where: string;
      readonly key?: string | undefined;
      readonly failure: Failure;
    }
  | { readonly type: "skip"; readonly key: string; readonly bytes: number; readonly reason: SkipReason };
