import { provisionalId } from "../domain/content.ts";
import { failure } from "../domain/failure.ts";
import { kindOfKey, kindOfMime } from "../domain/media.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { IdQuery } from "../ids/port.ts";
import { followUp } from "../pipeline/follow-up.ts";
import type { ObjectInfo } from "../storage/port.ts";
import { SendError } from "./error.ts";
import type { ObjectSource } from "./object-source.ts";
import type { SendFunction } from "./port.ts";
import { type MessageWish, post } from "./post.ts";
import { failureIn } from "./refusal.ts";

/** An object that was sent itself. */
export interface ObjectSent<Message> {
  readonly message: Message;
  readonly by: TransferName;
  readonly task: Task;
}

/**
 * Sends the object itself to the chat: by URL where Telegram takes that, else by upload, and a photo that is none for Telegram
 * as a document; each way at once after the one before. Rejects with a {@link SendError}, or with the error of `send` that no
 * other way helps against: of the chat, of the token, a flood wait, or no answer, after which the message may be there.
 */
export async function deliver<Message>(
  source: ObjectSource,
  send: SendFunction<Message>,
  query: IdQuery,
  wish: MessageWish,
): Promise<ObjectSent<Message>> {
  const found = await source.find(query.key);
  if (!found.ok) throw new SendError(found.failure);
  if (found.value.bytes === 0) throw new SendError(failure("file_empty", `${query.key} has no content`));
  let task = taskOf(query, found.value);
  for (;;) {
    const prepared = await source.prepare(task);
    if (!prepared.ok) throw new SendError(prepared.failure);
    const { transfer, request } = prepared.value;
    try {
      const message = await post(send, wish, task.sendAs ?? task.kind, request);
      if (transfer === "url") source.urlResult(null);
      return { message, by: transfer, task };
    } catch (error) {
      task = otherWay(source, task, transfer, error);
    } finally {
      prepared.value.drop();
    }
  }
}

function taskOf({ key, kind, bot = "" }: IdQuery, info: ObjectInfo): Task {
  const entry = { key, ...info, packing: info.packing ?? "", seen: true };
  return {
    entry,
    bot,
    kind: kind ?? kindOfKey(key) ?? kindOfMime(info.mime),
    content: provisionalId(entry),
    replace: false,
    queuedAt: 0,
    tries: 0,
    calls: 0,
    notBefore: 0,
  };
}

/**
 * What Telegram says of a message, whatever its media is (tdlib/td MessageEntity.cpp, ReplyMarkup.cpp; core.telegram.org/method/messages.sendMedia):
 * to send that another way would end the same.
 */
const OF_MESSAGE =
  /caption (?:is )?too long|CAPTION_TOO_LONG|parse entities|ENTITY_|ENTITIES_|message to (?:be )?repl|REPLY_|reply markup|reply keyboard|inline keyboard|BUTTON_|EFFECT_ID|can't parse/i;

/** The same object, to be sent the other way; throws the error where there is none. */
function otherWay(source: ObjectSource, task: Task, transfer: TransferName, error: unknown): Task {
  const bytes = transfer === "upload" ? task.entry.bytes : null;
  const cause = failureIn(error, { by: transfer, bytes });
  if (cause === null || OF_MESSAGE.test(cause.message)) throw error;
  if (transfer === "url") source.urlResult(cause);
  const options = { retries: 0, mode: source.mode, transfer, open: () => false, random: () => 0 };
  const next = followUp(task, cause, options);
  if (next.do !== "again" || next.task === task) throw error;
  return next.task;
}
