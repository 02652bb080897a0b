import type { MigratedLedger } from "./postgres-migrate.ts";
import { SCHEMA_VERSION } from "./sql/schema.ts";
import { openBeside } from "./sqlite/beside.ts";
import { checkPlace } from "./sqlite/place.ts";

/** Brings the tables in a SQLite file to this version, made where there is none. Throws LedgerError. */
export function migrateSqlite(path: string): MigratedLedger {
  openBeside(checkPlace(path), path).close();
  return { place: path, version: SCHEMA_VERSION, changes: null };
}
