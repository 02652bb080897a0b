import type { WireCells } from "../cell.ts";

/** Bot API: a message by upload. */
export const UPLOAD_CELLS: WireCells = {
  refused: ["API could not be reached (ECONNREFUSED)", 3, "error connect_failed, 0 posted"],
  dns: ["API could not be reached (ENOTFOUND)", 3, "error connect_failed, 0 posted"],
  resetBefore: [
    "API closed the connection without an answer (ECONNRESET); the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  closedBefore: [
    "API closed the connection without an answer (UND_ERR_SOCKET); the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  resetInHeaders: [
    "API closed the connection without an answer (ECONNRESET); the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  resetInBody: [
    "API said 200 and broke off within its answer (UND_ERR_RES_CONTENT_LENGTH_MISMATCH); the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  truncated: [
    "API said 200 and broke off within its answer (UND_ERR_RES_CONTENT_LENGTH_MISMATCH); the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  shortened: ["API said 200 with an answer that is not valid JSON", 3, "unknown bad_answer, 1 posted"],
  silent: [
    "API did not answer in time; the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  stalled: [
    "API said 200 and came to a stop within its answer; the message may have been posted",
    3,
    "unknown answer_lost, 1 posted",
  ],
  slow: ["nothing", 0, "ready, 1 posted"],
  internal: ["Telegram said 500: Internal Server Error", 3, "unknown server_error, 0 posted"],
  badGateway: ["API said 502 after the whole request was sent", 3, "unknown server_error, 0 posted"],
  slowDown: ["Telegram said 503: SlowDown", 3, "unknown server_error, 0 posted"],
  emptyError: ["API said 503 after the whole request was sent", 3, "unknown server_error, 0 posted"],
  tooMany: ["nothing", 0, "ready, 1 posted"],
  waits: ["nothing", 0, "ready, 1 posted"],
  html: ["API said 200 with an answer that is not valid JSON", 3, "unknown bad_answer, 1 posted"],
  empty: ["API said 200 with an answer that is not valid JSON", 3, "unknown bad_answer, 1 posted"],
  invalid: ["API said 200 with an answer that is not valid JSON", 3, "unknown bad_answer, 1 posted"],
  otherType: ["nothing", 0, "ready, 1 posted"],
  redirect: ["API said 302 with an answer that is not valid JSON", 3, "unknown bad_answer, 0 posted"],
  unknownKey: ["no lane is left to send by: Telegram said 401: Unauthorized", 4, "warming, 0 posted"],
  denied: ["no lane is left to send by: Telegram said 403: Forbidden: not here", 4, "warming, 0 posted"],
  missing: ["no lane is left to send by: Telegram said 404: Not Found", 4, "warming, 0 posted"],
};
