import { type Failure, failure } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";
import { ERROR_TEXTS } from "./error-texts.ts";
import type { Wire } from "./wire.ts";

/** A JSON answer with `ok: false`. */
export interface BotApiRefusal {
  readonly code: number;
  readonly description: string;
  /** Seconds to wait, by the answer's `parameters`. */
  readonly retryAfter?: number | undefined;
  /** The same by the header `Retry-After`. */
  readonly retryAfterHeader?: number | undefined;
  readonly migrateTo?: string | undefined;
}

/**
 * Classifies an answer with `ok: false`. 429 is a flood wait whatever its text (the server also sends it while it shuts
 * down, tdlib/telegram-bot-api Query.h); after a 5xx the message may have been posted, so it is in doubt.
 */
export function classifyRefusal(refusal: BotApiRefusal): Failure {
  const message = `Telegram said ${refusal.code}: ${refusal.description}`;
  const more = { code: refusal.code };
  if (refusal.code >= 500) return failure("server_error", message, more);
  const known = ERROR_TEXTS.find(
    (row) => row.text.test(refusal.description) && matchesCode(row.code, refusal.code),
  );
  const reason = refusal.code === 429 ? "flood_wait" : (known?.reason ?? reasonOfCode(refusal.code));
  if (reason === "flood_wait") return flood(refusal, message);
  if (reason === "chat_migrated" && refusal.migrateTo)
    return failure(reason, message, { ...more, migrateTo: refusal.migrateTo });
  return failure(reason, message, more);
}

/**
 * Classifies a call without a usable answer by what happened on its socket: nothing was posted if it did not connect or
 * the body was not sent whole; otherwise it is in doubt.
 * 413 and 429 are refusals whatever their body (the cloud's proxy sends HTML, telegraf#222).
 */
export function classifyWire(wire: Wire, cause: string, host: string): Failure {
  if (wire.status === 413)
    return failure("file_too_big", `${host} said 413: Request Entity Too Large`, { code: 413 });
  if (wire.status === 429)
    return flood(
      { code: 429, description: "", retryAfterHeader: wire.retryAfter ?? undefined },
      `${host} said 429`,
    );
  if (wire.bodyEnd !== null) return inDoubt(wire, cause, host);
  if (wire.sourceError !== null)
    return failure("r2_interrupted", `reading the object broke off: ${messageOf(wire.sourceError)}`);
  if (wire.gaveUp === "source" && wire.connected)
    return failure("r2_interrupted", "reading the object stood still; nothing was posted");
  if (wire.gaveUp === "server" && wire.connected)
    return failure("send_stalled", `${host} took no more bytes of the upload; nothing was posted`);
  if (wire.status !== null && wire.status >= 500)
    return failure("telegram_busy", `${host} said ${wire.status} during the upload; nothing was posted`, {
      code: wire.status,
    });
  const reason = wire.connected ? "send_interrupted" : "connect_failed";
  const what = wire.connected ? "broke off during the upload; nothing was posted" : "could not be reached";
  return failure(reason, `${host} ${what} (${cause})`);
}

function inDoubt(wire: Wire, cause: string, host: string): Failure {
  if (wire.status !== null && wire.status >= 500)
    return failure("server_error", `${host} said ${wire.status} after the whole request was sent`, {
      code: wire.status,
    });
  if (wire.status !== null)
    return failure("bad_answer", `${host} said ${wire.status} with an answer that is no JSON`, {
      code: wire.status,
    });
  const what =
    wire.gaveUp === "answer"
      ? "gave no answer in time"
      : `closed the connection without an answer (${cause})`;
  return failure("answer_lost", `${host} ${what}; the message may have been posted`);
}

const FLOOD_WITHOUT_NUMBER_S = 5;

function flood(refusal: BotApiRefusal, message: string): Failure {
  return failure("flood_wait", message, { code: refusal.code, retryAfterMs: waitSeconds(refusal) * 1000 });
}

/** Returns how many seconds a flood wait lasts: by the parameters, else the header, else its text, else a guess. */
function waitSeconds({ retryAfter, retryAfterHeader, description }: BotApiRefusal): number {
  const inText = /retry after (\d+)/i.exec(description)?.[1];
  const seconds = Number(retryAfter ?? retryAfterHeader ?? inText);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : FLOOD_WITHOUT_NUMBER_S;
}

function matchesCode(wanted: number | undefined, code: number): boolean {
  return wanted === undefined || wanted === code;
}

function reasonOfCode(code: number): Reason {
  // The server answers 404 in JSON when the token does not have the form of one (tdlib/telegram-bot-api).
  if (code === 401 || code === 404 || code === 421) return "token_wrong";
  if (code === 403) return "no_rights";
  return code === 413 ? "file_too_big" : "media_refused";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
