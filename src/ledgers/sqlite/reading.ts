import { existsSync } from "node:fs";
import { Sqlite } from "./adapter.ts";
import { checkPlace } from "./place.ts";
import { TABLES } from "./schema.ts";

const ASKED_AT_MOST_MS = 1_500;

/**
 * Reads the database at `path` without taking it from whoever writes to it: no row and no file is made. Null where there is
 * none. Throws LedgerError when it cannot be read; with `writable`, also when this user may not write there.
 */
export function reading<T>(path: string, need: "readable" | "writable", read: (db: Sqlite) => T): T | null {
  const file = checkPlace(path, need);
  if (!existsSync(file)) return null;
  const db = new Sqlite(file, path);
  try {
    db.exec(`pragma busy_timeout = ${ASKED_AT_MOST_MS}; pragma query_only = 1`);
    return read(db);
  } finally {
    db.leave();
  }
}

/** Attempts that are looked at, from the newest on: enough to say what goes on, and no wait in a ledger of millions. */
export const RECENT_ATTEMPTS = 1_000;

/** Names of the tables that are there, in lower case. */
export function tablesOf(db: Sqlite): Set<string> {
  return new Set(
    db
      .all<{ name: string }>("select lower(name) as name from sqlite_schema where type = 'table'")
      .map(({ name }) => name),
  );
}

/** Whose ledger this is, its version and its holder, by key of `prewarm_identity`; empty where there is no such table. */
export function readIdentity(db: Sqlite): ReadonlyMap<string, string> {
  const rows = db.all<{ key: string; value: string }>(
    `select key, value from ${readAs(db, "prewarm_identity")} order by key`,
  );
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/**
 * SQL that reads like `table` of our schema, whatever is there of it: what it lacks is null, and where there is no such
 * table there are no rows. So a database that is only adopted later can be read by the words of the others.
 */
export function readAs(db: Sqlite, table: string): string {
  const wanted = TABLES.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
  const there = db
    .all<{ name: string }>("select lower(name) as name from pragma_table_xinfo(:table)", { table })
    .map(({ name }) => name);
  const missing = wanted.filter((name) => !there.includes(name)).map((name) => `null as ${name}`);
  if (there.length === 0) return `(select ${missing.join(", ")} where 0)`;
  return missing.length === 0 ? table : `(select *, ${missing.join(", ")} from ${table})`;
}
