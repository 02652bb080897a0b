import { existsSync } from "node:fs";
import { Sqlite } from "./adapter.ts";
import { checkPlace } from "./place.ts";
import { TABLES } from "./schema.ts";

const ASKED_AT_MOST_MS = 1_500;

/**
 * Reads the database at `path` without disturbing the process that writes to it, and creates neither row nor file. Returns
 * null where there is none. Throws LedgerError when it cannot be read; with `writable`, also when this user may not write it.
 * `read` is given the real path too.
 */
export function reading<T>(
  path: string,
  need: "readable" | "writable",
  read: (db: Sqlite, file: string) => T,
): T | null {
  const file = checkPlace(path, need);
  if (!existsSync(file)) return null;
  const db = new Sqlite(file, path);
  try {
    db.exec(`pragma busy_timeout = ${ASKED_AT_MOST_MS}; pragma query_only = 1`);
    return read(db, file);
  } finally {
    db.leave();
  }
}

/** How many of the latest attempts are read: enough to show what goes on, and quick in a ledger of millions. */
export const RECENT_ATTEMPTS = 1_000;

/** Returns the names of all tables, in lower case. */
export function tablesOf(db: Sqlite): Set<string> {
  return new Set(
    db
      .all<{ name: string }>("select lower(name) as name from sqlite_schema where type = 'table'")
      .map(({ name }) => name),
  );
}

/** Returns whose ledger this is, its version and its holder, by key of `prewarm_identity`; empty without that table. */
export function readIdentity(db: Sqlite): ReadonlyMap<string, string> {
  const rows = db.all<{ key: string; value: string }>(
    `select key, value from ${readAs(db, "prewarm_identity")} order by key`,
  );
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/**
 * Returns SQL that reads like `table` of our schema: missing columns are null, and a missing table has no rows. So a database
 * that has not been adopted yet is read by the same queries.
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
