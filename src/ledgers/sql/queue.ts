import type { Entry } from "../../domain/entry.ts";
import type { QueuedEntry } from "../port.ts";
import { all, one, type Params, run, type Steps } from "./steps.ts";
import { PAGE_ROWS, type Store, stamp } from "./store.ts";

const QUEUED = `
  select id, entry, created_at as since from prewarm_queue
  where r2_key = :key and coalesce(bot_slug, '') = coalesce(:bot, '') and coalesce(kind, '') = coalesce(:kind, '')`;

const ARRIVE = `
  insert into prewarm_queue (r2_key, bot_slug, kind, entry, created_at) values (:key, :bot, :kind, :entry, :since)
  on conflict do nothing`;

const ANSWERED = `
  delete from prewarm_queue where r2_key = :key and coalesce(bot_slug, '') = :bot and coalesce(kind, '') = :kind
  and json_extract(entry, '$.again')`;

const answeredLeft = (left: string) => `
  delete from prewarm_queue where json_extract(entry, '$.again') and exists (select 1 from prewarm_attempts a
    where ${left} and a.r2_key = prewarm_queue.r2_key and a.bot_slug = prewarm_queue.bot_slug
    and a.kind = prewarm_queue.kind)`;

const LEAVE = "delete from prewarm_queue where id in (select value from json_each(:ids))";

const QUEUED_AFTER = `select id, entry from prewarm_queue where id > :after order by id limit ${PAGE_ROWS}`;

interface QueueRow {
  readonly id: number;
  readonly entry: string;
  readonly since: string;
}

/** Queues entries; one that is already queued is updated. Must run inside a transaction. */
export function* enqueue(
  store: Store,
  entries: readonly Entry[],
): Steps<{ accepted: number; duplicates: number }> {
  let accepted = 0;
  for (const entry of entries) if (yield* arrive(store, entry)) accepted += 1;
  return { accepted, duplicates: entries.length - accepted };
}

/** Returns false for an entry that is already queued. If it says something new it gets a new id, and keeps its time. */
function* arrive({ now }: Store, entry: Entry): Steps<boolean> {
  const { key, bot, kind } = entry;
  const row = { key, bot, kind, entry: JSON.stringify(entry), since: stamp(now()) };
  if ((yield* run(ARRIVE, row)) > 0) return true;
  const waiting = yield* one<QueueRow>(QUEUED, row);
  const newer = waiting && merged(waiting.entry, entry);
  if (waiting && newer !== waiting.entry) {
    yield* run(LEAVE, { ids: JSON.stringify([waiting.id]) });
    yield* run(ARRIVE, { ...row, entry: newer, since: waiting.since });
  }
  return false;
}

/** What waits, with the word of the newer one. Asking again says nothing of the object, and is not undone by naming it. */
function merged(waiting: string, entry: Entry): string {
  const older = JSON.parse(waiting) as Entry;
  if (entry.again) return older.again ? waiting : JSON.stringify({ ...older, again: true });
  return JSON.stringify(older.again ? { ...entry, again: true } : entry);
}

/**
 * An attempt of this (bot, kind, key) has ended: whoever asked for one more has got it. Without this, what ended in doubt just
 * before a crash would be sent once more after it, unasked. Must run in the transaction that ends the attempt.
 */
export function* answered({
  bot,
  kind,
  key,
}: {
  readonly bot: string;
  readonly kind: string;
  readonly key: string;
}): Steps<void> {
  yield* run(ANSWERED, { bot, kind, key });
}

/** The same for attempts `a` that are under way, as SQL says, which nobody will end. */
export function* answeredUnderWay(left: string, params: Params): Steps<void> {
  yield* run(answeredLeft(left), params);
}

/** Returns a page of queued entries with an id above `after`. */
export function* queued(after: number): Steps<QueuedEntry[]> {
  const rows = yield* all<QueueRow>(QUEUED_AFTER, { after });
  return rows.map(({ id, entry }) => ({ id, entry: JSON.parse(entry) as Entry }));
}

/** Removes entries from the queue. */
export function* dequeue(ids: readonly number[]): Steps<void> {
  yield* run(LEAVE, { ids: JSON.stringify(ids) });
}
