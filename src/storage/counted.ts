import { type Readable, Transform } from "node:stream";
import { failureOfBody, type RequestTarget, sizeless } from "./errors.ts";

/**
 * Passes on a body whose length its server did not announce. Ends with an error that carries a failure when another number of
 * bytes comes than `bytes`: more are probably unpacked ones, fewer are a part. `body` is destroyed with it.
 */
export function counted(body: Readable, bytes: number, target: RequestTarget): Readable {
  let came = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      came += chunk.byteLength;
      const more = came > bytes ? sizeless(target, 200) : null;
      done(more && Object.assign(new Error(more.message), { failure: more }), chunk);
    },
    flush(done) {
      if (came === bytes) return done();
      const fewer = new Error(`${came} of ${bytes} bytes came`);
      done(Object.assign(fewer, { failure: failureOfBody(target, fewer) }));
    },
  });
  body.on("error", (error) => counting.destroy(error));
  counting.on("close", () => body.destroy());
  return body.pipe(counting);
}
