import { type R2Server, startR2Server } from "../../sandbox/r2/server.ts";
import { objectOf } from "../harness/fill-ledger.ts";

export const BUCKET = "media";
/** Of a server that is gone again in a moment. */
export const KEY_PAIR = { accessKeyId: "bench", secretAccessKey: "bench" };

/** Serves a bucket of so many objects. */
export async function serveListing(objects: number): Promise<R2Server> {
  const server = await startR2Server({ ...KEY_PAIR, buckets: [BUCKET] });
  for (let number = 0; number < objects; number++) {
    const { key, bytes } = objectOf(number);
    server.put(BUCKET, key, { bytes });
  }
  return server;
}
