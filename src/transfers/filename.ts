import mime from "mime";
import { extensionOf, type MediaKind } from "../domain/media.ts";
import type { KnownEntry } from "../domain/task.ts";

/** For files whose type neither the key nor the Content-Type shows. */
const EXTENSION_OF_KIND: Record<MediaKind, string> = {
  photo: "jpg",
  video: "mp4",
  animation: "gif",
  audio: "mp3",
  voice: "ogg",
  document: "bin",
};

/**
 * Returns the name under which an object is uploaded. Telegram takes its type from the extension alone (tdlib/td
 * MessageContent.cpp), so a name without one gets that of the stored type, else that of the kind.
 */
export function filenameOf(entry: KnownEntry, kind: MediaKind, storedType: string): string {
  const name = givenName(entry);
  if (extensionOf(name) !== "") return name;
  const byKey = entry.filename === undefined ? "" : extensionOf(entry.key);
  return `${name}.${byKey || extensionOfType(storedType) || EXTENSION_OF_KIND[kind]}`;
}

/** The name that the manifest gives, else that of the key. */
export function givenName({ filename, key }: KnownEntry): string {
  return filename ?? key.slice(key.lastIndexOf("/") + 1);
}

/** `application/octet-stream` only means that no type was given when the object was stored. */
function extensionOfType(type: string): string | null {
  const extension = mime.getExtension(type);
  return extension === "bin" ? null : extension;
}
