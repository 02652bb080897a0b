import type { WireCells } from "../cell.ts";

/** Bot API: who the bot is. */
export const ME_CELLS: WireCells = {
  refused: ["no lane is left to send by: API could not be reached (ECONNREFUSED)", 1, "no row, 0 posted"],
  dns: ["no lane is left to send by: API could not be reached (ENOTFOUND)", 1, "no row, 0 posted"],
  resetBefore: [
    "no lane is left to send by: API closed the connection without an answer (ECONNRESET)",
    1,
    "no row, 0 posted",
  ],
  closedBefore: [
    "no lane is left to send by: API closed the connection without an answer (UND_ERR_SOCKET)",
    1,
    "no row, 0 posted",
  ],
  resetInHeaders: [
    "no lane is left to send by: API closed the connection without an answer (ECONNRESET)",
    1,
    "no row, 0 posted",
  ],
  resetInBody: [
    "no lane is left to send by: API said 200 and broke off within its answer (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    1,
    "no row, 0 posted",
  ],
  truncated: [
    "no lane is left to send by: API said 200 and broke off within its answer (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    1,
    "no row, 0 posted",
  ],
  shortened: ["no lane is left to send by: API does not speak the Bot API", 4, "no row, 0 posted"],
  silent: ["no lane is left to send by: API did not answer in time", 1, "no row, 0 posted"],
  stalled: [
    "no lane is left to send by: API said 200 and came to a stop within its answer",
    1,
    "no row, 0 posted",
  ],
  slow: ["nothing", 0, "ready, 1 posted"],
  internal: ["no lane is left to send by: Telegram said 500: Internal Server Error", 1, "no row, 0 posted"],
  badGateway: ["no lane is left to send by: API said 502", 1, "no row, 0 posted"],
  slowDown: ["no lane is left to send by: Telegram said 503: SlowDown", 1, "no row, 0 posted"],
  emptyError: ["no lane is left to send by: API said 503", 1, "no row, 0 posted"],
  tooMany: ["nothing", 0, "ready, 1 posted"],
  waits: ["nothing", 0, "ready, 1 posted"],
  html: ["no lane is left to send by: API does not speak the Bot API", 4, "no row, 0 posted"],
  empty: ["no lane is left to send by: API does not speak the Bot API", 4, "no row, 0 posted"],
  invalid: ["no lane is left to send by: API does not speak the Bot API", 4, "no row, 0 posted"],
  otherType: ["nothing", 0, "ready, 1 posted"],
  redirect: ["no lane is left to send by: API does not speak the Bot API", 4, "no row, 0 posted"],
  unknownKey: ["no lane is left to send by: Telegram said 401: Unauthorized", 4, "no row, 0 posted"],
  denied: ["no lane is left to send by: Telegram said 403: Forbidden: not here", 4, "no row, 0 posted"],
  missing: ["no lane is left to send by: Telegram said 404: Not Found", 4, "no row, 0 posted"],
  otherItem: ["nothing", 0, "ready, 1 posted"],
};
