import { createRequire } from "node:module";
import type { ListObjectsV2CommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { Dispatcher } from "undici";
import { onAbort } from "../domain/abort.ts";
import { bareEtag, readEtag } from "../domain/content.ts";
import { carriedFailure, failure } from "../domain/failure.ts";
import { optionalPackage } from "../domain/optional-package.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { failureOfError, notS3, type RequestTarget } from "./errors.ts";
import { followPages, type ListingPage } from "./follow-pages.ts";
import { readOwnPages } from "./own-pages.ts";
import type { ListedObject } from "./port.ts";
import { rangedPages } from "./ranged-pages.ts";
import { withoutPages } from "./sdk-pages.ts";
import { withoutVersionWarning } from "./sdk-warning.ts";

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

/** Lists one bucket. */
export interface Listing {
  /**
   * Pages of keys with this prefix, in key order; the next page is fetched while one is processed, with `ahead` several. A
   * failure is the last value, unless its reader asks for the page again (see {@link Storage.list}).
   */
  pages(
    prefix: string,
    ahead: boolean,
  ): AsyncGenerator<Result<readonly ListedObject[]>, void, "again" | undefined>;
  /** Asks for one key. Succeeds also for a key pair that may read but not list. */
  check(): Promise<Result<void>>;
  /** Aborts listings that are running. */
  stop(): void;
}

interface PageRequest {
  readonly prefix?: string;
  readonly from?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/** Lists through @aws-sdk/client-s3, which is loaded at the first request (about 100 ms). */
export function createListing(options: ListingOptions): Listing {
  const stopped = new AbortController();
  const send = createSender(options);
  const fetchPage = (request: PageRequest) => askPage(options.target, send, request);
  return {
    async *pages(prefix, ahead) {
      const given = new AbortController();
      const { signal } = given;
      const removeListener = onAbort(stopped.signal, () => given.abort());
      try {
        const repeated = () => notS3(options.target, 200, "with a page that was there before");
        if (!ahead)
          yield* followPages({ fetchFrom: (from) => fetchPage({ prefix, from, signal }), signal, repeated });
        else
          yield* rangedPages({
            fetchPage: (start) => fetchPage({ prefix, signal, ...start }),
            fetchKeyAfter: async (after) => {
              const page = await fetchPage({ prefix, signal, after, limit: 1 });
              return (page.ok && page.value.objects[0]?.key) || null;
            },
            signal,
            repeated,
            disordered: () => notS3(options.target, 200, "with keys that were not asked for"),
          });
      } finally {
        removeListener();
        given.abort();
      }
    },
    async check() {
      const page = await fetchPage({ limit: 1, signal: stopped.signal });
      // Whoever lists will be told; a manifest needs no listing.
      const isOpen =
        page.ok || page.failure.reason === "r2_denied" || page.failure.reason === "package_missing";
      return isOpen ? ok(undefined) : page;
    },
    stop: () => stopped.abort(),
  };
}

/** To import CommonJS, Node looks for the names of its exports first: up to Node 22 that is a third of what loading the SDK costs. */
const require = createRequire(import.meta.url);

type Send = (request: PageRequest) => Promise<ListObjectsV2CommandOutput>;

function createSender(options: ListingOptions): Send {
  let loading: Promise<{ client: S3Client; sdk: typeof import("@aws-sdk/client-s3") }> | undefined;
  return async ({ prefix, from, after, limit, signal }) => {
    loading ??= loadSdk(options);
    const { client, sdk } = await loading;
    const command = new sdk.ListObjectsV2Command({
      Bucket: options.target.bucket,
      // XML cannot carry control characters, and servers differ in what they make of others.
      EncodingType: "url",
      ...(prefix ? { Prefix: prefix } : {}),
      ...(from === undefined ? {} : { ContinuationToken: from }),
      ...(after === undefined ? {} : { StartAfter: after }),
      ...(limit === undefined ? {} : { MaxKeys: limit }),
    });
    const asRead = readOwnPages(command);
    return asRead(await client.send(command, { abortSignal: signal, requestTimeout: options.stallMs }));
  };
}

/**
 * Sets everything that the SDK would otherwise look up in the user's AWS environment and files. Its correction of a wrong
 * clock is off: it would hide what breaks our presigned URLs. The client is never destroyed, since that would destroy the
 * dispatcher, which belongs to the caller.
 */
async function loadSdk(options: ListingOptions) {
  const [sdk, { UndiciHttpHandler }] = await optionalPackage(
    "@aws-sdk/client-s3",
    "a bucket's listing",
    async () => [
      require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3"),
      require("@smithy/undici-http-handler") as typeof import("@smithy/undici-http-handler"),
    ],
  );
  const { endpoint, region, accessKeyId, secretAccessKey, dispatcher } = options;
  const handler = new UndiciHttpHandler({ dispatcher });
  const make = () =>
    new sdk.S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: withoutPages(handler),
      forcePathStyle: true,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      maxAttempts: 3,
      retryMode: "standard",
      defaultsMode: "standard",
      disableClockSkewCorrection: true,
      disableS3ExpressSessionAuth: true,
      useArnRegion: false,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
    });
  return { sdk, client: withoutVersionWarning(make) };
}

/** Never rejects, so that nobody has to await a page that was fetched ahead. */
async function askPage(
  target: RequestTarget,
  send: Send,
  request: PageRequest,
): Promise<Result<ListingPage>> {
  try {
    return readPage(target, await send(request), request.from);
  } catch (error) {
    if (request.signal.aborted) return failed(failure("stopped", "the listing was stopped"));
    return failed(carriedFailure(error) ?? failureOfError(target, error));
  }
}

function readPage(
  target: RequestTarget,
  output: ListObjectsV2CommandOutput,
  from: string | undefined,
): Result<ListingPage> {
  const status = output.$metadata.httpStatusCode ?? 200;
  if (output.IsTruncated === undefined && output.KeyCount === undefined && output.Name === undefined) {
    return failed(notS3(target, status));
  }
  const next = output.IsTruncated ? output.NextContinuationToken : undefined;
  if (output.IsTruncated && (next === undefined || next === from)) {
    return failed(notS3(target, status, "with a page that leads nowhere"));
  }
  const keyOf = output.EncodingType === "url" ? decoded : (key: string) => key;
  const objects = (output.Contents ?? []).flatMap((object) => listedObjects(object, keyOf));
  return ok({ objects, next });
}

/** The SDK hands keys on as they came. Amazon writes a space as `+` (and `+` as `%2B`), others as `%20`. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}

type ContentsRow = NonNullable<ListObjectsV2CommandOutput["Contents"]>[number];

function listedObjects(object: ContentsRow, keyOf: (key: string) => string): ListedObject[] {
  const { Key: key, Size: size, ETag: etag = "", LastModified: modified } = object;
  if (key === undefined) return [];
  const bytes = sizeOf(size, readEtag(etag));
  return [{ key: keyOf(key), bytes, etag: readEtag(etag), modifiedAt: modified?.getTime() ?? 0 }];
}

const MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

/** The SDK reads an empty `<Size>` as 0, so that 0 is believed only of an object whose ETag says the same. */
function sizeOf(size: number | undefined, etag: string): number | undefined {
  if (size === undefined || !Number.isSafeInteger(size) || size < 0) return undefined;
  return size > 0 || bareEtag(etag) === MD5_OF_NOTHING ? size : undefined;
}
