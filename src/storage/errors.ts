import { errorCode, innermostError } from "../domain/error-code.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { proxyTrouble } from "../domain/proxy.ts";
import type { Reason } from "../domain/reasons.ts";
import { isPageError, nameOf, statusOf } from "./said.ts";

/** Server, bucket and key of a request, for error messages. */
export interface RequestTarget {
  /** Host of the endpoint. */
  readonly host: string;
  readonly bucket: string;
  /** Removed from every text that a server sent. */
  readonly accessKeyId: string;
  readonly key?: string | undefined;
  /** A refusal concerns this object alone: the key pair has read others, or has asked for very few so far. */
  readonly hasRead?: boolean | undefined;
}

/** An error answer, reduced to what shows its cause. */
export interface S3Refusal {
  /** HTTP status. */
  readonly status: number;
  /** `<Code>` of the XML body, `""` without one. */
  readonly code: string;
  /** `<Message>` of the XML body, `""` without one. */
  readonly message: string;
  /** The body is a web page, so that something other than S3 answered. */
  readonly page?: boolean | undefined;
}

/** developers.cloudflare.com/r2/api/error-codes, and the codes of other S3 servers for the same errors. */
const REASON_BY_CODE: Readonly<Record<string, Reason>> = {
  InvalidAccessKeyId: "r2_key_unknown",
  Unauthorized: "r2_key_unknown",
  SignatureDoesNotMatch: "r2_signature_wrong",
  AuthorizationHeaderMalformed: "r2_signature_wrong",
  AuthorizationQueryParametersError: "r2_signature_wrong",
  AccessDenied: "r2_denied",
  NotEntitled: "r2_denied",
  RequestTimeTooSkewed: "r2_clock_skew",
  ExpiredRequest: "r2_clock_skew",
  RequestExpired: "r2_clock_skew",
  NoSuchBucket: "bucket_missing",
  InvalidBucketName: "bucket_missing",
  NoSuchKey: "object_missing",
  InvalidObjectName: "object_missing",
  KeyTooLongError: "object_missing",
  PreconditionFailed: "object_changed",
  InvalidRange: "object_mismatch",
};

const REASON_BY_STATUS: Readonly<Record<number, Reason>> = {
  401: "r2_key_unknown",
  403: "r2_denied",
  412: "object_changed",
  416: "object_mismatch",
};

/** Classifies a request that the server refused, by the code in the body, else by the HTTP status. */
export function failureOfRefusal(target: RequestTarget, refusal: S3Refusal): Failure {
  const reason = reasonOf(target, refusal);
  return failure(reason, sentence(reason, target, refusal), { code: refusal.status });
}

/**
 * A page with 5xx or 429 comes from what stands before a server that is away for a moment; with any other status it is the wrong
 * server, unless others of its objects could be read. Null where the status says it.
 */
function reasonOfPage(target: RequestTarget, refusal: S3Refusal): Reason | null {
  const { status, page } = refusal;
  if (!page && !isRedirect(refusal)) return null;
  if (status >= 500 || status === 429) return "r2_unavailable";
  return target.hasRead && target.key !== undefined ? null : "endpoint_wrong";
}

/** To a login page, mostly; S3 names its code where a bucket is elsewhere. */
function isRedirect({ status, code }: S3Refusal): boolean {
  return status >= 300 && status < 400 && code === "";
}

/** Amazon's and MinIO's text for a signature that names another region than the bucket's. */
const WRONG_REGION = /\bregion\b.{0,80}\bis wrong(?:; expecting '([\w-]{1,40})')?/i;

function reasonOf(target: RequestTarget, refusal: S3Refusal): Reason {
  return reasonOfPage(target, refusal) ?? reasonOfWords(target, refusal);
}

function reasonOfWords(target: RequestTarget, { status, code, message }: S3Refusal): Reason {
  // R2's answer to a key id of the wrong length: "Credential access key has length 20, should be 32" (grafana/loki#9224).
  if (code === "InvalidArgument" && /access key/i.test(message)) return "r2_key_unknown";
  if (WRONG_REGION.test(message)) return "r2_region_wrong";
  // Amazon's texts for presigned URLs of the past ("Request has expired") and of the future (minio/minio#2638).
  if (code === "AccessDenied" && /expired|not (yet valid|valid yet)/i.test(message)) return "r2_clock_skew";
  if (status === 404 && REASON_BY_CODE[code] === undefined) {
    return target.key === undefined ? "bucket_missing" : "object_missing";
  }
  const reason = REASON_BY_CODE[code] ?? REASON_BY_STATUS[status] ?? "r2_unavailable";
  if (target.key === undefined) return ofBucket(reason, status);
  return reason === "r2_denied" && target.hasRead ? "object_denied" : reason;
}

/** What is said of an object in answer to a question about the bucket says nothing of an object. */
function ofBucket(reason: Reason, status: number): Reason {
  if (!reason.startsWith("object_")) return reason;
  return status === 404 ? "bucket_missing" : "r2_unavailable";
}

