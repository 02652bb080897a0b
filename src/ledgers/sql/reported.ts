import type { Learned, ServedId } from "../reported.ts";
import { paramsOf } from "./attempts.ts";
import { storeId } from "./confirm.ts";
import { moveKey } from "./keys.ts";
import { hasId, readyId } from "./rows.ts";
import { one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** SQL: a row whose id readers find by this key. */
const SERVED = `bot_slug = :bot and tg_file_id = :fileId and ${hasId("media_cache")}
  and sha256 = (select s.sha256 from media_store s where s.r2_key = :key)`;

const MARK_DEAD = `update media_cache set dead_at = :now, updated_at = :now, error_class = null, error_reason = null,
  last_error = null, retry_count = 0, next_retry_at = null where ${SERVED}`;

/** Stores an id that a bot got by sending the object itself. False, and nothing changes, where there is one that works. */
export function* learn(store: Store, learned: Learned): Steps<boolean> {
  const params = yield* paramsOf(store, learned);
  const { bot, content } = params;
  const { stored, kind, bots } = learned;
  for (const each of [kind, stored.kind]) if (yield* readyId({ bot, content, kind: each })) return false;
  yield* storeId(store, { ...learned, content, replace: false });
  const [mime, width, height, duration] = [params.mime, params.width, params.height, params.duration];
  const media = {
    mime: mime ?? null,
    width: width ?? null,
    height: height ?? null,
    duration: duration ?? null,
  };
  yield* moveKey(store, {
    ...params,
    media,
    kind: stored.kind,
    kinds: [kind, stored.kind],
    bots: [bot, ...bots],
  });
  return true;
}

/** Whether readers find this id by this key. */
export function* isServed(id: ServedId): Steps<boolean> {
  return (yield* one(`select 1 from media_cache where ${SERVED}`, { ...id })) !== undefined;
}

/** Marks an id as dead, if readers still find it: its row stays `ready`, and the next run warms it anew. */
export function* markDead({ now }: Store, id: ServedId): Steps<void> {
  yield* run(MARK_DEAD, { ...id, now: stamp(now()) });
}
