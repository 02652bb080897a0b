import { accept, type Checked, refuse } from "./errors.ts";
import type { Scope } from "./sigv4.ts";
import { parameter, type R2Target } from "./target.ts";

/** Looks up a request header by its lower-case name; several of one name are joined by commas. */
export type HeaderLookup = (name: string) => string | undefined;

/** What a client claims with its signature, before any of it is checked. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Lower case, in the order in which the client lists them. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** yyyymmddThhmmssZ */
  readonly timestamp: string;
  /** Hash of the body in hex, or a word in its place (`UNSIGNED-PAYLOAD`). */
  readonly payload: string;
  /** Validity in seconds of a presigned URL; `null` for a signature in the header. */
  readonly expires: number | null;
}

/**
 * Reads the claim from the Authorization header or the query. R2 answers a request without either with 400
 * `Authorization`.
 */
export function readClaim(target: R2Target, header: HeaderLookup): Checked<SignatureClaim> {
  const authorization = header("authorization");
  const presigned = parameter(target.query, "x-amz-algorithm");
  if (authorization !== undefined && presigned !== undefined) {
    return refuse("InvalidArgument", "Only one auth mechanism allowed");
  }
  if (authorization?.startsWith("AWS ") || parameter(target.query, "awsaccesskeyid") !== undefined) {
    return refuse("Unauthorized", "SigV2 authorization is not supported. Please use SigV4 instead.");
  }
  if (presigned !== undefined) return presignedClaim(target, header);
  if (authorization === undefined) return refuse("InvalidArgument", "Authorization");
  return headerClaim(authorization, header);
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

function headerClaim(authorization: string, header: HeaderLookup): Checked<SignatureClaim> {
  const match = AUTHORIZATION.exec(authorization);
  if (!match) return refuse("InvalidArgument", "Authorization");
  const [, credential = "", signedHeaders = "", signature = ""] = match;
  const payload = header("x-amz-content-sha256");
  if (payload === undefined) {
    return refuse("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const timestamp = header("x-amz-date") ?? fromHttpDate(header("date"));
  return claimOf({ credential, signedHeaders, signature, timestamp, payload, expires: null });
}

function presignedClaim(target: R2Target, header: HeaderLookup): Checked<SignatureClaim> {
  const need = (name: string) => parameter(target.query, name) ?? "";
  if (need("x-amz-algorithm") !== "AWS4-HMAC-SHA256") return refuse("InvalidArgument", "X-Amz-Algorithm");
  const expires = /^\d{1,9}$/.test(need("x-amz-expires")) ? Number(need("x-amz-expires")) : Number.NaN;
  if (!(expires >= 1)) return refuse("InvalidArgument", "X-Amz-Expires");
  return claimOf({
    credential: need("x-amz-credential"),
    signedHeaders: need("x-amz-signedheaders"),
    signature: need("x-amz-signature"),
    timestamp: need("x-amz-date"),
    payload:
      header("x-amz-content-sha256") ?? parameter(target.query, "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD",
    expires,
  });
}

interface RawClaim {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly payload: string;
  readonly expires: number | null;
}

/** Key id, date, region; the region may be empty, an alias of `auto`. */
const CREDENTIAL = /^(.+)\/(\d{8})\/([^/]*)\/s3\/aws4_request$/;

function claimOf(raw: RawClaim): Checked<SignatureClaim> {
  const match = CREDENTIAL.exec(raw.credential);
  if (!match) return refuse("InvalidArgument", "X-Amz-Credential");
  const [, accessKeyId = "", date = "", region = ""] = match;
  if (!/^\d{8}T\d{6}Z$/.test(raw.timestamp) || !raw.timestamp.startsWith(date)) {
    return refuse("InvalidArgument", "X-Amz-Date");
  }
  const signedHeaders = raw.signedHeaders.toLowerCase().split(";");
  if (!signedHeaders.includes("host")) return refuse("InvalidArgument", "X-Amz-SignedHeaders");
  const { signature, timestamp, payload, expires } = raw;
  return accept({
    accessKeyId,
    scope: { date, region },
    signedHeaders,
    signature,
    timestamp,
    payload,
    expires,
  });
}

function fromHttpDate(date: string | undefined): string {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time)
    ? ""
    : new Date(time)
        .toISOString()
        .replace(/[-:]/g, "")
        .replace(/\.\d{3}/, "");
}
