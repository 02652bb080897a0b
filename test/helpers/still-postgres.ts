import { openWriting, postgresUrlOf } from "../../src/ledgers/postgres/open.ts";
import { query } from "./postgres.ts";

/** This function is found before that of PostgreSQL, whose own schema comes second. */
const STILL = `
  create schema still;
  create table still.moment as select date_trunc('second', pg_catalog.clock_timestamp()) as at;
  create function still.clock_timestamp() returns timestamptz language sql stable as 'select at from still.moment';
  do $$ begin execute format('alter database %I set search_path = still, pg_catalog, public', current_database()); end $$`;

/**
 * Makes the tables of a ledger in an empty database whose clock stands still from then on, at a whole second: what ends at
 * `clock_timestamp()` is looked at in the very moment in which it ends.
 */
export async function standStill(url: string): Promise<void> {
  const { database } = await openWriting(postgresUrlOf(url), () => {}, {});
  await database.close();
  await query(url, STILL);
}
