import type { GoneKey } from "../forget-port.ts";
import { run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

const FORGET =
  "update media_store set sha256 = null, updated_at = :now where r2_key = :key and sha256 = :content";

/** Lets a key point at no content any more, if it still points at this one. */
export function* forget({ now }: Store, { key, content }: GoneKey): Steps<boolean> {
  return (yield* run(FORGET, { key, content, now: stamp(now()) })) > 0;
}
