import { LedgerError } from "./error.ts";
import type { ImportCounts } from "./importing.ts";
import { type CopiedCell, keyOf, RowsChecksum } from "./postgres/copied-cells.ts";
import { insertRows, pagesOf, raiseIds, rowsThere } from "./postgres/copy-rows.ts";
import type { Database } from "./postgres/database.ts";
import { writeAtOnce } from "./postgres/import-write.ts";
import { copyFacts, refuseUsed } from "./postgres/moved-facts.ts";
import { openWriting, postgresUrlOf } from "./postgres/open.ts";
import { exportRows } from "./sql/export.ts";
import { takeLines } from "./sql/import-lines.ts";
import { TABLES, type Table } from "./sql/schema.ts";
import { type LeftLedger, openSqliteToLeave } from "./sqlite-leaving.ts";

/** What a move came to. */
export interface MovedLedger {
  readonly place: string;
  readonly from: string;
  /** Rows of each table, as many in both. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Over all columns of all these rows, in both. */
  readonly checksum: string;
  /** What became of media that were in the database already, and not the same; null where there were none. */
  readonly merged: ImportCounts | null;
}

interface MoveOptions {
  /** The URL of the database. */
  readonly to: string;
  /** The path of the SQLite file. */
  readonly from: string;
}

/** Media that several databases may have: these are merged by the rule of an import where they are not the same. */
const MEDIA = ["media_store", "media_cache"];
/** Lines of one transaction, for the sake of others who wait for one of their rows. */
const LINES = 250;

/**
 * Copies a ledger in SQLite into PostgreSQL: rows that are not there yet, then compares all columns of all of them. Nothing is taken
 * from the file, and whoever is broken off may begin again. Throws LedgerError: exit code 2 where the file is held, or where a run has
 * used the database already or it belongs to others, 1 where the rows are not the same in the end.
 */
export async function moveSqlite({ to, from }: MoveOptions): Promise<MovedLedger> {
  const left = await openSqliteToLeave(from);
  try {
    const { database, facts } = await openWriting(postgresUrlOf(to), () => {}, process.env);
    try {
      await refuseUsed(database);
      await copyFacts(database, left);
      return await move(database, facts.schema, left);
    } finally {
      await database.close();
    }
  } finally {
    left.close();
  }
}

const COPIED = TABLES.filter(({ name }) => name !== "prewarm_identity");

async function move(database: Database, schema: string, left: LeftLedger): Promise<MovedLedger> {
  for (const table of COPIED)
    for await (const page of pagesOf(left.play, table))
      await database.write(() => insertRows(table, schema, page));
  for (const table of COPIED.filter(({ unique }) => unique.join() === "id"))
    await database.write(() => raiseIds(table, schema));
  const compared = await compare(database, schema, left);
  const strange = compared.tables.filter(({ name, different }) => different > 0 && !MEDIA.includes(name));
  if (strange.length > 0) throw notTheSame(database, left, strange);
  const isMerged = compared.tables.some(({ different }) => different > 0);
  return {
    place: database.place,
    from: left.place,
    tables: compared.tables,
    checksum: compared.checksum,
    merged: isMerged ? await merge(database, schema, left) : null,
  };
}

interface ComparedTable {
  readonly name: string;
  readonly rows: number;
  readonly different: number;
}

async function compare(
  database: Database,
  schema: string,
  left: LeftLedger,
): Promise<{ tables: ComparedTable[]; checksum: string }> {
  const checksum = new RowsChecksum();
  const tables: ComparedTable[] = [];
  for (const table of COPIED) {
    const counts = { rows: 0, different: 0 };
    for await (const page of pagesOf(left.play, table)) {
      const there = await database.read(() => rowsThere(table, schema, page));
      for (const cells of page) {
        checksum.add(table.name, cells);
        counts.rows += 1;
        if (!isSame(table, cells, there)) counts.different += 1;
      }
    }
    tables.push({ name: table.name, ...counts });
  }
  return { tables, checksum: checksum.end() };
}

function isSame(
  table: Table,
  cells: readonly CopiedCell[],
  there: ReadonlyMap<string, readonly CopiedCell[]>,
): boolean {
  const found = there.get(keyOf(table, cells));
  return found !== undefined && cells.every((cell, i) => cell === found[i]);
}

function notTheSame({ place }: Database, left: LeftLedger, strange: readonly ComparedTable[]): LedgerError {
  const what = strange.map(({ name, different }) => `${different} rows of ${name}`).join(", ");
  return new LedgerError(
    `${place} does not have ${what} as ${left.place} has them; run it again, or move into an empty schema`,
    1,
  );
}

/** What both have decides itself as in an import: an id that works stays. */
async function merge(database: Database, schema: string, left: LeftLedger): Promise<ImportCounts> {
  const total = { added: 0, replaced: 0, same: 0, kept: 0 };
  const rule = { force: false, write: writeAtOnce(schema) };
  for await (const page of exportRows(left.play, {}))
    for (let at = 0; at < page.length; at += LINES) {
      const lines = page.slice(at, at + LINES).map((row) => ({ where: left.place, row }));
      const taken = await database.write(() => takeLines(database.place, lines, rule));
      for (const name of ["added", "replaced", "same", "kept"] as const) total[name] += taken[name];
    }
  return total;
}
