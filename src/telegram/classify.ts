import { type Failure, failure } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";
import { ERROR_TEXTS } from "./error-texts.ts";
import { fitting, type PostedMedia } from "./unfitting.ts";
import type { Wire } from "./wire.ts";

/** A JSON answer with `ok: false`. */
export interface BotApiRefusal {
  readonly code: number;
  readonly description: string;
  /** Seconds to wait, by the answer's `parameters`. */
  readonly retryAfter?: unknown;
  /** The same by the header `Retry-After`. */
  readonly retryAfterHeader?: number | undefined;
  readonly migrateTo?: string | undefined;
}

/** What was asked, as far as it tells what an answer means. */
export interface Asked {
  /** Who was asked: host and port. */
  readonly host: string;
  /** What TELEGRAM_API_ROOT has after the host; empty for a root without a path. */
  readonly path: string;
  /** Length of the request's body; null where it is not known. */
  readonly bytes: number | null;
  /** Absent for a call that posts nothing. */
  readonly posted?: PostedMedia | undefined;
  /** A message that is there already was asked for. */
  readonly aboutMessage?: boolean | undefined;
}

/**
 * Classifies an answer with `ok: false`. A wait is a wait whatever its code and text (the server also sends 429 while it
 * shuts down, tdlib/telegram-bot-api Query.h); after a 5xx the message may have been posted, so it is in doubt. A text that
 * the table does not know says nothing about whose fault it is: `refused_unclear`.
 */
export function classifyRefusal(refusal: BotApiRefusal, asked: Asked): Failure {
  const { code, description, migrateTo } = refusal;
  const message = `Telegram said ${code}: ${description}`;
  if (code >= 500) return failure("server_error", message, { code });
  const reason = reasonOf(refusal, asked);
  if (reason === "flood_wait") return flood(refusal, message);
  if (reason === "body_refused") return bodyRefused(asked, `said ${code}: ${description}`, code);
  if (reason === "api_root_wrong") return rootWrong(asked, code, description);
  return failure(reason, message, reason === "chat_migrated" && migrateTo ? { code, migrateTo } : { code });
}

function reasonOf(refusal: BotApiRefusal, asked: Asked): Reason {
  const { code, description, retryAfter, retryAfterHeader } = refusal;
  if (code === 429 || retryAfter !== undefined) return "flood_wait";
  const known = ERROR_TEXTS.find((row) => row.text.test(description) && matchesCode(row.code, code));
  if (known?.reason === "api_root_wrong" && asked.posted && asked.path === "") return "method_unknown";
  const reason = known ? fits(known.reason, asked) : reasonOfCode(code, asked);
  return reason === "refused_unclear" && retryAfterHeader !== undefined ? "flood_wait" : reason;
}

/** A right that is missing to edit or forward one message says nothing about posting in its chat. */
function fits(reason: Reason, { posted, aboutMessage }: Asked): Reason {
  if (aboutMessage && (reason === "no_rights" || reason === "kind_not_allowed")) return "message_locked";
  return posted ? fitting(reason, posted) : reason;
}

/** Before every call a file is held against the limit of the server, so a limit that refuses it is somebody else's. */
function bodyRefused({ host, bytes }: Asked, said: string, code = 413): Failure {
  const size = bytes === null ? "this size" : `${bytes} bytes`;
  return failure(
    "body_refused",
    `${host} ${said}; the Bot API takes more, so something in front of the server refuses bodies of ${size} (client_max_body_size in nginx)`,
    { code },
  );
}

function rootWrong({ host, path }: Asked, code: number, description: string): Failure {
  const where =
    path === ""
      ? `${host} said ${code}: ${description}`
      : `${host} said ${code}: ${description} below ${path}; TELEGRAM_API_ROOT ends before /bot<token>, so it may need no path at all`;
  return failure("api_root_wrong", where, { code });
}

/**
 * Classifies a call without a usable answer by what happened on its socket: nothing was posted if it did not connect or
 * the body was not sent whole; otherwise it is in doubt.
 * 413 and 429 are refusals whatever their body (the cloud's proxy sends HTML, telegraf#222).
 */
