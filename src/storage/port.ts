import type { Readable } from "node:stream";
import type { Result } from "../domain/result.ts";

/** One object of a listing page, which has no Content-Type. */
export interface ListedObject {
  readonly key: string;
  /** `undefined` where the server gives none, or none that can be a size. */
  readonly bytes: number | undefined;
  /** Without quotes; `""` where the server gives none. A weak one keeps its `W/`. */
  readonly etag: string;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

/** What an answer to HEAD or GET says of an object. */
export interface ObjectInfo {
  /** Of what is stored: the content may be larger where it is packed. */
  readonly bytes: number;
  /** Without quotes; `""` where the server gives none. A weak one keeps its `W/`. */
  readonly etag: string;
  /** Stored Content-Type, lower case, without parameters; `""` when there is none. */
  readonly mime: string;
  /** How the stored bytes are packed, by their Content-Encoding (see packingOf); absent where they are the content. */
  readonly packing?: string;
}

/** How to read an object. */
export interface OpenOptions {
  /** Fails with `object_changed` when the object now has another ETag; `""` for any. */
  readonly etag?: string | undefined;
  /** First and last byte, both included. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** Size of the whole as it is known: where a server announces none with a body, HEAD is asked, and what comes is counted. */
  readonly bytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An object that is being read. */
export interface OpenObject extends ObjectInfo {
  /**
   * What is stored, still packed where it is. Ends with an error when the connection breaks or stalls before the last byte. Must be destroyed when it is not read
   * to its end.
   */
  readonly body: Readable;
}

/** Pages of a listing. */
export type ObjectPages = AsyncIterable<Result<readonly ListedObject[]>, void, "again" | undefined>;

/** A bucket, read-only. */
export interface Storage {
  /**
   * Pages of at most 1,000 objects below `prefix`, in key order. A failure ends the iteration as the last value, unless the
   * next value is asked for by `next("again")`: then it is the same page, asked for once more. `ahead`: while its reader waits
   * for pages, those further on are fetched too, for a tenth more requests (Class A operations), half more where keys follow no pattern.
   */
  list(prefix: string, ahead?: boolean): ObjectPages;
  /** Succeeds when the bucket exists and knows the key pair. */
  check(): Promise<Result<void>>;
  /** Asks for size, ETag and type. */
  head(key: string, signal?: AbortSignal): Promise<Result<ObjectInfo>>;
  /** Starts reading. */
  open(key: string, options?: OpenOptions): Promise<Result<OpenObject>>;
  /** Returns a GET URL for somebody without our credentials, signed now, on real time, and valid for an hour. A secret. */
  presign(key: string): string;
  /** Aborts listings that are running. */
  close(): Promise<void>;
}
