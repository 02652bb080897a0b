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
