import { isRecord, readMedia, readPlace } from "./answer.ts";
import type { PackBlock, SentPack } from "./pack-port.ts";

/** Types of blocks that hold media (core.telegram.org/bots/api#richblock). */
const TYPES: ReadonlySet<unknown> = new Set([
  "photo",
  "video",
  "animation",
  "audio",
  "voice_note",
  "document",
]);

/** Reads the media of a message with several of them, in order. Null for a message that has none such. */
export function readPack(message: unknown): SentPack | null {
  const place = readPlace(message);
  if (place === null || !isRecord(message) || !isRecord(message.rich_message)) return null;
  if (!Array.isArray(message.rich_message.blocks)) return null;
  const { chatId, messageId } = place;
  const media = mediaIn(message.rich_message.blocks);
  return { chatId, messageId, blocks: media.map((block) => readBlock(block, chatId, messageId)) };
}

/** So deep lists and records of an answer are followed; Telegram nests blocks 16 deep, of a few of these each. What is deeper is no word of it. */
const MOST_DEPTH = 100;

/** Blocks with media in their order, also of those that stand within others, as in a collage (core.telegram.org/bots/api#richblock). */
function mediaIn(block: unknown, depth = MOST_DEPTH): Record<string, unknown>[] {
  if (depth === 0 || !isRecord(block)) return [];
  return TYPES.has(block.type) ? [block] : Object.values(block).flatMap((each) => mediaIn(each, depth - 1));
}

function readBlock(block: Record<string, unknown>, chatId: string, messageId: number): PackBlock {
  // A voice message has another name here than in a message of its own.
  const found = readMedia({ ...block, voice: block.voice_note, caption: undefined });
  const caption = isRecord(block.caption) ? textOf(block.caption.text) : "";
  return {
    sent: found && { chatId, messageId, ...found.media },
    caption: caption === "" ? null : caption,
    bytes: found?.bytes ?? null,
  };
}

/** The letters of a rich text: a string, a list of rich texts, or one that is marked in some way. */
function textOf(text: unknown, depth = MOST_DEPTH): string {
  if (typeof text === "string") return text;
  if (depth === 0 || !isRecord(text)) return "";
  return Array.isArray(text)
    ? text.map((each) => textOf(each, depth - 1)).join("")
    : textOf(text.text, depth - 1);
}
