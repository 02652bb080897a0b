import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient, QueryConfig } from "pg";
import { SCHEMA_VERSION } from "../sql/schema.ts";
import { isVersion, newerError, strangeVersion, versionOf } from "../sql/version.ts";
import { type Change, changesFor } from "./changes.ts";
import type { SqlClient } from "./database.ts";
import { codeOf } from "./errors.ts";
import { type FoundSchema, factsOf, lookAt, refuseStrangeTypes } from "./look.ts";
import type { SqlPool } from "./pool.ts";
import { POSTGRES_VERSION } from "./schema.ts";
import type { TableFacts } from "./translate.ts";

/** Milliseconds: between two looks whether another process has ended its migration, and between two tries for a lock. */
const PAUSE_MS = 150;
/** Tries for a lock of 100 ms each: others who hold the tables for minutes are asked to end. */
const MOST_TRIES = 600;

interface MigrateOptions {
  readonly pool: SqlPool;
  readonly place: string;
  readonly schema: string;
}

/** Tables that are ours now. */
export interface MigratedTables {
  readonly facts: TableFacts;
  /** How many statements that took. */
  readonly changes: number;
}

/**
 * Brings a schema, empty or with tables of a platform, to ours: tables that are missing are made, columns added (null in every
 * row), checks that are too narrow widened; no row is changed. Once, however many processes start together; nobody waits for it
 * for longer than 100 ms. Throws LedgerError (exit code 2) when a newer prewarm was here, or this user may not change the tables.
 */
export async function migratePostgres({ pool, place, schema }: MigrateOptions): Promise<MigratedTables> {
  const found = await lookAt(pool as unknown as SqlClient, schema);
  if (await isCurrent(pool, found, { place, schema })) return { facts: factsOf(found, schema), changes: 0 };
  const guard = await guarded(pool, schema);
  try {
    const changes = await change({ pool, place, schema });
    return { facts: factsOf(await lookAt(pool as unknown as SqlClient, schema), schema), changes };
  } finally {
    await guard.query("rollback").catch(() => {});
    guard.release();
  }
}

/** Whether nothing is to be done. Throws LedgerError where a newer prewarm was here, and for versions that none has written. */
export async function isCurrent(
  pool: SqlPool,
  { columns }: FoundSchema,
  { place, schema }: Omit<MigrateOptions, "pool">,
): Promise<boolean> {
  if (!columns.some(({ table }) => table === "prewarm_identity")) return false;
  const { rows } = await pool.query(
    `select key, value from ${quoted(schema)}.prewarm_identity where key in ('schema_version', 'postgres_version')`,
  );
  const facts = new Map((rows as { key: string; value: string }[]).map(({ key, value }) => [key, value]));
  const ours = versionOf(place, facts);
  // Of what PostgreSQL has besides; it has versions of its own.
  const postgres = facts.get("postgres_version");
  if (postgres !== undefined && !isVersion(postgres)) throw strangeVersion(place, postgres);
  if (Number(postgres ?? 0) > POSTGRES_VERSION) throw newerError(place, ours ?? 0);
  return ours === SCHEMA_VERSION && Number(postgres) === POSTGRES_VERSION;
}

/** Takes the right to change the schema, which goes with the transaction: behind a pooler no session has a lock of its own. */
async function guarded(pool: SqlPool, schema: string): Promise<PoolClient> {
  for (;;) {
    const client = await pool.connect();
    await client.query("begin");
    // Without parameters: with them the statement would keep its snapshot, for whose end an index that is made beside others' work waits.
    const { rows } = await client.query(
      `select pg_try_advisory_xact_lock(hashtext('prewarm'), hashtext(${client.escapeLiteral(schema)})) as mine`,
    );
    if ((rows[0] as { mine: boolean }).mine) return client;
    // Whoever waits inside a statement would hold up an index that is made beside others' work.
    await client.query("rollback");
    // Nor does it keep a connection, of which those that share them here have few.
    client.release();
    await sleep(PAUSE_MS);
  }
}

/** What would be changed, in order; nothing where the tables are ours. Throws as {@link migratePostgres} does. */
export async function changesAt({ pool, place, schema }: MigrateOptions): Promise<readonly Change[]> {
  const found = await lookAt(pool as unknown as SqlClient, schema);
  if (await isCurrent(pool, found, { place, schema })) return [];
  refuseStrangeTypes(found, place);
  return changesFor(pool as unknown as SqlClient, found, { place, schema });
}

async function change(options: MigrateOptions): Promise<number> {
  const { pool } = options;
  const changes = await changesAt(options);
  for (const { sql, alone } of changes) {
    if (alone) await unlessThere(() => pool.query(unhurried(sql)));
    else await patiently(pool, sql);
  }
  return changes.length;
}

/** Runs a change in a transaction of its own, which gives up after 100 ms of waiting for others and tries again. */
export async function patiently(pool: SqlPool, sql: string): Promise<void> {
  const client = await pool.connect();
  try {
    for (let tries = 1; ; tries++) {
      try {
        await client.query(`begin; set local lock_timeout = '100ms'; ${sql}; commit`);
        return;
      } catch (error) {
        await client.query("rollback");
        if (codeOf(error) !== "55P03" || tries === MOST_TRIES) throw error;
        await sleep(PAUSE_MS * Math.random() + tries);
      }
    }
  } finally {
    client.release();
  }
}

/** An index of a large table takes its time. */
const LONGEST_MS = 24 * 3_600_000;

/** The limit of the connections is for statements that are answered at once. */
function unhurried(text: string): QueryConfig {
  return { text, query_timeout: LONGEST_MS } as QueryConfig;
}

async function unlessThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Somebody made it at the same moment: 42P07 duplicate table, 23505 in the catalogue.
    if (!["42P07", "23505"].includes(codeOf(error))) throw error;
  }
}

/** A name in SQL. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
