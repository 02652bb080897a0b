import { type PostgresUrl, readPostgresUrl } from "../../domain/postgres-url.ts";
import { LedgerError } from "../error.ts";
import { changesFor } from "./changes.ts";
import { Database, type SqlClient } from "./database.ts";
import { asLedgerError } from "./errors.ts";
import { type FoundSchema, factsOf, lookAt, refuseStrangeTypes, standInsFor } from "./look.ts";
import { isCurrent, migratePostgres } from "./migrate.ts";
import type { TellAway } from "./patience.ts";
import { openPool } from "./pool.ts";
import type { TableFacts } from "./translate.ts";

/** A database whose tables are ours. */
export interface WritableDatabase {
  readonly database: Database;
  readonly facts: TableFacts;
  /** How many statements it took to bring its tables to this version. */
  readonly changes: number;
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
  return withPool(url, env, async (pool) => {
    const { facts, changes } = await migratePostgres({ pool, place, schema });
    return { database: new Database({ pool, place, facts, tell }), facts, changes };
  });
}

/** A database as it is read. */
export interface ReadableDatabase {
  readonly database: Database;
  readonly facts: TableFacts;
  /** Its tables are of this version, and can be written by those who may. */
  readonly isCurrent: boolean;
  /** It has a table of media, a platform's or ours. */
  readonly hasMedia: boolean;
}

/** Opens a database to read it as it is, also one whose tables are not of this version yet. Throws LedgerError. */
export async function openReading(
  url: PostgresUrl,
  tell: TellAway,
  env: NodeJS.ProcessEnv,
  patienceMs?: number,
): Promise<ReadableDatabase> {
  const { place, schema } = url;
  return withPool(url, env, async (pool) => {
    const found = await lookAt(pool as unknown as SqlClient, schema);
    const current = await isCurrent(pool, found, { place, schema });
    if (!current) refuseStrangeTypes(found, place);
    const facts = { ...factsOf(found, schema), standIns: current ? undefined : standInsFor(found, schema) };
    return {
      database: new Database({ pool, place, facts, tell, patienceMs }),
      facts,
      isCurrent: current,
      hasMedia: found.columns.some(({ table }) => table.startsWith("media_")),
    };
  });
}

/** A database in which a transaction has tables of its own, made by `first`, which are gone with it. */
export interface ScratchDatabase {
  readonly database: Database;
  /** The schema of these tables. */
  readonly schema: string;
  readonly first: readonly string[];
}

/** Opens a database that has no ledger to try what one would do there: nothing is made that others see. Throws LedgerError. */
export async function openScratch(
  url: PostgresUrl,
  tell: TellAway,
  env: NodeJS.ProcessEnv,
): Promise<ScratchDatabase> {
  const { place } = url;
  return withPool(url, env, async (pool) => {
    const changes = await changesFor(pool as unknown as SqlClient, EMPTY, { place, schema: TEMPORARY });
    const database = new Database({ pool, place, facts: factsOf(EMPTY, TEMPORARY), tell });
    return { database, schema: TEMPORARY, first: changes.map(({ sql }) => sql) };
  });
}

/** The name of the schema that each session has for itself. */
const TEMPORARY = "pg_temp";
const EMPTY: FoundSchema = { columns: [], checks: [], unique: [], indexes: new Map() };

/** Uses connections, which are closed where that fails. Throws LedgerError. */
export async function withPool<T>(
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
