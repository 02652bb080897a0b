import { LIMITS } from "../../domain/limits.ts";
import type { MediaKind } from "../../domain/media.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { ImageHeader } from "./image-header.ts";
import type { MediaFacts } from "./media-facts.ts";

/** The kind that a message really has, which is not always the requested one. */
export type StoredKind = MediaKind | "sticker";

/** A received file. */
export interface IncomingFile {
  readonly asked: MediaKind;
  /** By the extension of the name (upload) or by Content-Type (URL); null when that is not known. */
  readonly mime: string | null;
  readonly bytes: number;
  readonly facts: MediaFacts;
  /** `disable_content_type_detection`, uploads only. */
  readonly plain: boolean;
}

const VIDEO_MIMES = ["video/mp4", "video/quicktime", "video/x-m4v"];
const VOICE_MIMES = ["audio/ogg", "audio/mpeg", "audio/mp4"];
/** Side of a static sticker. */
const STICKER_SIDE = 512;

/** Returns the kind that an uploaded file becomes (core.telegram.org/bots/api#sending-files; telegram-bot-api#301, #781). */
export function kindOfUpload(incoming: IncomingFile): Answered<StoredKind> {
  if (incoming.asked === "photo") return photo(incoming.facts.image);
  return answered(DOCUMENT_FAMILY[incoming.asked](incoming));
}

/**
 * Returns the kind that the content of a URL becomes: a photo for sendPhoto, else by Content-Type, whatever method was called
 * (TD sends the same request for all of them).
 */
export function kindOfUrl(incoming: IncomingFile): Answered<StoredKind> {
  const { asked, mime, facts } = incoming;
  if (asked === "photo") return isPhotoMime(mime) ? photo(facts.image) : refused(WRONG_TYPE);
  if (asked === "document" && !isDocumentMime(mime)) return refused(WRONG_TYPE);
  const kind = kindServed(incoming);
  return kind === null ? refused(WRONG_TYPE) : answered(kind);
}

function kindServed(incoming: IncomingFile): StoredKind | null {
  const { mime, bytes } = incoming;
  if (mime === "image/gif" || isSilentMp4(incoming)) return "animation";
  if (VIDEO_MIMES.includes(mime ?? "")) return "video";
  if (mime === "audio/ogg") return bytes > LIMITS.url.voiceBytes ? "document" : "voice";
  if (mime?.startsWith("audio/")) return "audio";
  return isDocumentMime(mime) ? "document" : null;
}

function isDocumentMime(mime: string | null): boolean {
  return LIMITS.url.mimes.document.includes(mime ?? "");
}

/** The worded form of WEBPAGE_MEDIA_EMPTY (BAS). */
const WRONG_TYPE = badRequest("wrong type of the web page content");

type Rule = (incoming: IncomingFile) => StoredKind;

const DOCUMENT_FAMILY: Readonly<Record<Exclude<MediaKind, "photo">, Rule>> = {
  video: (it) => {
    if (isGif(it) || isSilentMp4(it)) return "animation";
    return VIDEO_MIMES.includes(it.mime ?? "") ? "video" : "document";
  },
  animation: (it) => {
    if (isGif(it)) return "animation";
    if (it.mime !== "video/mp4") return "document";
    return it.facts.tracks?.audio ? "video" : "animation";
  },
  audio: (it) => {
    if (it.facts.opus) return "voice";
    return it.mime?.startsWith("audio/") ? "audio" : "document";
  },
  voice: (it) => {
    if (it.facts.opus || VOICE_MIMES.includes(it.mime ?? "")) return "voice";
    return it.mime?.startsWith("audio/") ? "audio" : "document";
  },
  document: (it) => {
    if (it.plain) return "document";
    if (isGif(it)) return "animation";
    return it.mime === "image/webp" && isSticker(it.facts.image) ? "sticker" : "document";
  },
};

function photo(image: ImageHeader | null): Answered<StoredKind> {
  if (image === null) return refused(badRequest("IMAGE_PROCESS_FAILED"));
  const { width, height } = image;
  const [short, long] = width < height ? [width, height] : [height, width];
  const fits = short > 0 && short + long <= LIMITS.photo.sideSum && long <= short * LIMITS.photo.ratio;
  return fits ? answered("photo") : refused(badRequest("PHOTO_INVALID_DIMENSIONS"));
}

function isPhotoMime(mime: string | null): boolean {
  return ["image/jpeg", "image/png", "image/webp"].includes(mime ?? "");
}

function isGif({ mime, facts }: IncomingFile): boolean {
  return mime === "image/gif" && facts.image?.format === "gif";
}

/** True for a file that is small enough for Telegram to inspect it. */
function isSilentMp4({ mime, facts }: IncomingFile): boolean {
  return mime === "video/mp4" && facts.tracks !== null && facts.tracks.video && !facts.tracks.audio;
}

function isSticker(image: ImageHeader | null): boolean {
  return image?.format === "webp" && Math.max(image.width, image.height) === STICKER_SIDE;
}
