import type { MediaKind } from "../domain/media.ts";
import type { Sent } from "./port.ts";

interface File {
  readonly file_id: string;
  readonly file_unique_id?: string;
  readonly width?: number;
  readonly height?: number;
  readonly duration?: number;
  readonly mime_type?: string;
  readonly file_size?: number;
}

/**
 * Members of a Message that carry media, in the order in which to look: a GIF's answer has `animation` and `document`
 * with one file (core.telegram.org/bots/api#message).
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
 * The file_id of an answer, with what else is worth keeping; null when the answer carries none (it is then in doubt:
 * something was posted, but nobody can say what).
 */
export function readSent(message: unknown): Sent | null {
  if (!isRecord(message) || !isRecord(message.chat) || typeof message.message_id !== "number") return null;
  const kind = MEMBERS.find((member) => message[member] !== undefined && message[member] !== null);
  if (kind === undefined) return null;
  const file = kind === "photo" ? largest(message.photo) : message[kind];
  if (!isFile(file)) return null;
  return {
    chatId: String(message.chat.id),
    messageId: message.message_id,
    kind: kind satisfies MediaKind | "sticker" | "video_note",
    fileId: file.file_id,
    fileUniqueId: file.file_unique_id || null,
    width: file.width ?? null,
    height: file.height ?? null,
    duration: file.duration ?? null,
    mime: file.mime_type ?? null,
  };
}

/** Sizes come ascending and the last is the photo (tdlib/td PhotoSize.cpp); a server that shuffles them is no trap either. */
function largest(sizes: unknown): unknown {
  if (!Array.isArray(sizes)) return undefined;
  return sizes
    .filter(isFile)
    .reduce<File | undefined>(
      (best, size) => (best === undefined || area(size) >= area(best) ? size : best),
      undefined,
    );
}

function area(file: File): number {
  return (file.width ?? 0) * (file.height ?? 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isFile(value: unknown): value is File {
  return isRecord(value) && typeof value.file_id === "string" && value.file_id !== "";
}
