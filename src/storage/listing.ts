import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { onAbort } from "../domain/abort.ts";
import { bareEtag, readEtag } from "../domain/content.ts";
import { carriedFailure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { failureOfError, notS3, type RequestTarget } from "./errors.ts";
import { followPages, type ListingPage } from "./follow-pages.ts";
import type { AskPage, ListingOptions, PageRequest } from "./page-request.ts";
import { openPageRequests } from "./page-requests.ts";
import type { ListedObject } from "./port.ts";
import { rangedPages } from "./ranged-pages.ts";

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

/** Lists by requests of the SDK, else by our own; nothing is loaded before the first. */
export function createListing(options: ListingOptions, send: AskPage = openPageRequests(options)): Listing {
  const stopped = new AbortController();
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

/** Never rejects, so that nobody has to await a page that was fetched ahead. */
async function askPage(
  target: RequestTarget,
  send: AskPage,
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
  const rows = output.Contents ?? [];
  // Of a page whose tags have blanks between them, and no line ends, the SDK makes objects without anything in them.
  if (rows.some(({ Key }) => !Key)) return failed(notS3(target, status, "with an object without a key"));
  const keyOf = output.EncodingType === "url" ? decoded : (key: string) => key;
  return ok({ objects: rows.map((row) => listedObject(row, keyOf)), next });
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

function listedObject(row: ContentsRow, keyOf: (key: string) => string): ListedObject {
  const { Key: key = "", Size: size, ETag: etag = "", LastModified: modified } = row;
  const bytes = sizeOf(size, readEtag(etag));
  return { key: keyOf(key), bytes, etag: readEtag(etag), modifiedAt: modified?.getTime() ?? 0 };
}

const MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

/** The SDK reads an empty `<Size>` as 0, so that 0 is believed only of an object whose ETag says the same. */
function sizeOf(size: number | undefined, etag: string): number | undefined {
  if (size === undefined || !Number.isSafeInteger(size) || size < 0) return undefined;
  return size > 0 || bareEtag(etag) === MD5_OF_NOTHING ? size : undefined;
}
