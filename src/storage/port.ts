import type { Readable } from "node:stream";
import type { Result } from "../domain/result.ts";

/** One object as a listing page has it: no Content-Type there. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

/** What HEAD or GET answer says of an object. */
export interface ObjectInfo {
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** Stored Content-Type, lower case, without parameters; `""` when there is none. */
  readonly mime: string;
}

export interface OpenOptions {
  /** Fails with `object_changed` when the object has another ETag by now. */
  readonly etag?: string | undefined;
  /** First and last byte, both included. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OpenObject extends ObjectInfo {
  /** Ends with an error when the connection breaks or stalls before the last byte. Destroy it when it is not read to the end. */
  readonly body: Readable;
}

/** A bucket, read only. */
export interface Storage {
  /** Pages of at most 1,000 objects below `prefix`, in key order. A failure ends the iteration as the last value. */
  list(prefix: string): AsyncIterable<Result<readonly ListedObject[]>>;
  /** Whether the bucket is there and the key pair is known to it. */
  check(): Promise<Result<void>>;
  head(key: string, signal?: AbortSignal): Promise<Result<ObjectInfo>>;
  open(key: string, options?: OpenOptions): Promise<Result<OpenObject>>;
  /** A GET URL for somebody without our credentials, signed now on real time, valid for an hour. A secret. */
  presign(key: string): string;
  close(): Promise<void>;
}
