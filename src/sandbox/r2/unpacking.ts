import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { StoredObject } from "./store.ts";

const UNPACK: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
};

/**
 * Returns the content of an object stored with Content-Encoding gzip or br, for a request that does not accept that encoding;
 * null where the stored bytes are handed out (rclone/rclone#8137, #8531).
 */
export function unpackedFor(object: StoredObject, acceptEncoding: string | undefined): Uint8Array | null {
  const encoding = object.headers["content-encoding"] ?? "";
  const unpack = UNPACK[encoding];
  if (!unpack || !(object.body instanceof Uint8Array) || accepts(acceptEncoding, encoding)) return null;
  try {
    return unpack(object.body);
  } catch {
    return null;
  }
}

function accepts(acceptEncoding = "", encoding: string): boolean {
  return acceptEncoding
    .split(",")
    .map((part) => part.split(";").map((word) => word.trim()))
    .some(([name, q]) => (name === encoding || name === "*") && !/^q=0(\.0*)?$/.test(q ?? ""));
}
