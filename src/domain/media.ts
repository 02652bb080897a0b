/** The six kinds of media that the Bot API sends and `media_cache.kind` stores. */
export const MEDIA_KINDS = ["photo", "video", "animation", "audio", "voice", "document"] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

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

/** The part of a key after its last dot, lower case; `""` when its last segment has none. */
export function extensionOf(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/**
 * The kind that a key's extension stands for: `document` for an extension that says nothing else, `undefined`
 * without an extension (then the stored Content-Type decides, see {@link kindOfMime}).
 * GIFs become animations and Ogg a voice message whatever is asked (core.telegram.org/bots/api#sendanimation, #sendvoice).
 */
export function kindOfKey(key: string): MediaKind | undefined {
  const extension = extensionOf(key);
  return extension === "" ? undefined : (KIND_BY_EXTENSION[extension] ?? "document");
}

/** The kind that a stored Content-Type stands for; `document` for everything that is not media. */
export function kindOfMime(mime: string): MediaKind {
  if (mime === "image/gif") return "animation";
  if (/^image\/(jpeg|png|webp)$/.test(mime)) return "photo";
  if (mime === "video/mp4" || mime === "video/quicktime") return "video";
  if (mime === "audio/ogg" || mime === "audio/opus") return "voice";
  return mime.startsWith("audio/") ? "audio" : "document";
}

/**
 * An id of a photo cannot be sent as anything else and the other way; inside the document family an id passes for
 * every method but keeps its own type (tdlib/td FileManager::from_persistent_id).
 */
export function familyOf(kind: MediaKind): "photo" | "document" {
  return kind === "photo" ? "photo" : "document";
}
