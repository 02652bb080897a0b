import { LIMITS } from "../../domain/limits.ts";
import { extensionOf, type MediaKind } from "../../domain/media.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { UploadedFile } from "./fields.ts";
import type { StoredFile } from "./stored-file.ts";
import { parseMediaUrl } from "./url-fetch.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** Where the media of a message comes from. */
export type MediaSource =
  | { readonly way: "upload"; readonly upload: UploadedFile }
  | { readonly way: "file_id"; readonly file: StoredFile }
  | { readonly way: "url"; readonly url: URL };

/** TD's text for PHOTO_EXT_INVALID; WebP is accepted as well (yagop/node-telegram-bot-api#470). */
const PHOTO_EXTENSIONS = ["jpg", "jpeg", "gif", "png", "tif", "tiff", "bmp", "webp"];
const PHOTO_EXTENSION_TEXT =
  "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp";

/**
 * Reads the media parameter of a send: a file part, or a text that is a URL when it has a `.` and a file_id when it has
 * none (TD FileManager from_persistent_id). Checks what can be checked before anything is fetched or posted.
 */
export function mediaSource(
  { bot, fields }: MethodCall,
  kind: MediaKind,
  world: BotApiWorld,
  { isRich }: { isRich: boolean } = { isRich: false },
): Answered<MediaSource> {
  const upload = fields.file(kind);
  if (upload) return checkUpload(upload, kind);
  const text = fields.get(kind);
  if (text === null) return refused(badRequest(`there is no ${kind} in the request`));
  if (text.includes(".")) {
    const url = parseMediaUrl(text);
    return url.ok ? answered({ way: "url", url: url.value }) : url;
  }
  const file = world.files.toSend(text, bot, kind, isRich);
  return file.ok ? answered({ way: "file_id", file: file.value }) : file;
}

function checkUpload(upload: UploadedFile, kind: MediaKind): Answered<MediaSource> {
  const { bytes } = upload.blob;
  if (bytes === 0) return refused(badRequest("file must be non-empty"));
  if (kind !== "photo") return answered({ way: "upload", upload });
  if (bytes > LIMITS.upload.photoBytes)
    return refused(badRequest(tooBig(bytes, "photo", LIMITS.upload.photoBytes)));
  const extension = extensionOf(upload.name);
  const known = extension === "" || PHOTO_EXTENSIONS.includes(extension);
  return known ? answered({ way: "upload", upload }) : refused(badRequest(PHOTO_EXTENSION_TEXT));
}

/** The text of TD FileLoaderUtils.cpp. */
export function tooBig(bytes: number, what: string, most: number): string {
  return `file of size ${bytes} bytes is too big for a ${what}; the maximum size is ${most} bytes`;
}
