import { existsSync } from "node:fs";
import { type Facts, readFacts } from "../sql/facts.ts";
import { TABLES } from "../sql/schema.ts";
import { Sqlite } from "./adapter.ts";
import { checkPlace } from "./place.ts";
import { refuseStrange } from "./strange-rows.ts";
import { refuseNoUtf8 } from "./utf8.ts";

const ASKED_AT_MOST_MS = 1_500;

/**
 * Reads the database at `path` without disturbing the process that writes to it, and creates neither row nor file. Returns
 * null where there is none. All tables of our schema can be named, whatever is there: a view of this connection alone stands for
 * one that lacks something. Throws LedgerError when it cannot be read; with `writable`, also when this user may not write it.
 * `read` is given the real path too.
 */
export function reading<T>(
  path: string,
  need: "readable" | "writable",
  read: (db: Sqlite, file: string) => T,
): T | null {
  const opened = open(path, need);
  if (opened === null) return null;
  try {
    standFor(opened.db);
    return read(opened.db, opened.file);
  } finally {
    opened.db.leave();
  }
}

/**
 * Opens the database at `path` as {@link reading} does, for whoever reads it page by page. To be left by `leave`.
 */
export function openReading(path: string): { readonly db: Sqlite; readonly file: string } | null {
  const opened = open(path, "readable");
  if (opened === null) return null;
  try {
    standFor(opened.db);
    return opened;
  } catch (error) {
    opened.db.leave();
    throw error;
  }
}

function open(path: string, need: "readable" | "writable"): { db: Sqlite; file: string } | null {
  const file = checkPlace(path, need);
  if (!existsSync(file)) return null;
  const db = new Sqlite(file, path);
  try {
    db.exec(`pragma busy_timeout = ${ASKED_AT_MOST_MS}; pragma temp_store = memory`);
    return { db, file };
  } catch (error) {
    db.leave();
    throw error;
  }
}

function standFor(db: Sqlite): void {
  refuseNoUtf8(db);
  refuseStrange(db);
  for (const { name } of TABLES) stand(db, name);
  db.exec("pragma query_only = 1");
}

function stand(db: Sqlite, table: string): void {
  const { isThere, missing } = lacks(db, table);
  if (isThere && missing.length === 0) return;
  const nulls = missing.map((name) => `null as ${name}`).join(", ");
  const rows = isThere ? `t.rowid as rowid, t.*, ${nulls} from main.${table} t` : `${nulls} where 0`;
  db.exec(`create temp view ${table} as select ${rows}`);
}

/** Which columns of our schema a table does not have. */
function lacks(db: Sqlite, table: string): { isThere: boolean; missing: string[] } {
  const wanted = TABLES.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
  const there = db
    .all<{ name: string }>("select lower(name) as name from pragma_table_xinfo(:table)", { table })
    .map(({ name }) => name);
  return { isThere: there.length > 0, missing: wanted.filter((name) => !there.includes(name)) };
}

/** Returns the names of all tables, in lower case. */
export function tablesOf(db: Sqlite): Set<string> {
  return new Set(
    db
      .all<{ name: string }>("select lower(name) as name from sqlite_schema where type = 'table'")
      .map(({ name }) => name),
  );
}

/** Returns whose ledger this is, its version and its holder, by key of `prewarm_identity`; empty without that table. */
export function readIdentity(db: Sqlite): Facts {
  return lacks(db, "prewarm_identity").isThere ? db.play(readFacts()) : new Map();
}

/**
 * Returns SQL that reads like `table` of our schema: missing columns are null, and a missing table has no rows. So a database
 * that has not been adopted yet is read by the same queries.
 */
export function readAs(db: Sqlite, table: string): string {
  const { isThere, missing } = lacks(db, table);
  const nulls = missing.map((name) => `null as ${name}`).join(", ");
  if (!isThere) return `(select ${nulls} where 0)`;
  return missing.length === 0 ? table : `(select *, ${nulls} from ${table})`;
}
