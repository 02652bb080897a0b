import { inject } from "vitest";
import { startOwnPostgres } from "./own-postgres.ts";

export { query } from "./own-postgres.ts";

/** The PostgreSQL server of all test files. */
export interface PostgresServer {
  /** An URL of a new, empty database. */
  newDatabase(): Promise<string>;
  /** The test file needs it no more. */
  dispose(): Promise<void>;
}

/** The server that all files share, started for the first of them; a text says why there is none here. */
export async function startPostgres(): Promise<PostgresServer | string> {
  const door = inject("postgresDoor");
  if (door === undefined) return startOwnPostgres();
  const ask = async () => (await fetch(door, { method: "POST" })).text();
  const first = await ask();
  if (!first.startsWith("postgres:")) return first;
  const unused = [first];
  return { newDatabase: async () => unused.pop() ?? (await ask()), dispose: async () => {} };
}

/**
 * Makes a ledger one without rows, for the next test: to make another database takes longer than all that most tests do with it. To truncate
 * tables makes files anew, which takes several times as long.
 */
export const EMPTY_LEDGER = `do $$ declare each record; begin
  for each in select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'prewarm_identity' loop
    execute 'delete from ' || quote_ident(each.name); end loop;
  for each in select sequencename as name from pg_sequences where schemaname = 'public' and last_value is not null loop
    execute 'alter sequence ' || quote_ident(each.name) || ' restart'; end loop; end $$;
  delete from prewarm_identity where key not like '%\\_version'`;
