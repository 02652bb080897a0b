import { type PostgresUrl, readPostgresUrl } from "../../domain/postgres-url.ts";
import { LedgerError } from "../error.ts";
import { Database, type SqlClient, type TellAway } from "./database.ts";
import { asLedgerError } from "./errors.ts";
import { factsOf, lookAt } from "./look.ts";
import { isCurrent, migratePostgres } from "./migrate.ts";
import { openPool } from "./pool.ts";
import type { TableFacts } from "./translate.ts";

/** A database whose tables are ours. */
export interface WritableDatabase {
  readonly database: Database;
  readonly facts: TableFacts;
}

/** Reads the URL of a ledger. Throws LedgerError (exit code 2). */
export function postgresUrlOf(text: string): PostgresUrl {
  const url = readPostgresUrl(text);
  if (typeof url === "string") throw new LedgerError(`the URL of the ledger: ${url}`, 2);
  return url;
}

/** Opens a database and brings its tables to this version. Throws LedgerError. */
export async function openWriting(
  url: PostgresUrl,
  tell: TellAway,
  env: NodeJS.ProcessEnv,
): Promise<WritableDatabase> {
  const { place, schema } = url;
  return opened(url, env, async (pool) => {
    const facts = await migratePostgres({ pool, place, schema });
    return { database: new Database({ pool, place, facts, tell }), facts };
  });
}

/** Opens a database as it is. Throws LedgerError, also (exit code 2) where there are no tables of this version yet. */
export async function openReading(
  url: PostgresUrl,
  tell: TellAway,
  env: NodeJS.ProcessEnv,
  patienceMs?: number,
): Promise<Database> {
  const { place, schema } = url;
  return opened(url, env, async (pool) => {
    const found = await lookAt(pool as unknown as SqlClient, schema);
    if (!(await isCurrent(pool, found, { place, schema })))
      throw new LedgerError(
        `${place} has no tables of this version of prewarm in its schema ${schema} yet; \`prewarm run\` makes them`,
        2,
      );
    return new Database({ pool, place, facts: factsOf(found, schema), tell, patienceMs });
  });
}

async function opened<T>(
  url: PostgresUrl,
  env: NodeJS.ProcessEnv,
  use: (pool: Awaited<ReturnType<typeof openPool>>) => Promise<T>,
): Promise<T> {
  try {
    const pool = await openPool(url, env);
    try {
      return await use(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
  } catch (error) {
    throw asLedgerError(url.place, error, true);
  }
}
