import { extensionOf } from "../../domain/media.ts";
import { typeOfExtension } from "../../domain/media-types.ts";

/** Leading bytes (latin1, `.` for any) and the type they indicate; the first match wins. */
const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^\x89PNG\r\n/, "image/png"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
  [/^RIFF.{4}WAVE/s, "audio/wav"],
  [/^.{4}ftypqt {2}/s, "video/quicktime"],
  [/^.{4}ftypM4A/s, "audio/mp4"],
  [/^.{4}ftyp/s, "video/mp4"],
  [/^OggS/, "audio/ogg"],
  [/^fLaC/, "audio/flac"],
  [/^(ID3|\xff[\xf2\xf3\xfb])/, "audio/mpeg"],
  [/^%PDF-/, "application/pdf"],
  [/^PK[^ -~]{2}/, "application/zip"],
];

/**
 * Returns the Content-Type of an object that was put without one: from its first bytes, as R2 does since 2022-08-06 (R2
 * release notes), else from the extension of its key, else `application/octet-stream`.
 */
export function guessContentType(key: string, head: Uint8Array): string {
  const text = Buffer.from(head).toString("latin1");
  const found = SIGNATURES.find(([pattern]) => pattern.test(text));
  return found?.[1] ?? typeOfExtension(extensionOf(key)) ?? "application/octet-stream";
}
