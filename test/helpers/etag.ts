import { createHash } from "node:crypto";

/** An ETag as R2 makes them, for an object whose content is called `name`: equal names, equal content. */
export function etagOf(name: string): string {
  return createHash("md5").update(name).digest("hex");
}
