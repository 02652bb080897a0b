import { isRecord, readSent } from "./answer.ts";
import { readPack } from "./pack-answer.ts";
import type { SeenMessage } from "./port.ts";

/** Reads the message that an edit or a forward answers with; null when the answer is none. */
export function readSeen(message: unknown): SeenMessage | null {
  if (!isRecord(message) || !isRecord(message.chat) || typeof message.message_id !== "number") return null;
  return {
    chatId: String(message.chat.id),
    messageId: message.message_id,
    caption: typeof message.caption === "string" ? message.caption : null,
    media: readSent(message),
    blocks: readPack(message)?.blocks ?? null,
    from: isRecord(message.from) ? String(message.from.id) : null,
    isForwarded: isRecord(message.forward_origin),
    originId: originIdOf(message.forward_origin),
  };
}

/** Only an origin of type `channel` has a message id (core.telegram.org/bots/api#messageorigin). */
function originIdOf(origin: unknown): number | null {
  return isRecord(origin) && typeof origin.message_id === "number" ? origin.message_id : null;
}
