import { extensionOf, type MediaKind } from "../domain/media.ts";
import { extensionOfMime, typeOfExtension } from "../domain/media-types.ts";
import type { KnownEntry } from "../domain/task.ts";
import { telegramType } from "../domain/telegram-types.ts";
import { cleanName } from "./clean-name.ts";

/** For files whose type neither the key nor the Content-Type shows. */
const EXTENSION_OF_KIND: Record<MediaKind, string> = {
  photo: "jpg",
  video: "mp4",
  animation: "gif",
  audio: "mp3",
  voice: "ogg",
  document: "bin",
};

/** TD's list for sendPhoto, whose error names it; WebP is taken too (yagop/node-telegram-bot-api#470). */
const OF_PHOTOS: ReadonlySet<string> = new Set(["jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp", "webp"]);

/**
 * Returns the name under which an object is uploaded, as people will see it. Telegram takes its type from the extension alone
 * (tdlib/td MessageContent.cpp), so one that it does not know, or that is none of media though media is sent, is followed
 * by that of the stored type, else that of the kind. `.jfif` and the like are replaced by what they mean.
 */
export function filenameOf(entry: KnownEntry, kind: MediaKind, storedType: string): string {
  const name = cleanName(givenName(entry));
  const extension = extensionOf(name);
  if (extension !== "" && isTaken(extension, kind)) return name;
  const meant = extension === "" ? undefined : extensionOfMime(typeOfExtension(extension) ?? "");
  if (meant !== undefined && isTaken(meant, kind) && kind !== "document")
    return cleanName(`${name.slice(0, -extension.length)}${meant}`);
  if (extension !== "" && (kind === "document" || isMedia(extension))) return name;
  const fromKey = entry.filename === undefined ? "" : extensionOf(entry.key);
  const right = [fromKey, extensionOfMime(storedType)].find((one) => one && isTaken(one, kind));
  return cleanName(`${name || "file"}.${right ?? EXTENSION_OF_KIND[kind]}`);
}

/** The name that the manifest gives, else that of the key. */
export function givenName({ filename, key }: KnownEntry): string {
  return filename ?? key.slice(key.lastIndexOf("/") + 1);
}

/** Whether Telegram knows by this extension what it gets. */
function isTaken(extension: string, kind: MediaKind): boolean {
  if (kind === "photo") return OF_PHOTOS.has(extension);
  if (kind === "document") return telegramType(extension) !== undefined;
  return /^(audio|video)\/|^image\/gif$/.test(telegramType(extension) ?? "");
}

/** A wrong kind of media is Telegram's to judge. */
function isMedia(extension: string): boolean {
  return /^(audio|video|image)\//.test(telegramType(extension) ?? "");
}
