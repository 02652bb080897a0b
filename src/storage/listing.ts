import type { ListObjectsV2CommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { Dispatcher } from "undici";
import { bareEtag } from "../domain/content.ts";
import { failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { failureOfError, notS3, type Place } from "./errors.ts";
import type { ListedObject } from "./port.ts";
import { withoutVersionWarning } from "./sdk-warning.ts";

export interface ListingOptions {
  /** Scheme, host and base path of the S3 API. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly dispatcher: Dispatcher;
  /** Milliseconds without a byte after which a request counts as broken. */
  readonly stallMs: number;
  readonly place: Place;
}

export interface Listing {
  /** Pages below `prefix` in key order, the next one fetched while one is worked on; a failure is the last value. */
  pages(prefix: string): AsyncGenerator<Result<readonly ListedObject[]>, void, undefined>;
  /** Asks for one key. A key pair that may read but not list passes. */
  check(): Promise<Result<void>>;
  /** Ends listings that are under way. */
  stop(): void;
}

/** One page and where the next begins. */
interface Page {
  readonly objects: readonly ListedObject[];
  readonly next: string | undefined;
}

interface Ask {
  readonly prefix?: string;
  readonly from?: string | undefined;
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/** Lists through @aws-sdk/client-s3, which is loaded with the first request (it takes about 100 ms). */
export function createListing(options: ListingOptions): Listing {
  const stopped = new AbortController();
  // Not AbortSignal.any: in Node 20 each of its signals stays known to `stopped`, which lives for months in a worker.
  const underWay = new Set<AbortController>();
  const send = createSender(options);
  const ask = (question: Ask) => askPage(options.place, send, question);
  return {
    async *pages(prefix) {
      const own = new AbortController();
      const { signal } = own;
      if (stopped.signal.aborted) own.abort();
      underWay.add(own);
      let coming: Promise<Result<Page>> | undefined = ask({ prefix, signal });
      try {
        while (coming !== undefined) {
          const page: Result<Page> = await coming;
          const from: string | undefined = page.ok ? page.value.next : undefined;
          coming = from === undefined ? undefined : ask({ prefix, from, signal });
          yield page.ok ? ok(page.value.objects) : page;
        }
      } finally {
        own.abort();
        underWay.delete(own);
      }
    },
    async check() {
      const page = await ask({ limit: 1, signal: stopped.signal });
      return page.ok || page.failure.reason === "r2_denied" ? ok(undefined) : page;
    },
    stop() {
      stopped.abort();
      for (const own of underWay) own.abort();
    },
  };
}

type Send = (question: Ask) => Promise<ListObjectsV2CommandOutput>;

function createSender(options: ListingOptions): Send {
  let loading: Promise<{ client: S3Client; sdk: typeof import("@aws-sdk/client-s3") }> | undefined;
  return async ({ prefix, from, limit, signal }) => {
    loading ??= loadSdk(options);
    const { client, sdk } = await loading;
    const command = new sdk.ListObjectsV2Command({
      Bucket: options.place.bucket,
      ...(prefix ? { Prefix: prefix } : {}),
      ...(from === undefined ? {} : { ContinuationToken: from }),
      ...(limit === undefined ? {} : { MaxKeys: limit }),
    });
    return client.send(command, { abortSignal: signal, requestTimeout: options.stallMs });
  };
}

/**
 * Everything that the SDK would else look up in the user's AWS environment and files is set here. Its own correction of
 * a wrong clock is off: it would hide what breaks the presigned URLs. The client is never destroyed, since that would
 * destroy the dispatcher, which is not ours.
 */
async function loadSdk(options: ListingOptions) {
  const [sdk, { UndiciHttpHandler }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@smithy/undici-http-handler"),
  ]);
  const { endpoint, region, accessKeyId, secretAccessKey, dispatcher } = options;
  const make = () =>
    new sdk.S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: new UndiciHttpHandler({ dispatcher }),
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

/** Never rejects, so that a page fetched ahead may be left behind. */
async function askPage(place: Place, send: Send, question: Ask): Promise<Result<Page>> {
  try {
    return readPage(place, await send(question), question.from);
  } catch (error) {
    if (question.signal.aborted) return failed(failure("stopped", "the listing was stopped"));
    return failed(failureOfError(place, error));
  }
}

function readPage(place: Place, output: ListObjectsV2CommandOutput, from: string | undefined): Result<Page> {
  const status = output.$metadata.httpStatusCode ?? 200;
  if (output.IsTruncated === undefined && output.KeyCount === undefined && output.Name === undefined) {
    return failed(notS3(place, status));
  }
  const next = output.IsTruncated ? output.NextContinuationToken : undefined;
  if (output.IsTruncated && (next === undefined || next === from)) {
    return failed(notS3(place, status, "with a page that leads nowhere"));
  }
  return ok({ objects: (output.Contents ?? []).flatMap(readObject), next });
}

function readObject(object: NonNullable<ListObjectsV2CommandOutput["Contents"]>[number]): ListedObject[] {
  const { Key: key, Size: bytes = 0, ETag: etag = "", LastModified: modified } = object;
  if (key === undefined) return [];
  return [{ key, bytes, etag: bareEtag(etag), modifiedAt: modified?.getTime() ?? 0 }];
}
