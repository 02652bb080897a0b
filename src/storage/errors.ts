import { errorCode, innermostError } from "../domain/error-code.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";

/** Whom we asked for what, as messages name it. */
export interface Place {
  /** Host of the endpoint. */
  readonly host: string;
  readonly bucket: string;
  /** Cut out of every text that a server wrote. */
  readonly accessKeyId: string;
  readonly key?: string | undefined;
  /** A refusal is about the one object: others were read by this key pair, or hardly any was asked for yet. */
  readonly hasRead?: boolean | undefined;
}

/** An answer that is no success, reduced to what tells its cause. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** `<Code>` of the XML body, `""` without one. */
  readonly code: string;
  /** `<Message>` of the XML body, `""` without one. */
  readonly message: string;
}

/** developers.cloudflare.com/r2/api/error-codes, and what other S3 servers say for the same. */
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

/** What became of a request that the server refused, by the code in the body, else by HTTP status. */
export function failureOfRefusal(place: Place, refusal: Refusal): Failure {
  const reason = reasonOf(place, refusal);
  return failure(reason, sentence(reason, place, refusal), { code: refusal.status });
}

function reasonOf(place: Place, { status, code, message }: Refusal): Reason {
  // R2 answers a key id of the wrong length so: "Credential access key has length 20, should be 32" (grafana/loki#9224).
  if (code === "InvalidArgument" && /access key/i.test(message)) return "r2_key_unknown";
  // Amazon's words for presigned URLs of the past ("Request has expired") and of the future (minio/minio#2638).
  if (code === "AccessDenied" && /expired|not (yet valid|valid yet)/i.test(message)) return "r2_clock_skew";
  if (status === 404 && REASON_BY_CODE[code] === undefined) {
    return place.key === undefined ? "bucket_missing" : "object_missing";
  }
  const reason = REASON_BY_CODE[code] ?? REASON_BY_STATUS[status] ?? "r2_unavailable";
  return reason === "r2_denied" && place.hasRead && place.key !== undefined ? "object_denied" : reason;
}

function sentence(reason: Reason, place: Place, refusal: Refusal): string {
  const { host, bucket } = place;
  const what = subjectOf(place);
  const said = [refusal.status, refusal.code].filter(Boolean).join(" ");
  const texts: Partial<Record<Reason, string>> = {
    r2_key_unknown: `${host} does not know the access key id (${said})`,
    r2_signature_wrong: `${host} refuses the signature: the secret access key is not the one of the access key id (${said})`,
    r2_denied: `${host} does not let this key pair read ${what} (${said})`,
    object_denied: `${host} does not let this key pair read ${what}, but others of the bucket (${said})`,
    r2_clock_skew: `${host} refuses the time of the signature (${said})`,
    bucket_missing: `${host} has no bucket ${oneLine(bucket)} (${said})`,
    object_missing: `${host} has no ${what} (${said})`,
    object_changed: `${what} at ${host} is not the one that was listed any more (${said})`,
    object_mismatch: `${what} at ${host} is shorter than expected (${said})`,
  };
  const quoted = refusal.message === "" ? "" : `: ${scrub(place, refusal.message)}`;
  return texts[reason] ?? `${host} answered ${said} for ${what}${quoted}`;
}

/** What became of a request that ended in a thrown error: one of the SDK's with an answer in it, or none at all. */
export function failureOfError(place: Place, error: unknown): Failure {
  const status = statusOf(error);
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  if (status !== undefined && status >= 300) return failureOfRefusal(place, { status, code: name, message });
  if (status !== undefined) return notS3(place, status);
  return failure(
    "r2_unavailable",
    `no answer from ${place.host} for ${subjectOf(place)}: ${causeOf(place, error)}`,
  );
}

/** The server answers, but not as S3 does: the endpoint is probably another one. */
export function notS3(place: Place, status: number, what = "with something that is not S3's"): Failure {
  return failure("r2_unavailable", `${place.host} answered ${status} ${what} for ${subjectOf(place)}`, {
    code: status,
  });
}

/** The body broke off, or no byte of it came for too long. */
export function failureOfBody(place: Place, error: unknown): Failure {
  return failure(
    "r2_interrupted",
    `reading ${subjectOf(place)} from ${place.host} broke off: ${causeOf(place, error)}`,
  );
}

/** Code and message of an S3 error in XML; both `""` when the text is none. */
export function readXmlError(text: string): { code: string; message: string } {
  const inside = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]?.trim() ?? "";
  return text.includes("<Error")
    ? { code: inside("Code"), message: inside("Message") }
    : { code: "", message: "" };
}

function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

/** Message and code of the innermost error. */
function causeOf(place: Place, error: unknown): string {
  const cause = innermostError(error);
  if (!(cause instanceof Error)) return scrub(place, String(cause));
  const code = errorCode(cause) ?? cause.name;
  const message = scrub(place, cause.message);
  return cause.message.includes(code) ? message : `${message} (${code})`;
}

function subjectOf({ bucket, key }: Place): string {
  return key === undefined
    ? `bucket ${oneLine(bucket)}`
    : `object ${oneLine(key)} in bucket ${oneLine(bucket)}`;
}

/** Texts of servers and libraries may repeat parts of the request: no key id, no signature, no query gets through. */
function scrub(place: Place, text: string): string {
  return oneLine(text.replaceAll(place.accessKeyId, "***"))
    .replace(/\?\S*/g, "")
    .replace(/X-Amz-\S+|\b[0-9a-f]{40,}\b/gi, "***")
    .slice(0, 300);
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
