import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import type { Failure } from "../domain/failure.ts";

/**
 * Passes a body on and judges it by its SHA-256 before its end is passed on: a failure breaks it off, so that what was sent of
 * it is never posted. The body is destroyed with it.
 */
export function hashed(body: Readable, judge: (sha256: string) => Failure | null): Readable {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    // The end of the form is still to come: a body that breaks off here is never posted.
    flush(done) {
      const wrong = judge(hash.digest("hex"));
      done(wrong && Object.assign(new Error(wrong.message), { failure: wrong }));
    },
  });
  body.on("error", (error) => hashing.destroy(error));
  hashing.on("close", () => body.destroy());
  return body.pipe(hashing);
}
