import type { MediaKind } from "../domain/media.ts";
import type { Sent, SentTold } from "./port.ts";

type ReadFile = Omit<Sent, "chatId" | "messageId">;

/** A file of an answer; nothing but its id was looked at. */
interface MediaFile extends Record<string, unknown> {
  readonly file_id: string;
}

/** Where a message stands. */
interface MessagePlace {
  readonly chatId: string;
  readonly messageId: number;
}

/**
 * Members of a Message that carry media, in the order in which to look: the answer to a GIF has both `animation` and
 * `document` for one file (core.telegram.org/bots/api#message).
 */
const MEMBERS = [
  "animation",
  "photo",
  "video",
  "audio",
  "voice",
  "sticker",
  "video_note",
  "document",
] as const;

/**
 * Reads the file_id of an answer, with what else is worth keeping. Returns null when the answer holds none; it is then in
 * doubt: something was posted, but it cannot be told what.
 */
export function readSent(message: unknown): Sent | null {
  const place = readPlace(message);
  const found = place && readMedia(message as Record<string, unknown>);
  return found && { ...place, ...found.media };
}

/** The same with what tells whose message it is. */
export function readPosted(message: unknown): SentTold | null {
  const sent = readSent(message);
  if (sent === null || !isRecord(message)) return null;
  const bytes = readMedia(message)?.bytes ?? undefined;
  return { ...sent, caption: typeof message.caption === "string" ? message.caption : undefined, bytes };
}

/** Reads where a message stands; null for what is no message. Its numbers are whole (core.telegram.org/bots/api#message). */
export function readPlace(message: unknown): MessagePlace | null {
  if (!isRecord(message) || !isRecord(message.chat)) return null;
  const messageId = wholeNumber(message.message_id);
  const chatId = wholeNumber(message.chat.id);
  return messageId === null || chatId === null ? null : { chatId: String(chatId), messageId };
}

/** Reads the file of whatever carries media as a message does; null where there is none. */
export function readMedia(
  carrier: Record<string, unknown>,
): { readonly media: ReadFile; readonly bytes: number | null } | null {
  const kind = MEMBERS.find((member) => carrier[member] !== undefined && carrier[member] !== null);
  if (kind === undefined) return null;
  const file = kind === "photo" ? largest(carrier.photo) : carrier[kind];
  if (!isMediaFile(file)) return null;
  const media = {
    kind: kind satisfies MediaKind | "sticker" | "video_note",
    fileId: file.file_id,
    fileUniqueId: isId(file.file_unique_id) ? file.file_unique_id : null,
    width: count(file.width),
    height: count(file.height),
    duration: count(file.duration),
    mime: isId(file.mime_type) ? file.mime_type : null,
  };
  return { media, bytes: count(file.file_size) };
}

/**
 * Returns the largest size, which is the photo. Telegram sorts them ascending (tdlib/td PhotoSize.cpp); this does not
 * rely on it.
 */
function largest(sizes: unknown): unknown {
  if (!Array.isArray(sizes)) return undefined;
  return sizes
    .filter(isMediaFile)
    .reduce<MediaFile | undefined>(
      (best, size) => (best === undefined || area(size) >= area(best) ? size : best),
      undefined,
    );
}

function area(file: MediaFile): number {
  return (count(file.width) ?? 0) * (count(file.height) ?? 0);
}

/** Whether a value has members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isMediaFile(value: unknown): value is MediaFile {
  return isRecord(value) && isId(value.file_id);
}

/** Whether a value is a word such as ids and types are; no database keeps every other text. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]+$/.test(value);
}

/** The number, where it is a whole one that is kept as it is; null for anything else. */
export function wholeNumber(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}

/** The same of what is counted or measured. */
function count(value: unknown): number | null {
  const number = wholeNumber(value);
  return number === null || number < 0 ? null : number;
}
