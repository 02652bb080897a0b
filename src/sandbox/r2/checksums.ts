import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { HeaderLookup } from "./credential.ts";
import { type R2Error, r2Error } from "./errors.ts";

/** Checksum headers and how each is computed, in base64. CRC32C and CRC64NVME are accepted unchecked. */
const CHECKSUMS: Readonly<Record<string, (body: Uint8Array) => string>> = {
  "content-md5": (body) => createHash("md5").update(body).digest("base64"),
  "x-amz-checksum-crc32": (body) => {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc32(body));
    return value.toString("base64");
  },
  "x-amz-checksum-sha1": (body) => createHash("sha1").update(body).digest("base64"),
  "x-amz-checksum-sha256": (body) => createHash("sha256").update(body).digest("base64"),
};

/** Checks every checksum that came with a body, in headers or trailers. Returns null when they are right. */
export function judgeChecksums(
  body: Uint8Array,
  header: HeaderLookup,
  trailers: ReadonlyMap<string, string>,
): R2Error | null {
  for (const [name, compute] of Object.entries(CHECKSUMS)) {
    const claimed = trailers.get(name) ?? header(name);
    if (claimed !== undefined && claimed !== compute(body)) return r2Error("BadDigest");
  }
  return null;
}
