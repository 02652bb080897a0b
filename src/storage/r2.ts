import type { Dispatcher } from "undici";
import { LIMITS } from "../domain/limits.ts";
import type { RequestTarget } from "./errors.ts";
import { createListing } from "./listing.ts";
import { ObjectReader } from "./objects.ts";
import type { Storage } from "./port.ts";
import { createSigner } from "./signer.ts";

/** Which bucket to open, as whom, through what. */
export interface R2Options {
  /** `https://<account>.r2.cloudflarestorage.com`, or the URL of any other S3 server. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Carries every request (proxies, pools); stays open when the storage is closed. */
  readonly dispatcher: Dispatcher;
  readonly region?: string;
  /** Unix milliseconds for signatures; `Date.now` by default. */
  readonly wall?: () => number;
  /** Milliseconds without a byte after which a request or a body counts as broken; undici measures them to about a second. */
  readonly stallMs?: number;
  /** Seconds for which presigned URLs are valid, at most seven days. */
  readonly presignSeconds?: number;
}

/**
 * Opens a bucket of R2 or another S3 server, path-style, without connecting yet. Throws TypeError when the endpoint is
 * not a URL.
 */
export function openR2(options: R2Options): Storage {
  const { bucket, accessKeyId, secretAccessKey, dispatcher } = options;
  const { region = "auto", wall = Date.now, stallMs = 60_000, presignSeconds = 3600 } = options;
  if (!(presignSeconds >= 1 && presignSeconds <= LIMITS.presignMaxSeconds)) {
    throw new RangeError(`presigned URLs are valid for 1 s to 7 days, not for ${presignSeconds} s`);
  }
  const url = new URL(options.endpoint);
  const base = url.pathname.replace(/\/+$/, "");
  const origin = url.origin;
  const target: RequestTarget = { host: url.host, bucket, accessKeyId };
  const signer = createSigner({ accessKeyId, secretAccessKey, region });
  const sign = (method: "GET" | "HEAD", key: string) =>
    signer.presign({
      method,
      origin,
      path: `${base}/${bucket}/${key}`,
      expiresSeconds: presignSeconds,
      at: wall(),
    });
  const endpoint = `${origin}${base}`;
  const listing = createListing({
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    dispatcher,
    stallMs,
    target,
  });
  const objects = new ObjectReader({ dispatcher, origin, sign, stallMs, target });
  return {
    list: (prefix, ahead = false) => listing.pages(prefix, ahead),
    check: () => listing.check(),
    head: (key, signal) => objects.head(key, signal),
    open: (key, openOptions) => objects.open(key, openOptions),
    presign: (key) => sign("GET", key),
    close: async () => listing.stop(),
  };
}
