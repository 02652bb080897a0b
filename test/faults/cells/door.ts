import type { WireCells } from "../cell.ts";

/** R2: the look whether there is a bucket. */
export const DOOR_CELLS: WireCells = {
  refused: ["no answer from R2 for bucket media: connect ECONNREFUSED R2", 1, "no row, 0 posted"],
  dns: ["no answer from R2 for bucket media: getaddrinfo ENOTFOUND R2", 1, "no row, 0 posted"],
  resetBefore: ["no answer from R2 for bucket media: read ECONNRESET", 1, "no row, 0 posted"],
  closedBefore: [
    "no answer from R2 for bucket media: other side closed (UND_ERR_SOCKET)",
    1,
    "no row, 0 posted",
  ],
  resetInHeaders: ["no answer from R2 for bucket media: read ECONNRESET", 1, "no row, 0 posted"],
  resetInBody: [
    "no answer from R2 for bucket media: Response body length does not match content-length header (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    1,
    "no row, 0 posted",
  ],
  truncated: [
    "no answer from R2 for bucket media: Response body length does not match content-length header (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    1,
    "no row, 0 posted",
  ],
  shortened: [
    "R2 answered 200 (is R2_ENDPOINT right?) with something that is not S3's for bucket media",
    1,
    "no row, 0 posted",
  ],
  silent: [
    "no answer from R2 for bucket media: Headers Timeout Error (UND_ERR_HEADERS_TIMEOUT)",
    1,
    "no row, 0 posted",
  ],
  stalled: [
    "no answer from R2 for bucket media: Body Timeout Error (UND_ERR_BODY_TIMEOUT)",
    1,
    "no row, 0 posted",
  ],
  slow: ["nothing", 0, "ready, 1 posted"],
  internal: ["R2 answered 500 InternalError for bucket media: No", 1, "no row, 0 posted"],
  badGateway: ["R2 answered 502 with a web page for bucket media", 1, "no row, 0 posted"],
  slowDown: ["R2 answered 503 SlowDown for bucket media: No", 1, "no row, 0 posted"],
  emptyError: ["R2 answered 503 for bucket media", 1, "no row, 0 posted"],
  tooMany: ["R2 answered 429 TooManyRequests for bucket media: No", 1, "no row, 0 posted"],
  waits: ["R2 answered 429 Too Many Requests: retry after 1 for bucket media: No", 1, "no row, 0 posted"],
  html: ["R2 answers, but not as S3 (200 with a web page for bucket media)", 4, "no row, 0 posted"],
  empty: [
    "R2 answered 200 (is R2_ENDPOINT right?) with something that is not S3's for bucket media",
    1,
    "no row, 0 posted",
  ],
  invalid: [
    "R2 answered 200 (is R2_ENDPOINT right?) with something that is not S3's for bucket media",
    1,
    "no row, 0 posted",
  ],
  otherType: ["nothing", 0, "ready, 1 posted"],
  redirect: ["R2 answers, but not as S3 (302, a redirect, for bucket media)", 4, "no row, 0 posted"],
  unknownKey: ["R2 does not know the access key id (401 Unauthorized)", 4, "no row, 0 posted"],
  denied: ["nothing", 0, "ready, 1 posted"],
  signature: [
    "R2 refuses the signature: the secret access key is not the one of the access key id (403 SignatureDoesNotMatch)",
    4,
    "no row, 0 posted",
  ],
  expired: ["R2 rejects the time of the signature (403 ExpiredRequest)", 4, "no row, 0 posted"],
  clock: ["R2 rejects the time of the signature (403 RequestTimeTooSkewed)", 4, "no row, 0 posted"],
  missing: ["R2 has no bucket media (404 NoSuchKey)", 4, "no row, 0 posted"],
  otherItem: [
    "R2 answered 200 (is R2_ENDPOINT right?) with something that is not S3's for bucket media",
    1,
    "no row, 0 posted",
  ],
};