export function classifyWire(wire: Wire, cause: string, asked: Asked): Failure {
  const { host } = asked;
  if (wire.status === 413) return bodyRefused(asked, "said 413");
  if (wire.status === 429)
    return flood(
      { code: 429, description: "", retryAfterHeader: wire.retryAfter ?? undefined },
      `${host} said 429`,
    );
  if (wire.bodyEnd !== null) return inDoubt(wire, cause, asked);
  if (wire.sourceError !== null)
    return failure("r2_interrupted", `reading the object broke off: ${messageOf(wire.sourceError)}`);
  if (wire.gaveUp === "source" && wire.connected)
    return failure("r2_interrupted", "reading the object stalled; nothing was posted");
  if (wire.gaveUp === "server" && wire.connected)
    return failure("send_stalled", `${host} stopped accepting the upload; nothing was posted`);
  if (wire.status !== null && wire.status >= 500)
    return failure("telegram_busy", `${host} said ${wire.status} during the upload; nothing was posted`, {
      code: wire.status,
    });
  const reason = wire.connected ? "send_interrupted" : "connect_failed";
  const what = wire.connected ? "broke off during the upload; nothing was posted" : "could not be reached";
  return failure(reason, `${host} ${what} (${cause})`);
}

function inDoubt(wire: Wire, cause: string, { host, posted }: Asked): Failure {
  const { status } = wire;
  if (status !== null && status >= 500)
    return failure(
      "server_error",
      `${host} said ${status}${posted ? " after the whole request was sent" : ""}`,
      {
        code: status,
      },
    );
  if (status !== null && wire.text !== null)
    return failure("bad_answer", `${host} said ${status} with an answer that is not valid JSON`, {
      code: status,
    });
  const perhaps = posted ? "; the message may have been posted" : "";
  return failure("answer_lost", `${host} ${howLost(wire, cause)}${perhaps}`);
}

function howLost({ status, gaveUp }: Wire, cause: string): string {
  if (status !== null && gaveUp === "answer") return `said ${status} and came to a stop within its answer`;
  if (status !== null) return `said ${status} and broke off within its answer (${cause})`;
  return gaveUp === "answer"
    ? "did not answer in time"
    : `closed the connection without an answer (${cause})`;
}

const FLOOD_WITHOUT_NUMBER_S = 5;

function flood(refusal: BotApiRefusal, message: string): Failure {
  return failure("flood_wait", message, { code: refusal.code, retryAfterMs: waitSeconds(refusal) * 1000 });
}

/** Whatever a server says, no lane is frozen for longer, nor to a moment that no date can name. A month. */
const LONGEST_FLOOD_S = 31 * 24 * 60 * 60;

/** Returns how many seconds a flood wait lasts: by the parameters, else the header, else its text, else a guess. */
function waitSeconds({ retryAfter, retryAfterHeader, description }: BotApiRefusal): number {
  const inText = /(?:retry after |_WAIT_)(\d+)/i.exec(description)?.[1];
  const told = [retryAfter, retryAfterHeader, inText].map(secondsIn).find((seconds) => seconds !== null);
  return Math.min(told ?? FLOOD_WITHOUT_NUMBER_S, LONGEST_FLOOD_S);
}

/** A number of seconds, also one that is written as text; null for anything else. */
function secondsIn(value: unknown): number | null {
  const isWritten = typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value);
  if (typeof value !== "number" && !isWritten) return null;
  return Number(value) >= 0 ? Number(value) : null;
}

function matchesCode(wanted: number | undefined, code: number): boolean {
  return wanted === undefined || wanted === code;
}

function reasonOfCode(code: number, { path }: Asked): Reason {
  // The server answers 404 in JSON when the token does not have the form of one (tdlib/telegram-bot-api): that is what it
  // takes `/bot/bot<token>` for as well.
  if (code === 404) return path === "" ? "token_wrong" : "api_root_wrong";
  if (code === 401 || code === 421) return "token_wrong";
  if (code === 403) return "no_rights";
  return code === 413 ? "body_refused" : "refused_unclear";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
