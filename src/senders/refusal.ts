import type { Failure } from "../domain/failure.ts";
import { classifyRefusal } from "../telegram/classify.ts";

/** What Telegram said, as the libraries for bots carry it. */
interface Told {
  readonly error_code: number;
  readonly description: string;
}

/** How the media of a refused call was sent; `bytes` is null where the call did not carry it. */
interface SentMedia {
  readonly by: "file_id" | "url" | "upload";
  readonly bytes: number | null;
}

/**
 * What an error of a library's means, where Telegram answered with `ok: false`; null where no such answer came, so that
 * nobody knows whether the message was posted.
 */
export function failureIn(error: unknown, posted: SentMedia): Failure | null {
  const told = toldIn(error);
  if (told === null || told.error_code >= 500) return null;
  const asked = { host: "the Bot API", path: "", bytes: posted.bytes, posted };
  return classifyRefusal({ code: told.error_code, description: told.description }, asked);
}

/**
 * Where the answer lies: `error_code` of the error itself (grammY), `response` (Telegraf), `response.body`
 * (node-telegram-bot-api up to 0.x), `errorCode` (node-telegram-bot-api from 2 on).
 */
function toldIn(error: unknown): Told | null {
  if (!isRecord(error)) return null;
  const { response } = error;
  const places = [error, response, isRecord(response) ? response.body : null];
  for (const place of places) {
    if (!isRecord(place)) continue;
    const code = place.error_code ?? place.errorCode;
    if (typeof code === "number") return { error_code: code, description: String(place.description ?? "") };
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
