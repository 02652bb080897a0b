import { isUtf8 } from "node:buffer";
import { TABLES } from "../sql/schema.ts";
import type { Sqlite } from "./adapter.ts";
import { unreadable } from "./errors.ts";
import { nodeSqlite } from "./node-driver.ts";

/** A larger ledger is not looked through: so much takes a tenth of a second of CPU. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Rows at a time. */
const ROWS = 20_000;
/** Letters of a text that are shown. */
const SHOWN = 60;

/**
 * Refuses a database with a text that is no UTF-8, at which libsql ends the process; only other programs write such. Node's own SQLite reads
 * them, so nothing is looked for there. Throws LedgerError with exit code 2.
 */
export function refuseNoUtf8(db: Sqlite): void {
  if (nodeSqlite() || sizeOf(db) > MOST_BYTES) return;
  // Names of columns are texts as well.
  refuseIn(db, "sqlite_schema", ["name", "tbl_name", "sql"]);
  for (const { name } of TABLES) {
    const columns = db.all<{ name: string }>(
      `select c.name from main.sqlite_schema t, pragma_table_xinfo(t.name, 'main') c
       where t.type = 'table' and lower(t.name) = :name`,
      { name },
    );
    if (columns.length > 0) refuseIn(db, name, columns.map(quoted));
  }
}

function sizeOf(db: Sqlite): number {
  const size = db.one<{ bytes: number }>(
    "select page_count * page_size as bytes from pragma_page_count, pragma_page_size",
  );
  return size?.bytes ?? 0;
}

function quoted({ name }: { readonly name: string }): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** All texts of so many rows are looked at as one, and one by one only where something is wrong with that. */
function refuseIn(db: Sqlite, table: string, columns: readonly string[]): void {
  const all = columns.map(textOf).join(" || char(10) || ");
  for (let after = 0, rows = ROWS; rows === ROWS; after += rows) {
    const page = `main.${table} limit ${ROWS} offset ${after}`;
    const [read] = db.bytes(
      `select count(*) as rows, cast(group_concat(cells, char(10)) as blob) as bytes from (select ${all} as cells from ${page})`,
    );
    if (!isText(read?.bytes)) throw unreadable(db.place, firstOf(db, table, columns, page), 2);
    rows = read?.rows ?? 0;
  }
}

/** The first text of a page that is no UTF-8, as people know it again. */
function firstOf(db: Sqlite, table: string, columns: readonly string[], page: string): string {
  for (const column of columns) {
    const cells = db.bytes(`select 1 as rows, cast(${textOf(column)} as blob) as bytes from ${page}`);
    const bad = cells.find(({ bytes }) => !isText(bytes));
    if (bad?.bytes)
      return `${column.replaceAll('"', "")} ${JSON.stringify(new TextDecoder().decode(bad.bytes).slice(0, SHOWN))} in ${table}, which is not UTF-8`;
  }
  return `a text in ${table} that is not UTF-8`;
}

function isText(bytes: ArrayBuffer | null | undefined): boolean {
  return !bytes || isUtf8(bytes);
}

/** SQL: what a column holds where that is a text. */
function textOf(column: string): string {
  return `case when typeof(${column}) = 'text' then ${column} else '' end`;
}
