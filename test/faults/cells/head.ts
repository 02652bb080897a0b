import type { WireCells } from "../cell.ts";

/** R2: HEAD of an object. */
export const HEAD_CELLS: WireCells = {
  refused: [
    "no answer from R2 for object a.txt in bucket media: connect ECONNREFUSED R2",
    3,
    "no row, 0 posted",
  ],
  dns: [
    "no answer from R2 for object a.txt in bucket media: getaddrinfo ENOTFOUND R2",
    3,
    "no row, 0 posted",
  ],
  resetBefore: [
    "no answer from R2 for object a.txt in bucket media: read ECONNRESET",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  closedBefore: [
    "no answer from R2 for object a.txt in bucket media: other side closed (UND_ERR_SOCKET)",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  resetInHeaders: [
    "no answer from R2 for object a.txt in bucket media: read ECONNRESET",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  silent: [
    "no answer from R2 for object a.txt in bucket media: Headers Timeout Error (UND_ERR_HEADERS_TIMEOUT)",
    3,
    "no row, 0 posted",
  ],
  internal: [
    "R2 answered 500 InternalError for object a.txt in bucket media: No",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  badGateway: [
    "R2 answered 502 with a web page for object a.txt in bucket media",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  slowDown: [
    "R2 answered 503 SlowDown for object a.txt in bucket media: No",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  emptyError: [
    "R2 answered 503 for object a.txt in bucket media",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  tooMany: [
    "R2 answered 429 TooManyRequests for object a.txt in bucket media: No",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  waits: [
    "R2 answered 429 Too Many Requests: retry after 1 for object a.txt in bucket media: No",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  html: [
    "R2 answered 200 with a web page for object a.txt in bucket media",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  empty: ["nothing", 0, "no row, 0 posted"],
  otherType: ["nothing", 0, "ready, 1 posted"],
  redirect: [
    "R2 answered 302, a redirect, for object a.txt in bucket media",
    3,
    "no row, 0 posted",
    "0: ready, 1 posted",
  ],
  unknownKey: ["R2 does not know the access key id (401 Unauthorized)", 4, "no row, 0 posted"],
  denied: [
    "R2 does not let this key pair read object a.txt in bucket media, although it may read others of the bucket (403 AccessDenied)",
    3,
    "no row, 0 posted",
  ],
  signature: [
    "R2 refuses the signature: the secret access key is not the one of the access key id (403 SignatureDoesNotMatch)",
    4,
    "no row, 0 posted",
  ],
  expired: ["R2 rejects the time of the signature (403 ExpiredRequest)", 4, "no row, 0 posted"],
  clock: ["R2 rejects the time of the signature (403 RequestTimeTooSkewed)", 4, "no row, 0 posted"],
  missing: ["R2 has no object a.txt in bucket media (404 NoSuchKey)", 3, "no row, 0 posted"],
  changed: [
    "object a.txt in bucket media at R2 has changed since it was listed (412 PreconditionFailed)",
    3,
    "error object_changed, 0 posted",
  ],
  growing: ["nothing", 0, "ready, 1 posted"],
  otherItem: ["nothing", 0, "ready, 1 posted"],
};
