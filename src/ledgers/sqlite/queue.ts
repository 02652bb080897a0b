import type { Entry } from "../../domain/entry.ts";
import type { QueuedEntry } from "../port.ts";
import { PAGE_ROWS, type Store, stamp } from "./store.ts";

const QUEUED = `
  select id, entry, created_at as since from prewarm_queue
  where r2_key = :key and coalesce(bot_slug, '') = coalesce(:bot, '') and coalesce(kind, '') = coalesce(:kind, '')`;

const ARRIVE = `
  insert into prewarm_queue (r2_key, bot_slug, kind, entry, created_at) values (:key, :bot, :kind, :entry, :since)
  on conflict do nothing`;

const LEAVE = "delete from prewarm_queue where id in (select value from json_each(:ids))";

interface QueueRow {
  readonly id: number;
  readonly entry: string;
  readonly since: string;
}

/** Queues entries; one that is already queued is updated. Must run inside a transaction. */
export function enqueue(store: Store, entries: readonly Entry[]): { accepted: number; duplicates: number } {
  const accepted = entries.filter((entry) => arrive(store, entry)).length;
  return { accepted, duplicates: entries.length - accepted };
}

/** Returns false for an entry that is already queued. If it says something new it gets a new id, and keeps its time. */
function arrive({ db, now }: Store, entry: Entry): boolean {
  const { key, bot, kind } = entry;
  const row = { key, bot, kind, entry: JSON.stringify(entry), since: stamp(now()) };
  if (db.run(ARRIVE, row) > 0) return true;
  const waiting = db.one<QueueRow>(QUEUED, row);
  if (waiting && waiting.entry !== row.entry) {
    db.run(LEAVE, { ids: JSON.stringify([waiting.id]) });
    db.run(ARRIVE, { ...row, since: waiting.since });
  }
  return false;
}

/** Returns a page of queued entries with an id above `after`. */
export function queued({ db }: Store, after: number): QueuedEntry[] {
  return db
    .all<QueueRow>(`select id, entry from prewarm_queue where id > :after order by id limit ${PAGE_ROWS}`, {
      after,
    })
    .map(({ id, entry }) => ({ id, entry: JSON.parse(entry) as Entry }));
}

/** Removes entries from the queue. */
export function dequeue({ db }: Store, ids: readonly number[]): void {
  db.run(LEAVE, { ids: JSON.stringify(ids) });
}
