import { isProvisional } from "../domain/content.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { TransferName } from "../domain/task.ts";
import type { LostCall } from "../ledgers/look-port.ts";
import type { SendAnswer, SentTold } from "../telegram/port.ts";

/** What was sent, as far as an answer tells it again. */
export interface SentMedium {
  readonly key: string;
  readonly kind: MediaKind;
  /** The caption; null where none was written. */
  readonly tag: string | null;
  readonly bytes: number;
  readonly transfer: TransferName;
}

/**
 * Returns the answer as it is; a failure where it is about something else than what was sent: in doubt where it may be that of another
 * call, or of an object that was replaced before Telegram fetched it.
 */
export function asSent(medium: SentMedium, answer: SendAnswer): SendAnswer {
  if (!answer.ok) return answer;
  const cause = otherTag(medium, answer.value) ?? otherSize(medium, answer.value);
  return cause === null ? answer : { ok: false, failure: cause, times: answer.times };
}

function otherTag({ tag }: SentMedium, { messageId, chatId, caption }: SentTold): Failure | null {
  if (tag === null || caption === undefined || caption === tag) return null;
  const what = `the answer about message ${messageId} in ${chatId} is that of another object`;
  return failure("bad_answer", `${what}: something between here and Telegram mixes up answers`);
}

/**
 * Telegram keeps a document byte by byte. What a server says of sizes that does not tell our caption again is no measure, and of
 * bytes that went by our own hands, under our caption, there is no doubt.
 */
function otherSize({ key, kind, tag, bytes, transfer }: SentMedium, posted: SentTold): Failure | null {
  const isKept = kind === "document" && posted.kind === "document" && posted.bytes !== undefined;
  const isBeyondDoubt = tag !== null && (posted.caption === undefined || transfer === "upload");
  if (!isKept || posted.bytes === bytes || isBeyondDoubt) return null;
  const { messageId, chatId } = posted;
  if (tag !== null)
    return failure(
      "object_changed",
      `Telegram fetched ${posted.bytes} bytes of ${key}, which had ${bytes}: it was replaced meanwhile, or reading it broke off; the id of message ${messageId} in ${chatId} is not kept`,
    );
  return failure(
    "bad_answer",
    `the answer about message ${messageId} in ${chatId} is about a document of ${posted.bytes} bytes, and ${key} has ${bytes}`,
  );
}

/**
 * Why the id of a message that was found is not kept: it holds a document of another size than that which was to be sent. Null where nothing
 * says so, and for content that we have read ourselves.
 */
export function otherDocument(
  { key, kind, content, bytes }: Pick<LostCall, "key" | "kind" | "content" | "bytes">,
  { kind: came, bytes: there, messageId, chatId }: SentTold,
): string | null {
  const isKept = kind === "document" && came === "document" && isProvisional(content);
  if (!isKept || there === undefined || bytes === null || there === Number(bytes)) return null;
  return `message ${messageId} in ${chatId} holds ${there} bytes of ${key}, which had ${bytes}: it was replaced before Telegram fetched it, or reading it broke off`;
}
