import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import type { Dispatcher } from "undici";
import type { RequestTarget } from "./errors.ts";

/** Where and as whom to list. */
export interface ListingOptions {
  /** Scheme, host and base path of the S3 API. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly dispatcher: Dispatcher;
  /** Milliseconds without a byte after which a request counts as broken. */
  readonly stallMs: number;
  readonly target: RequestTarget;
}

/** Which page. */
export interface PageRequest {
  readonly prefix?: string;
  readonly from?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/** Asks for one page. Rejects with what went wrong, which may carry a failure. */
export type AskPage = (request: PageRequest) => Promise<ListObjectsV2CommandOutput>;
