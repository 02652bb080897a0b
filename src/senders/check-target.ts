import { failure } from "../domain/failure.ts";
import { isMediaKind, MEDIA_KINDS } from "../domain/media.ts";
import { SendError } from "./error.ts";
import type { SendTarget } from "./port.ts";

/** Longest key that R2 stores (developers.cloudflare.com/r2/platform/limits). */
const KEY_BYTES = 1024;

/**
 * Throws SendError for a key that no object can have, and TypeError for what is none, or no kind. An empty key has to end here:
 * at its address an S3 server answers with the names of all objects, which would then be sent as if they were the object.
 */
export function checkTarget({ key, kind }: SendTarget): void {
  if (typeof key !== "string")
    throw new TypeError(`send: key has to be a text such as "covers/a.jpg", it is ${nameOf(key)}`);
  if ((kind ?? null) !== null && !isMediaKind(kind))
    throw new TypeError(`send: kind has to be one of ${MEDIA_KINDS.join(", ")}, it is ${nameOf(kind)}`);
  const bytes = new TextEncoder().encode(key).byteLength;
  if (bytes === 0 || bytes > KEY_BYTES)
    throw new SendError(
      failure("object_missing", `a key has 1 to ${KEY_BYTES} bytes, this one has ${bytes}`),
    );
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
