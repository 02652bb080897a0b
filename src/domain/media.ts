/** The six kinds of media that the Bot API sends and `media_cache.kind` stores. */
export const MEDIA_KINDS = ["photo", "video", "animation", "audio", "voice", "document"] as const;
/** A kind of media; exactly the values of `kind` in the output, the manifest and the ledger. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** True for the name of a kind. */
export function isMediaKind(value: unknown): value is MediaKind {
  return MEDIA_KINDS.includes(value as MediaKind);
}

const KIND_BY_EXTENSION: Readonly<Record<string, MediaKind>> = {
  jpg: "photo",
  jpeg: "photo",
  png: "photo",
  webp: "photo",
  gif: "animation",
  mp4: "video",
  m4v: "video",
  mov: "video",
  mp3: "audio",
  m4a: "audio",
  flac: "audio",
  aac: "audio",
  wav: "audio",
  ogg: "voice",
  oga: "voice",
  opus: "voice",
};

/** Returns the part of a key after its last dot, in lower case; `""` when its last segment has no dot. */
export function extensionOf(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/**
 * Returns the kind that a key's extension means: `document` for an extension that is not listed here, `undefined`
 * without one (then the stored Content-Type decides, see {@link kindOfMime}). Telegram turns GIFs into animations and
 * Ogg into voice messages whatever is asked for (core.telegram.org/bots/api#sendanimation, #sendvoice).
 */
export function kindOfKey(key: string): MediaKind | undefined {
  const extension = extensionOf(key);
  return extension === "" ? undefined : (KIND_BY_EXTENSION[extension] ?? "document");
}

/** Returns the kind that a stored Content-Type means; `document` for everything that is not media. */
export function kindOfMime(mime: string): MediaKind {
  if (mime === "image/gif") return "animation";
  if (/^image\/(jpeg|png|webp)$/.test(mime)) return "photo";
  if (mime === "video/mp4" || mime === "video/quicktime") return "video";
  if (mime === "audio/ogg" || mime === "audio/opus") return "voice";
  return mime.startsWith("audio/") ? "audio" : "document";
}

/**
 * A photo's file_id can only be sent as a photo, and vice versa. Within the document family every method accepts every
 * file_id, and the media keeps its own type (tdlib/td FileManager::from_persistent_id).
 */
export function familyOf(kind: MediaKind): "photo" | "document" {
  return kind === "photo" ? "photo" : "document";
}
