import type { MediaKind } from "../domain/media.ts";
import type { Sent } from "./port.ts";

type ReadFile = Omit<Sent, "chatId" | "messageId">;

interface MediaFile {
  readonly file_id: string;
  readonly file_unique_id?: string;
  readonly width?: number;
  readonly height?: number;
  readonly duration?: number;
  readonly mime_type?: string;
  readonly file_size?: number;
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
  if (!isRecord(message) || !isRecord(message.chat) || typeof message.message_id !== "number") return null;
  const found = readMedia(message);
  return found && { chatId: String(message.chat.id), messageId: message.message_id, ...found.media };
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
    fileUniqueId: file.file_unique_id || null,
    width: file.width ?? null,
    height: file.height ?? null,
    duration: file.duration ?? null,
    mime: file.mime_type ?? null,
  };
  return { media, bytes: file.file_size ?? null };
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
  return (file.width ?? 0) * (file.height ?? 0);
}

/** Whether a value has members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isMediaFile(value: unknown): value is MediaFile {
  return isRecord(value) && typeof value.file_id === "string" && value.file_id !== "";
}
