import type { MediaFacts } from "./media-facts.ts";
import type { SpooledBytes } from "./spool.ts";
import type { StoredKind } from "./stored-kind.ts";

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** A file as Telegram stores it. It exists as long as the server, whatever becomes of its messages. */
export interface StoredFile {
  /** Counts from 1. */
  readonly number: number;
  readonly kind: StoredKind;
  readonly bytes: number;
  /** In hex, of the received bytes (a real server converts photos and GIFs). */
  readonly sha256: string;
  readonly mime: string | null;
  readonly name: string | null;
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
  readonly title: string | null;
  readonly performer: string | null;
  /** Ascending; of photos only. */
  readonly sizes: readonly Size[];
  readonly thumbnail: Size | null;
}

/** What the sender says about a file that it uploads. */
export interface Hints {
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  readonly title: string | null;
  readonly performer: string | null;
  readonly thumbnail: Size | null;
}

/** The hints of a sender that says nothing. */
export const NO_HINTS: Hints = {
  width: null,
  height: null,
  duration: null,
  title: null,
  performer: null,
  thumbnail: null,
};

/** The size of a video that was not inspected (measured by users: 14.8 MB became 320x320, duration 0). */
const UNKNOWN_SIDE = 320;
const THUMBNAIL_SIDE = 320;
/** Longest sides of the sizes s, m, x, y and w in which a photo is stored. */
const PHOTO_SIDES = [90, 320, 800, 1_280, 2_560];

/** What a file is made from. */
export interface FileOrigin {
  readonly kind: StoredKind;
  readonly blob: SpooledBytes;
  readonly mime: string | null;
  readonly name: string | null;
  readonly facts: MediaFacts;
  readonly hints: Hints;
}

/** Returns the file that is made from it, without its number. */
export function fileOf({ kind, blob, mime, name, facts, hints }: FileOrigin): Omit<StoredFile, "number"> {
  const { bytes, sha256 } = blob;
  const side = geometry(kind, facts, hints);
  const gif = kind === "animation" && mime === "image/gif";
  return {
    kind,
    bytes,
    sha256,
    mime: gif ? "video/mp4" : mime,
    name: gif && name !== null ? `${name}.mp4` : name,
    ...side,
    duration: Math.round(facts.tracks?.duration ?? hints.duration ?? 0),
    title: hints.title,
    performer: hints.performer,
    sizes: kind === "photo" ? photoSizes(side.width, side.height, bytes) : [],
    thumbnail: thumbnailOf(kind, facts, hints),
  };
}

function geometry(kind: StoredKind, { image, tracks }: MediaFacts, hints: Hints) {
  if (kind === "photo" || kind === "sticker") return { width: image?.width ?? 0, height: image?.height ?? 0 };
  if (kind !== "video" && kind !== "animation") return { width: 0, height: 0 };
  if (tracks?.video) return { width: tracks.width, height: tracks.height };
  return { width: hints.width ?? UNKNOWN_SIDE, height: hints.height ?? UNKNOWN_SIDE };
}

/** Returns the sender's thumbnail, else one of the server's if it inspected the file. */
function thumbnailOf(kind: StoredKind, { image, tracks }: MediaFacts, hints: Hints): Size | null {
  if (kind === "photo" || kind === "voice") return null;
  if (hints.thumbnail) return hints.thumbnail;
  const seen = kind === "audio" ? null : tracks?.video ? tracks : image;
  return seen === null ? null : scaled(seen.width, seen.height, THUMBNAIL_SIDE, null);
}

function photoSizes(width: number, height: number, bytes: number): Size[] {
  const longest = Math.max(width, height);
  const smaller = PHOTO_SIDES.filter((side) => side < longest);
  const largest = Math.min(longest, PHOTO_SIDES.at(-1) ?? longest);
  return [...new Set([...smaller, largest])].map((side) =>
    scaled(width, height, side, side === largest ? bytes : null),
  );
}

/** Returns a size shrunk to a longest side; about a tenth of a byte per pixel where the size in bytes is not known. */
function scaled(width: number, height: number, side: number, bytes: number | null): Size {
  const factor = Math.min(1, side / Math.max(width, height, 1));
  const [w, h] = [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
  return { width: w, height: h, bytes: bytes ?? Math.ceil((w * h) / 10) + 600 };
}
