import { isRecord, readPlace, readPosted, wholeNumber } from "./answer.ts";
import { readPack } from "./pack-answer.ts";
import type { SeenMessage } from "./port.ts";

/** Reads the message that an edit or a forward answers with; null when the answer is none. */
export function readSeen(message: unknown): SeenMessage | null {
  const place = readPlace(message);
  if (place === null || !isRecord(message)) return null;
  return {
    ...place,
    caption: typeof message.caption === "string" ? message.caption : null,
    media: readPosted(message),
    blocks: readPack(message)?.blocks ?? null,
    from: isRecord(message.from) ? idOf(message.from.id) : null,
    isForwarded: isRecord(message.forward_origin),
    originId: originIdOf(message.forward_origin),
  };
}

/** Only an origin of type `channel` has a message id (core.telegram.org/bots/api#messageorigin). */
function originIdOf(origin: unknown): number | null {
  return isRecord(origin) ? wholeNumber(origin.message_id) : null;
}

function idOf(value: unknown): string | null {
  const id = wholeNumber(value);
  return id === null ? null : String(id);
}
