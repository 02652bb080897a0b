import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** As whom to sign. */
export interface SignerOptions {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `auto` for R2. */
  readonly region: string;
  /** `s3` by default. */
  readonly service?: string;
}

interface PresignRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Scheme and host as in `URL.origin`: `https://host` or `http://host:port`. */
  readonly origin: string;
  /** Path with a leading slash, not encoded: `/bucket/key` for path-style. */
  readonly path: string;
  /** Seconds from `at` for which the URL is valid. */
  readonly expiresSeconds: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** More of the query, encoded and sorted by name; names in lower case, which come after those of the signature. */
  readonly query?: string;
}

/** Makes presigned URLs. */
export interface Signer {
  /** Returns the whole URL, with the signature in its query. A secret. */
  presign(request: PresignRequest): string;
}

/** What all signatures of one day share. */
interface Day {
  readonly number: number;
  readonly key: KeyObject;
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string;
  /** Query up to the value of `X-Amz-Date`. */
  readonly query: string;
}

const DAY_MS = 86_400_000;

/**
 * Presigns by AWS Signature Version 4 in the query (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 * Only `host` is signed and the payload is not, so whoever has the URL needs no header of ours. The signing key is reused
 * for its UTC day: deriving it costs four HMACs, signing with it one.
 */
export function createSigner(options: SignerOptions): Signer {
  let day: Day | undefined;
  let last = { second: Number.NaN, date: "" };
  const dateOf = (at: number) => {
    const second = Math.floor(at / 1_000);
    if (second !== last.second) last = { second, date: amzDate(at) };
    return last.date;
  };
  return {
    presign({ method, origin, path, expiresSeconds, at, query: more }) {
      const number = Math.floor(at / DAY_MS);
      if (day?.number !== number) day = startDay(options, number);
      const date = dateOf(at);
      const encoded = encodePath(path);
      const signed = `${day.query}${date}&X-Amz-Expires=${expiresSeconds}&X-Amz-SignedHeaders=host`;
      const query = more === undefined ? signed : `${signed}&${more}`;
      const host = origin.slice(origin.indexOf("//") + 2);
      const canonical = `${method}\n${encoded}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
      const toSign = `AWS4-HMAC-SHA256\n${date}\n${day.scope}\n${hash("sha256", canonical)}`;
      const signature = createHmac("sha256", day.key).update(toSign).digest("hex");
      return `${origin}${encoded}?${query}&X-Amz-Signature=${signature}`;
    },
  };
}

function startDay(options: SignerOptions, number: number): Day {
  const { accessKeyId, secretAccessKey, region, service = "s3" } = options;
  const date = amzDate(number * DAY_MS).slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  return {
    number,
    key: createSecretKey(deriveSigningKey(secretAccessKey, date, region, service)),
    scope,
    query: `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}&X-Amz-Date=`,
  };
}

/**
 * Derives the 32-byte key that signs for one day (`YYYYMMDD`), region and service, by a chain of four HMACs.
 * @internal
 */
export function deriveSigningKey(secret: string, date: string, region: string, service: string): Buffer {
  const steps = [date, region, service, "aws4_request"];
  return steps.reduce<Buffer>(
    (key, step) => createHmac("sha256", key).update(step).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}

/** `20130524T000000Z` */
function amzDate(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

const NOTHING_TO_ENCODE = /^[A-Za-z0-9\-._~/]*$/;
/** What encodeURI leaves as it is although RFC 3986 reserves it; `/` stays. */
const LEFT_BY_ENCODE_URI = /[;,?:@&=+$#!'()*]/g;

/**
 * Percent-encodes all but the unreserved characters of RFC 3986 and `/`: S3 wants keys encoded exactly once, `+` and `*`
 * included. Lone surrogates, which UTF-8 cannot express, become U+FFFD.
 */
export function encodePath(path: string): string {
  if (NOTHING_TO_ENCODE.test(path)) return path;
  return encodeWellFormed(path).replace(
    LEFT_BY_ENCODE_URI,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodeWellFormed(path: string): string {
  try {
    return encodeURI(path);
  } catch {
    return encodeURI(Buffer.from(path).toString());
  }
}
