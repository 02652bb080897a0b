import { LedgerError } from "../error.ts";
import { INDEXES } from "../sql/indexes.ts";
import { createTable, SCHEMA_VERSION, TABLES, type Table } from "../sql/schema.ts";
import type { Sqlite } from "./adapter.ts";
import { columnsIn, widenChecks } from "./checks.ts";
import { refuseStrange } from "./strange-rows.ts";
import { refuseNoUtf8 } from "./utf8.ts";
import { refuseNewer } from "./version.ts";

/**
 * Brings a database, empty or not, to our schema in one transaction. Existing tables are used as they are: missing
 * columns are added (null in every row), and checks on `kind`, `status` and `state` that are too narrow are widened; no row is
 * changed. Throws LedgerError when a newer prewarm made it.
 */
export function migrate(db: Sqlite): void {
  db.transaction(() => {
    refuseNoUtf8(db);
    refuseNewer(db);
    for (const table of TABLES) {
      if (columnsOf(db, table.name).length === 0) db.exec(createTable(table));
      else adopt(db, table);
    }
    refuseStrange(db);
    for (const index of INDEXES) db.exec(index);
    db.run(
      "insert into prewarm_identity (key, value) values ('schema_version', :version) on conflict (key) do update set value = excluded.value",
      { version: String(SCHEMA_VERSION) },
    );
  });
}

function adopt(db: Sqlite, table: Table): void {
  const present = new Set(columnsOf(db, table.name).map((name) => name.toLowerCase()));
  for (const { name, type } of table.columns) {
    if (!present.has(name)) db.exec(`alter table ${table.name} add column ${name} ${type}`);
  }
  widen(db, table);
  ensureUnique(db, table);
}

/** Returns the columns of a table, generated ones included; none when there is no such table. */
function columnsOf(db: Sqlite, table: string): string[] {
  return db
    .all<{ name: string }>("select name from pragma_table_xinfo(:table)", { table })
    .map(({ name }) => name);
}

/**
 * Widens the checks of a table. That changes nothing in its rows, so the stored statement is edited in place, as
 * sqlite.org/lang_altertable.html (section 7) describes: it takes no time at any size, and rows, indexes, triggers, views and
 * foreign keys stay as they are. A wrong edit cannot last: a statement that SQLite cannot parse rolls the transaction back.
 */
function widen(db: Sqlite, { name: table, columns: known }: Table): void {
  const columns = columnsOf(db, table);
  const wanted = known.flatMap(({ name, values }) => (values ? [{ name, ...values }] : []));
  const stored = db.one<{ sql: string }>(
    "select sql from sqlite_schema where type = 'table' and lower(name) = :table",
    { table },
  );
  if (stored === undefined) return;
  const sql = widenChecks(stored.sql, (expression) => refusedBy(db, table, expression, columns, wanted));
  if (sql === stored.sql) return;
  const version = db.one<{ schema_version: number }>("pragma schema_version")?.schema_version ?? 0;
  db.exec("pragma writable_schema = on");
  db.run("update sqlite_schema set sql = :sql where type = 'table' and lower(name) = :table", { sql, table });
  db.exec(`pragma schema_version = ${version + 1}; pragma writable_schema = reset`);
}

/** What a check on this column has to accept; `ours` are the values that prewarm added. */
interface WantedValues {
  readonly name: string;
  readonly all: readonly string[];
  readonly ours: readonly string[];
}

/** Asks SQLite itself which values an expression refuses, with all other columns null, which passes a check. */
function refusedBy(
  db: Sqlite,
  table: string,
  expression: string,
  columns: readonly string[],
  wanted: readonly WantedValues[],
): Map<string, string[]> {
  const used = columnsIn(expression, columns);
  const refused = new Map<string, string[]>();
  for (const { name: column, all, ours } of wanted) {
    if (!used.has(column)) continue;
    // A check on several columns may refuse old values for its own reasons (`status <> 'ready' or tg_file_id is not null`).
    const values = used.size === 1 ? all : ours;
    refused.set(
      column,
      values.filter((value) => !passes(db, table, expression, columns, column, value)),
    );
  }
  return refused;
}

function passes(
  db: Sqlite,
  table: string,
  expression: string,
  columns: readonly string[],
  column: string,
  value: string,
): boolean {
  const row = columns.map(
    (name) => `${name === column ? ":value" : "null"} as "${name.replaceAll('"', '""')}"`,
  );
  const sql = `select (${expression}\n) as passed from (select ${row.join(", ")}) as ${table}`;
  const passed = db.one<{ passed: number | null }>(sql, { value })?.passed ?? null;
  return passed === null || passed !== 0;
}

/** Adds the unconditional unique index on what identifies a row, which our upserts need. */
function ensureUnique(db: Sqlite, { name, unique }: Table): void {
  const indexes = db.all<{ columns: string | null }>(
    `select (select group_concat(lower(name), ' ') from (select name from pragma_index_info(l.name) order by name)) as columns
     from pragma_index_list(:name) l where l."unique" = 1 and l.partial = 0`,
    { name },
  );
  const wanted = [...unique].sort().join(" ");
  if (unique.join() === "id" || indexes.some(({ columns }) => columns === wanted)) return;
  const columnList = unique.join(", ");
  const twice = db.one(`select 1 from ${name} group by ${columnList} having count(*) > 1 limit 1`);
  if (twice !== undefined) {
    throw new LedgerError(
      `${db.place}: ${name} has several rows for one (${columnList}); keep one of each, then run again`,
      2,
    );
  }
  db.exec(`create unique index prewarm_${name}_key on ${name} (${columnList})`);
}