function sentence(reason: Reason, target: RequestTarget, refusal: S3Refusal): string {
  const { host, bucket } = target;
  const what = subjectOf(target);
  const { status, code, page } = refusal;
  const said = page
    ? `${status} with a web page`
    : isRedirect(refusal)
      ? `${status}, a redirect,`
      : [status, code].filter(Boolean).join(" ");
  const texts: Partial<Record<Reason, string>> = {
    r2_key_unknown: `${host} does not know the access key id (${said})`,
    r2_signature_wrong: `${host} refuses the signature: the secret access key is not the one of the access key id (${said})`,
    endpoint_wrong: `${host} answers, but not as S3 (${said} for ${what})`,
    r2_region_wrong: `${host} takes signatures for ${WRONG_REGION.exec(refusal.message)?.[1] ?? "its own region"} only, and prewarm signs for "auto", the region of R2 (${said})`,
    r2_denied: `${host} does not let this key pair read ${what} (${said})${elsewhere(host)}`,
    object_denied: `${host} does not let this key pair read ${what}, although it may read others of the bucket (${said})`,
    r2_clock_skew: `${host} rejects the time of the signature (${said})`,
    bucket_missing: `${host} has no bucket ${oneLine(bucket)} (${said})${elsewhere(host)}`,
    object_missing: `${host} has no ${what} (${said})`,
    object_changed: `${what} at ${host} has changed since it was listed (${said})`,
    object_mismatch: `${what} at ${host} is shorter than expected (${said})`,
  };
  const quoted =
    page || refusal.message === "" ? "" : `: ${scrub(target, refusal.message).replace(/\.$/, "")}`;
  return texts[reason] ?? `${host} answered ${said} for ${what}${quoted}`;
}

/**
 * The plain host of an account does not know buckets of a jurisdiction, which have a host each, and answers 403 for them
 * (developers.cloudflare.com/r2/reference/data-location).
 */
function elsewhere(host: string): string {
  const account = /^([0-9a-f]{32})\.r2\.cloudflarestorage\.com$/.exec(host)?.[1];
  if (account === undefined) return "";
  return `; a bucket of a jurisdiction has another R2_ENDPOINT: https://${account}.eu.r2.cloudflarestorage.com, or .us. or .fedramp. in it`;
}

/** Classifies what a request threw: an error of the SDK's that holds an answer, or any other. */
export function failureOfError(target: RequestTarget, error: unknown): Failure {
  const status = statusOf(error);
  const { name, message } = nameOf(error);
  const page = status !== undefined && isPageError(error);
  if (status !== undefined && (status >= 300 || page))
    return failureOfRefusal(target, { status, code: name, message, page });
  if (status !== undefined) return notS3(target, status);
  return failure(
    "r2_unavailable",
    `no answer from ${target.host} for ${subjectOf(target)}: ${causeOf(target, error)}`,
    connectionBroke(error) ? {} : { unreached: true },
  );
}

/** ECONNABORTED is the word of Windows for a connection that broke on this side; the last one is undici's for one that broke within a body. */
const BROKEN: ReadonlySet<string | null> = new Set([
  "UND_ERR_SOCKET",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** A connection that was there broke. */
export function connectionBroke(error: unknown): boolean {
  return BROKEN.has(errorCode(error));
}

/** The server answers, but not as S3 does. */
export function notS3(
  target: RequestTarget,
  status: number,
  what = "(is R2_ENDPOINT right?) with something that is not S3's",
): Failure {
  return failure("r2_unavailable", `${target.host} answered ${status} ${what} for ${subjectOf(target)}`, {
    code: status,
  });
}

/** An object without a size, also when it may be sent packed: servers that unpack on the way do not know it. */
export function sizeless(target: RequestTarget, status: number): Failure {
  return failure(
    "content_encoding",
    `${target.host} answered ${status} without a size for ${subjectOf(target)}: it is probably stored with a Content-Encoding, and unpacked on its way`,
    { code: status },
  );
}

/** Another part of an object came than was asked for; `asked` and `came` are in words. */
export function partial(target: RequestTarget, asked: string, came: string): Failure {
  return failure(
    "r2_interrupted",
    `${target.host} sent another part of ${subjectOf(target)} than was asked for (${asked}): ${scrub(target, came)}`,
  );
}

/** The body ended early, or no byte of it came for too long. */
export function failureOfBody(target: RequestTarget, error: unknown): Failure {
  return failure(
    "r2_interrupted",
    `reading ${subjectOf(target)} from ${target.host} broke off: ${causeOf(target, error)}`,
  );
}

/** Message and code of the innermost error. */
function causeOf(target: RequestTarget, error: unknown): string {
  const trouble = proxyTrouble(error);
  if (trouble !== null) return trouble;
  const cause = innermostError(error);
  if (!(cause instanceof Error)) return scrub(target, String(cause));
  const code = errorCode(cause) ?? cause.name;
  const message = scrub(target, cause.message);
  return cause.message.includes(code) ? message : `${message} (${code})`;
}

function subjectOf({ bucket, key }: RequestTarget): string {
  return key === undefined
    ? `bucket ${oneLine(bucket)}`
    : `object ${oneLine(key)} in bucket ${oneLine(bucket)}`;
}

/** Removes key ids, signatures and queries: texts of servers and libraries may repeat parts of the request. */
function scrub(target: RequestTarget, text: string): string {
  return oneLine(text.replaceAll(target.accessKeyId, "***"))
    .replace(/\?\S*/g, "")
    .replace(/X-Amz-\S+|\b[0-9a-f]{40,}\b/gi, "***")
    .slice(0, 300);
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
