import { LedgerError } from "../error.ts";
import { TABLES, type Table } from "../sql/schema.ts";
import type { Sqlite } from "./adapter.ts";
import { unreadable } from "./errors.ts";

/** What tells whose a row is, beside what tells it from others. */
const OWNERS: readonly string[] = ["bot_slug", "r2_key", "sha256", "value"];

/** Tables of a few rows, all of which are read at each opening. */
const FEW_ROWS: ReadonlySet<string> = new Set(["prewarm_identity", "prewarm_lanes", "prewarm_proofs"]);

/**
 * Refuses a database that has rows without what tells whose they are, which only tables that somebody else made can have, or one whose few facts about
 * lanes and bots are none. What the large tables hold is looked at once it stands in the way. Throws LedgerError with exit code 2.
 */
export function refuseStrange(db: Sqlite): void {
  for (const table of TABLES) {
    const columns = db.all<{ name: string; kept: number }>(
      `select lower(name) as name, "notnull" or pk as kept from pragma_table_xinfo(:name, 'main')`,
      { name: table.name },
    );
    if (columns.length > 0)
      refuseRows(db, table, new Map(columns.map(({ name, kept }) => [name, kept !== 0])));
  }
  const row = strangeRow(db, (table) => FEW_ROWS.has(table));
  if (row !== null) throw unreadable(db.place, row, 2);
}

function refuseRows(
  db: Sqlite,
  { name: table, columns, unique }: Table,
  kept: ReadonlyMap<string, boolean>,
): void {
  for (const { name, rule = "" } of columns) {
    if (!rule.startsWith("not null") || kept.get(name) || ![...unique, ...OWNERS].includes(name)) continue;
    const without = kept.has(name) ? ` where ${name} is null` : "";
    if (db.one(`select 1 from main.${table}${without} limit 1`) === undefined) continue;
    const what = `${table} has rows without ${name}; fill it in or delete them, then run again`;
    throw new LedgerError(`${db.place}: ${what}`, 2);
  }
}

/** Columns whose texts are JSON. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(["entry", "evidence", "held", "shown_as"]);

/** SQL: a column does not hold a text. */
const noText = (name: string) => `typeof(${name}) <> 'text'`;
/** SQL: it holds no number that one can count with. A moment may have a fraction, which SQLite keeps in a column of whole numbers, too. */
const noNumber = (name: string) =>
  `typeof(${name}) not in ('integer', 'real') or typeof(${name}) = 'real' and abs(${name}) >= ${Number.MAX_SAFE_INTEGER}`;
const NO = { text: noText, integer: noNumber, real: noNumber } as const;

/**
 * Finds a row that holds what no prewarm writes, such as a text where a number belongs, and says which; null where there is none. Reads all
 * there is, so it is asked only once something went wrong.
 */
export function strangeRow(db: Sqlite, of: (table: string) => boolean = () => true): string | null {
  for (const table of TABLES.filter(({ name }) => of(name)))
    for (const { name, type } of columnsThere(db, table)) {
      const isJson = JSON_COLUMNS.has(name) ? ` or not json_valid(${name})` : "";
      const row = db.one<{ at: number | null }>(
        `select rowid as at from main.${table.name}
         where ${name} is not null and (${NO[type](name)}${isJson}) limit 1`,
      );
      if (row) return `${name} of row ${row.at ?? "?"} in ${table.name}`;
    }
  return null;
}

/** Those of its columns that a table has; none where there is no table, or a view in its place. */
function columnsThere(db: Sqlite, { name: table, columns }: Table): Table["columns"] {
  const there = db.all<{ name: string }>(
    `select lower(c.name) as name from main.sqlite_schema t, pragma_table_xinfo(t.name, 'main') c
     where t.type = 'table' and lower(t.name) = :table`,
    { table },
  );
  return columns.filter(({ name }) => there.some((each) => each.name === name));
}
