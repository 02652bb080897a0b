import { patiently } from "./postgres/migrate.ts";
import { notifyTrigger } from "./postgres/notify.ts";
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
export async function migrateLedger(
  text: string,
  { notify = false }: { readonly notify?: boolean } = {},
): Promise<MigratedLedger> {
  const url = postgresUrlOf(text);
  const { database, changes } = await openWriting(url, () => {}, process.env);
  await database.close();
  if (notify)
    await withPool(url, process.env, async (pool) => {
      for (const sql of notifyTrigger(url.schema)) await patiently(pool, sql);
      await pool.end();
    });
  return { place: database.place, version: SCHEMA_VERSION, changes };
}

/** The SQL that does the same, for an administrator; nothing is changed. Throws LedgerError. */
export async function printMigration(
  text: string,
  { notify = false }: { readonly notify?: boolean } = {},
): Promise<string> {
  const url = postgresUrlOf(text);
  return withPool(url, process.env, async (pool) => {
    const sql = await migrationSql({ pool, place: url.place, schema: url.schema });
    await pool.end();
    return notify ? `${sql}${notifyTrigger(url.schema).join(";\n")};\n` : sql;
  });
}
