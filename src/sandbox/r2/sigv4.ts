import { createHash, createHmac } from "node:crypto";
import type { QueryParameters } from "./target.ts";

/**
 * Signature Version 4 by "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API reference. Written for the
 * sandbox alone: it shares no code with our signer, so that a mistake there cannot agree with itself.
 */

/** `<date>/<region>/s3/aws4_request`. */
export interface Scope {
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
}

/** The parts of a request that are signed. */
export interface SignedParts {
  readonly method: string;
  /** Decoded, with its leading slash. */
  readonly path: string;
  /** Decoded; `X-Amz-Signature` is left out here. */
  readonly query: QueryParameters;
  /** Lower-case names of the signed headers, with the received values. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Hash of the body in hex, or one of the words in its place. */
  readonly payload: string;
}

/** Returns the signature of a request in hex. `timestamp` is yyyymmddThhmmssZ. */
export function requestSignature(key: Buffer, scope: Scope, timestamp: string, parts: SignedParts): string {
  const hash = sha256Hex(canonicalRequest(parts));
  return hmac(key, ["AWS4-HMAC-SHA256", timestamp, scopeText(scope), hash].join("\n")).toString("hex");
}

/** Returns the signature of one chunk of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` body, chained to the one before it. */
export function chunkSignature(
  key: Buffer,
  scope: Scope,
  timestamp: string,
  previous: string,
  data: Uint8Array,
): string {
  const lines = [
    "AWS4-HMAC-SHA256-PAYLOAD",
    timestamp,
    scopeText(scope),
    previous,
    sha256Hex(""),
    sha256Hex(data),
  ];
  return hmac(key, lines.join("\n")).toString("hex");
}

/** Returns the key that signs everything of one day and region. */
export function signingKey(secret: string, scope: Scope): Buffer {
  return [scope.date, scope.region, "s3", "aws4_request"].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

/** Returns the SHA-256 in hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function canonicalRequest(parts: SignedParts): string {
  const headers = parts.headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}\n`);
  return [
    parts.method,
    parts.path.split("/").map(encodeRfc3986).join("/"),
    canonicalQuery(parts.query),
    headers.join(""),
    parts.headers.map(([name]) => name).join(";"),
    parts.payload,
  ].join("\n");
}

function canonicalQuery(query: QueryParameters): string {
  return query
    .filter(([name]) => name.toLowerCase() !== "x-amz-signature")
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Percent-encodes everything outside A-Z a-z 0-9 - . _ ~, with upper-case hex digits. */
function encodeRfc3986(text: string): string {
  const code = (c: string) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, code);
}

function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/s3/aws4_request`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
