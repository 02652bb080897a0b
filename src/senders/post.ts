import { METHODS, type MediaKind } from "../domain/media.ts";
import { ok } from "../domain/result.ts";
import type { MessageMedia } from "../telegram/port.ts";
import { SendError } from "./error.ts";
import { hideUrls } from "./hide-urls.ts";
import { ObjectUpload } from "./object-upload.ts";
import type { SendFunction } from "./port.ts";

/** What stays the same of a message, however its media is sent. */
export interface MessageWish {
  readonly chat: number | string;
  /** Parameters of the call, as they were given. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Sends a medium as a kind: a file_id, or an object as it was made ready. Rejects with the error of `send`, without the query
 * of a presigned URL, or with a {@link SendError} where the bucket broke off.
 */
export async function post<Message>(
  send: SendFunction<Message>,
  { chat, options }: MessageWish,
  kind: MediaKind,
  request: MessageMedia,
): Promise<Message> {
  const { media: given, ...shape } = request;
  const media = typeof given === "string" ? given : uploadOf(given);
  const params = {
    chat_id: chat,
    ...(typeof media === "string" ? {} : besides(kind, shape)),
    ...options,
    [kind]: media,
  };
  try {
    return await send({ method: METHODS[kind], params });
  } catch (error) {
    if (media instanceof ObjectUpload && media.failure) throw new SendError(media.failure);
    hideUrls(error);
    throw error;
  }
}

/** What an upload takes along, since Telegram adds nothing to a large video for as long as its file_id lives. */
function besides(kind: MediaKind, { thumbnail, width, height, duration }: Partial<MessageMedia>) {
  const params: Record<string, unknown> = {};
  if (kind === "video") params.supports_streaming = true;
  if (width !== undefined) params.width = width;
  if (height !== undefined) params.height = height;
  if (duration) params.duration = Math.max(1, Math.round(duration));
  if (thumbnail) params.thumbnail = inMemory("thumbnail.jpg", thumbnail);
  return params;
}

function uploadOf({ filename, bytes, open }: Exclude<MessageMedia["media"], string>): ObjectUpload {
  return new ObjectUpload(filename, bytes, open);
}

function inMemory(filename: string, content: Uint8Array): ObjectUpload {
  return new ObjectUpload(filename, content.byteLength, async () => ok(content));
}
