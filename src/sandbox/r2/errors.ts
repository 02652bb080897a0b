/** An error of R2's S3 API: HTTP status, `Code` and `Message`. */
export interface R2Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Headers that go with it (`Content-Range` of a 416). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A value, or the error to answer with. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: R2Error };

/** The successful side of {@link Checked}. */
export function accept<T>(value: T): Checked<T> {
  return { ok: true, value };
}

/**
 * Status and usual text by code. Codes and statuses: developers.cloudflare.com/r2/api/error-codes (there ExpiredRequest is
 * 400; the pricing page says 403); texts that are not on those pages are those that S3 and R2 clients report.
 */
const ERRORS = {
  AccessDenied: [403, "Access Denied"],
  BadDigest: [
    400,
    "The Content-MD5 or checksum value that you specified did not match what the server received.",
  ],
  ExpiredRequest: [400, "Request has expired"],
  IncompleteBody: [400, "The request body terminated unexpectedly"],
  InvalidAccessKeyId: [403, "The Access Key Id you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidObjectName: [400, "The specified object name is not valid."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRegionName: [400, "The region name is not valid."],
  InvalidRequest: [400, "Invalid Request"],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
  NotModified: [304, "Not Modified"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold."],
  RequestTimeTooSkewed: [403, "The difference between the request time and the server's time is too large."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.",
  ],
  Unauthorized: [401, "Unauthorized"],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

type R2Code = keyof typeof ERRORS;

/** Returns the error with this code, and its usual text unless another is given. */
export function r2Error(code: R2Code, message?: string, headers?: Readonly<Record<string, string>>): R2Error {
  const [status, usual] = ERRORS[code];
  return { status, code, message: message ?? usual, ...(headers ? { headers } : {}) };
}

/** {@link r2Error} as the failing side of {@link Checked}. */
export function refuse(
  code: R2Code,
  message?: string,
  headers?: Readonly<Record<string, string>>,
): { readonly ok: false; readonly error: R2Error } {
  return { ok: false, error: r2Error(code, message, headers) };
}
