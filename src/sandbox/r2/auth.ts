import { LIMITS } from "../../domain/limits.ts";
import { type HeaderLookup, readClaim, type SignatureClaim } from "./credential.ts";
import { accept, type Checked, refuse } from "./errors.ts";
import { requestSignature, type Scope, signingKey } from "./sigv4.ts";
import type { R2Target } from "./target.ts";

/** A request with a valid signature, and what is needed to check its body. */
export interface Verified {
  /** Declared hash of the body, or the word in its place. */
  readonly payload: string;
  readonly key: Buffer;
  readonly scope: Scope;
  readonly timestamp: string;
  /** Where the chain of chunk signatures starts. */
  readonly signature: string;
}

/** Verifies signatures. */
export interface Verifier {
  /** Checks the signature of a request, in header or query; errors have R2's wording. */
  verify(method: string, target: R2Target, header: HeaderLookup): Checked<Verified>;
}

/** How far off a client's clock may be (S3: RequestTimeTooSkewed). */
const MAX_SKEW_MS = 15 * 60_000;

/** `auto` and its aliases (developers.cloudflare.com/r2/api/s3/api, bucket region). */
const REGIONS: readonly string[] = ["auto", "us-east-1", ""];

/** Returns a verifier for one key pair. `now` returns Unix milliseconds. */
export function createVerifier(accessKeyId: string, secretAccessKey: string, now: () => number): Verifier {
  const keyOf = memoizedKey(secretAccessKey);
  return {
    verify(method, target, header) {
      const claim = readClaim(target, header);
      if (!claim.ok) return claim;
      const usable = checkClaim(claim.value, accessKeyId, now());
      return usable.ok
        ? compareSignature(claim.value, keyOf(claim.value.scope), method, target, header)
        : usable;
    },
  };
}

function checkClaim(claim: SignatureClaim, accessKeyId: string, now: number): Checked<null> {
  if (!REGIONS.includes(claim.scope.region)) {
    return refuse(
      "InvalidRegionName",
      `The region name '${claim.scope.region}' is not valid. Must be one of: wnam, enam, weur, eeur, apac, auto`,
    );
  }
  if (claim.accessKeyId !== accessKeyId) return refuse("InvalidAccessKeyId");
  return claim.expires === null
    ? checkSkew(claim.timestamp, now)
    : checkExpiry(claim.timestamp, claim.expires, now);
}

function checkSkew(timestamp: string, now: number): Checked<null> {
  const off = Math.abs(now - parseTimestamp(timestamp));
  return off <= MAX_SKEW_MS ? accept(null) : refuse("RequestTimeTooSkewed");
}

function checkExpiry(timestamp: string, expires: number, now: number): Checked<null> {
  if (expires > LIMITS.presignMaxSeconds) {
    return refuse(
      "InvalidArgument",
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  }
  const age = now - parseTimestamp(timestamp);
  if (!(age >= -MAX_SKEW_MS)) return refuse("AccessDenied", "Request is not valid yet");
  return age <= expires * 1000 ? accept(null) : refuse("ExpiredRequest");
}

/** Returns Unix milliseconds, or NaN for a timestamp that is not valid, which every check refuses. */
function parseTimestamp(timestamp: string): number {
  return Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function compareSignature(
  claim: SignatureClaim,
  key: Buffer,
  method: string,
  target: R2Target,
  header: HeaderLookup,
): Checked<Verified> {
  const headers = claim.signedHeaders.map((name) => [name, header(name) ?? ""] as const);
  const { scope, timestamp, payload, signature } = claim;
  const { path, query } = target;
  const expected = requestSignature(key, scope, timestamp, { method, path, query, headers, payload });
  return expected === signature
    ? accept({ payload, key, scope, timestamp, signature })
    : refuse("SignatureDoesNotMatch");
}

/** Keeps the key for the scope last used: nearly all requests have the same. */
function memoizedKey(secret: string): (scope: Scope) => Buffer {
  let last: { readonly name: string; readonly key: Buffer } | undefined;
  return (scope) => {
    const name = `${scope.date}/${scope.region}`;
    if (last?.name !== name) last = { name, key: signingKey(secret, scope) };
    return last.key;
  };
}
