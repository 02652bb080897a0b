import { openWriting, postgresUrlOf, withPool } from "./postgres/open.ts";
import { migrationSql } from "./postgres/print.ts";
import { SCHEMA_VERSION } from "./sql/schema.ts";

/** A ledger whose tables are of this version. */
export interface MigratedLedger {
  readonly place: string;
  readonly version: number;
  /** How many statements that took; 0 where they were before, null where that is not known. */
  readonly changes: number | null;
}

/** Brings the tables of a ledger in PostgreSQL to this version. Throws LedgerError, also where this user may not. */
export async function migrateLedger(text: string): Promise<MigratedLedger> {
  const { database, changes } = await openWriting(postgresUrlOf(text), () => {}, process.env);
  await database.close();
  return { place: database.place, version: SCHEMA_VERSION, changes };
}

/** The SQL that does the same, for an administrator; nothing is changed. Throws LedgerError. */
export async function printMigration(text: string): Promise<string> {
  const url = postgresUrlOf(text);
  return withPool(url, process.env, async (pool) => {
    const sql = await migrationSql({ pool, place: url.place, schema: url.schema });
    await pool.end();
    return sql;
  });
}
