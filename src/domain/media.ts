import { EXTENSIONS, typeOfExtension, typeOfMime } from "./media-types.ts";

/** The six kinds of media that the Bot API sends and `media_cache.kind` stores. */
export const MEDIA_KINDS = ["photo", "video", "animation", "audio", "voice", "document"] as const;
/** A kind of media; exactly the values of `kind` in the output, the manifest and the ledger. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** The method that sends each kind; the parameter for the media has the name of the kind (core.telegram.org/bots/api). */
export const METHODS = {
  photo: "sendPhoto",
  video: "sendVideo",
  animation: "sendAnimation",
  audio: "sendAudio",
  voice: "sendVoice",
  document: "sendDocument",
} as const satisfies Record<MediaKind, string>;

/** True for the name of a kind. */
export function isMediaKind(value: unknown): value is MediaKind {
  return MEDIA_KINDS.includes(value as MediaKind);
}

/** Returns the part of a key after its last dot, in lower case; `""` when its last segment has no dot. */
export function extensionOf(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Types that Telegram's apps show or play as such; all others are documents (core.telegram.org/bots/api#sending-files). */
const KIND_BY_TYPE: Readonly<Record<string, MediaKind>> = {
  "image/jpeg": "photo",
  "image/png": "photo",
  "image/webp": "photo",
  "image/gif": "animation",
  "video/mp4": "video",
  "video/quicktime": "video",
  "video/x-m4v": "video",
  "audio/mpeg": "audio",
  "audio/mp4": "audio",
  "audio/x-flac": "audio",
  "audio/x-aac": "audio",
  "audio/x-wav": "audio",
  "audio/ogg": "voice",
};

/**
 * Returns the kind that a key's extension means: `document` for one that means no media, `undefined` without one (then
 * the stored Content-Type decides, see {@link kindOfMime}). Telegram turns GIFs into animations and Ogg into voice
 * messages whatever is asked for (core.telegram.org/bots/api#sendanimation, #sendvoice).
 */
export function kindOfKey(key: string): MediaKind | undefined {
  const extension = extensionOf(key);
  return extension === "" ? undefined : kindOfMime(typeOfExtension(extension) ?? "");
}

/** Returns the extensions that mean this kind; of `document`, which all others mean too, those whose type is known. */
export function extensionsOf(kind: MediaKind): string[] {
  return EXTENSIONS.filter((extension) => kindOfMime(typeOfExtension(extension) ?? "") === kind);
}

/** Returns the kind that a stored Content-Type means; `document` for everything that is not media. */
export function kindOfMime(mime: string): MediaKind {
  return KIND_BY_TYPE[typeOfMime(mime)] ?? "document";
}

/**
 * A photo's file_id can only be sent as a photo, and vice versa. Within the document family every method accepts every
 * file_id, and the media keeps its own type (tdlib/td FileManager::from_persistent_id).
 */
export function familyOf(kind: MediaKind): "photo" | "document" {
  return kind === "photo" ? "photo" : "document";
}
