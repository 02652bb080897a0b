import { TELEGRAM_EXTENSIONS, telegramExtension, telegramType } from "./telegram-types.ts";

/** Names under which programs store a type that Telegram knows by another one. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/jfif": "image/jpeg",
  "image/x-jpeg": "image/jpeg",
  "image/x-png": "image/png",
  "image/x-webp": "image/webp",
  "image/x-gif": "image/gif",
  "image/x-bmp": "image/bmp",
  "image/x-ms-bmp": "image/bmp",
  "image/tif": "image/tiff",
  "image/x-tiff": "image/tiff",
  "image/svg": "image/svg+xml",
  "image/vnd.microsoft.icon": "image/x-icon",
  "audio/mp3": "audio/mpeg",
  "audio/mpg": "audio/mpeg",
  "audio/mpeg3": "audio/mpeg",
  "audio/x-mp3": "audio/mpeg",
  "audio/x-mpeg": "audio/mpeg",
  "audio/x-mpeg-3": "audio/mpeg",
  "audio/m4a": "audio/mp4",
  "audio/x-m4a": "audio/mp4",
  "audio/mp4a-latm": "audio/mp4",
  "audio/aac": "audio/x-aac",
  "audio/aacp": "audio/x-aac",
  "audio/flac": "audio/x-flac",
  "audio/wav": "audio/x-wav",
  "audio/wave": "audio/x-wav",
  "audio/vnd.wave": "audio/x-wav",
  "audio/x-pn-wav": "audio/x-wav",
  "audio/opus": "audio/ogg",
  "audio/x-opus+ogg": "audio/ogg",
  "audio/vorbis": "audio/ogg",
  "audio/x-ogg": "audio/ogg",
  "audio/aiff": "audio/x-aiff",
  "audio/x-midi": "audio/midi",
  "video/x-mp4": "video/mp4",
  "video/m4v": "video/x-m4v",
  "video/mov": "video/quicktime",
  "video/x-quicktime": "video/quicktime",
  "video/avi": "video/x-msvideo",
  "video/msvideo": "video/x-msvideo",
  "video/mkv": "video/x-matroska",
  "video/matroska": "video/x-matroska",
  "application/x-pdf": "application/pdf",
  "application/x-zip": "application/zip",
  "application/x-zip-compressed": "application/zip",
  "application/x-rar": "application/x-rar-compressed",
  "application/vnd.rar": "application/x-rar-compressed",
  "application/x-gzip": "application/gzip",
  "application/x-javascript": "application/javascript",
  "text/javascript": "application/javascript",
  "text/json": "application/json",
  "text/xml": "application/xml",
  "text/rtf": "application/rtf",
};

/** Extensions that Telegram does not know, with what is meant by them. */
const OTHER_EXTENSIONS: Readonly<Record<string, string>> = {
  jfif: "image/jpeg",
  jif: "image/jpeg",
  pjp: "image/jpeg",
  pjpeg: "image/jpeg",
  opus: "audio/ogg",
  avif: "image/avif",
  jxl: "image/jxl",
  gz: "application/gzip",
  md: "text/markdown",
  yaml: "application/yaml",
  wasm: "application/wasm",
};

/** All extensions whose type is known. */
export const EXTENSIONS: readonly string[] = [
  ...new Set([...TELEGRAM_EXTENSIONS, ...Object.keys(OTHER_EXTENSIONS)]),
];

/** A Content-Type by the name that Telegram has for it: lower case, without parameters; as it is where there is none. */
export function typeOfMime(mime: string): string {
  const type = (mime.split(";", 1)[0] ?? "").trim().toLowerCase();
  return OTHER_NAMES[type] ?? type;
}

/** The type that an extension (lower case, without a dot) means; undefined where nobody knows. */
export function typeOfExtension(extension: string): string | undefined {
  return telegramType(extension) ?? OTHER_EXTENSIONS[extension];
}

/** The extension for a file of this Content-Type; undefined where nobody knows, and for bytes that are just bytes. */
export function extensionOfMime(mime: string): string | undefined {
  const type = typeOfMime(mime);
  if (type === "application/octet-stream") return undefined;
  const known = telegramExtension(type);
  return known ?? Object.keys(OTHER_EXTENSIONS).find((extension) => OTHER_EXTENSIONS[extension] === type);
}
