import { readEtag } from "../../domain/content.ts";
import type { Entry } from "../../domain/entry.ts";
import { extensionOf } from "../../domain/media.ts";
import type { Task } from "../../domain/task.ts";
import { enqueue } from "../sql/queue.ts";
import { all, run, type Steps } from "../sql/steps.ts";
import { type Store, stamp } from "../sql/store.ts";
import { rankOf } from "./feed.ts";

const KEYS = `json_to_recordset(cast(:keys as json)) as x(bot text, kind text, key text, etag text, bytes bigint, content text,
  ext text, mime text, width bigint, height bigint, duration double precision)`;

const NEW_KEYS = `insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256, ext, mime, width, height, duration,
    created_at, updated_at)
  select x.bot, x.kind, x.key, x.etag, x.bytes, x.content, x.ext, x.mime, x.width, x.height, x.duration, :now, :now from ${KEYS}
  where not exists (select 1 from media_store s where s.r2_key = x.key and s.sha256 is not null)
  on conflict (r2_key) do update set sha256 = excluded.sha256, r2_etag = excluded.r2_etag, bytes = excluded.bytes,
    updated_at = excluded.updated_at where media_store.sha256 is null`;

/** Keys that already point at what is to be sent; those of content that replaces other content do so once it is sent. */
const POINTING = `select x.key, x.kind from ${KEYS} join media_store s on s.r2_key = x.key and s.sha256 = x.content and s.kind = x.kind`;

const NEW_ROWS = `insert into media_cache (bot_slug, sha256, kind, status, retry_count, feed_rank, created_at, updated_at)
  select x.bot, x.content, x.kind, 'warming', 0, ${rankOf("x.bytes", "x.kind")}, :now, :now from ${KEYS}
  where not exists (select 1 from media_cache c where c.bot_slug = x.bot and c.sha256 = x.content and c.kind = x.kind
    and c.status <> 'error')
  on conflict (bot_slug, sha256, kind) do update set status = 'warming', next_retry_at = null, fed_at = null,
    feed_rank = excluded.feed_rank, updated_at = excluded.updated_at where media_cache.status = 'error'`;

/** Writes tasks down as work for whoever comes; returns how many were none before. Must run inside a transaction. */
export function* keep(store: Store, tasks: readonly Task[]): Steps<number> {
  const now = stamp(store.now());
  const plain = tasks.filter(isPlain);
  const keys = JSON.stringify(onceEach(plain, ({ entry }) => entry.key).map(keyOf));
  if (plain.length > 0) yield* run(NEW_KEYS, { keys, now });
  const pointing = plain.length === 0 ? [] : yield* all<{ key: string; kind: string }>(POINTING, { keys });
  const held = new Set(pointing.map(({ key, kind }) => `${kind}|${key}`));
  const holds = (task: Task) => isPlain(task) && held.has(`${task.kind}|${task.entry.key}`);
  const rows = onceEach(tasks.filter(holds), ({ bot, kind, content }) => `${bot}|${kind}|${content}`);
  const written = rows.length > 0 ? yield* run(NEW_ROWS, { keys: JSON.stringify(rows.map(keyOf)), now }) : 0;
  const others = tasks.filter((task) => !holds(task)).map(entryOf);
  return others.length === 0 ? written : written + (yield* enqueue(store, others)).accepted;
}

/** Whether its row and its key say all that is to be known of it. */
function isPlain({ entry, replace, isLost, read }: Task): boolean {
  const { thumbnail, filename, title, performer, priority, sha256, hashKept, again } = entry;
  const said = [thumbnail, filename, title, performer, priority, again];
  const isStated = sha256 !== undefined && hashKept !== true;
  return !replace && !isLost && !isStated && read === undefined && said.every((each) => each === undefined);
}

function entryOf({ entry, bot, kind, replace, isLost }: Task): Entry {
  const { queueId: _, seen: _seen, ...stated } = entry;
  return { ...stated, bot, kind, ...(replace || isLost ? { again: true as const } : {}) };
}

function keyOf({ bot, kind, content, entry }: Task) {
  const { key, etag, bytes, mime = null, width = null, height = null, duration = null } = entry;
  const media = { mime, width, height, duration };
  return { bot, kind, key, etag: readEtag(etag), bytes, content, ext: extensionOf(key), ...media };
}

/** The first of each name: one statement cannot write a row twice. */
function onceEach<T>(all: readonly T[], nameOf: (each: T) => string): T[] {
  const named = new Map<string, T>();
  for (const each of all) if (!named.has(nameOf(each))) named.set(nameOf(each), each);
  return [...named.values()];
}
