import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { LedgerError } from "../error.ts";
import { SCHEMA_VERSION } from "../sql/schema.ts";
import { changesFor } from "./changes.ts";
import type { SqlClient } from "./database.ts";
import { codeOf } from "./errors.ts";
import { type FoundSchema, factsOf, lookAt, refuseStrangeTypes } from "./look.ts";
import { POSTGRES_VERSION } from "./schema.ts";
import type { TableFacts } from "./translate.ts";

/** Milliseconds: between two looks whether another process has ended its migration, and between two tries for a lock. */
const PAUSE_MS = 150;
/** Tries for a lock of 100 ms each: others who hold the tables for minutes are asked to end. */
const MOST_TRIES = 600;

interface MigrateOptions {
  readonly pool: Pool;
  readonly place: string;
  readonly schema: string;
}

/**
 * Brings a schema, empty or with tables of a platform, to ours: tables that are missing are made, columns added (null in every
 * row), checks that are too narrow widened; no row is changed. Once, however many processes start together; nobody waits for it
 * for longer than 100 ms. Throws LedgerError (exit code 2) when a newer prewarm was here, or this user may not change the tables.
 */
export async function migratePostgres({ pool, place, schema }: MigrateOptions): Promise<TableFacts> {
  const found = await lookAt(pool as unknown as SqlClient, schema);
  if (await isCurrent(pool, found, { place, schema })) return factsOf(found, schema);
  const guard = await guarded(pool, schema);
  try {
    await change({ pool, place, schema });
  } finally {
    await guard.query("rollback").catch(() => {});
    guard.release();
  }
  return factsOf(await lookAt(pool as unknown as SqlClient, schema), schema);
}

/** Whether nothing is to be done. Throws LedgerError where a newer prewarm was here. */
export async function isCurrent(
  pool: Pool,
  { columns }: FoundSchema,
  { place, schema }: Omit<MigrateOptions, "pool">,
): Promise<boolean> {
  if (!columns.some(({ table }) => table === "prewarm_identity")) return false;
  const { rows } = await pool.query(
    `select key, value from ${quoted(schema)}.prewarm_identity where key in ('schema_version', 'postgres_version')`,
  );
  const versions = new Map(
    (rows as { key: string; value: string }[]).map(({ key, value }) => [key, Number(value)]),
  );
  const [ours, postgres] = [versions.get("schema_version") ?? 0, versions.get("postgres_version") ?? 0];
  if (ours > SCHEMA_VERSION || postgres > POSTGRES_VERSION)
    throw new LedgerError(
      `${place} was written by a newer prewarm (schema ${ours}, this one knows ${SCHEMA_VERSION}); update prewarm, or use another --ledger`,
      2,
      { fault: "newer" },
    );
  return ours === SCHEMA_VERSION && postgres === POSTGRES_VERSION;
}

/** Takes the right to change the schema, which goes with the transaction: behind a pooler no session has a lock of its own. */
async function guarded(pool: Pool, schema: string): Promise<PoolClient> {
  const client = await pool.connect();
  for (;;) {
    await client.query("begin");
    const { rows } = await client.query(
      "select pg_try_advisory_xact_lock(hashtext('prewarm'), hashtext($1)) as mine",
      [schema],
    );
    if ((rows[0] as { mine: boolean }).mine) return client;
    // Whoever waits inside a statement would hold up an index that is made beside others' work.
    await client.query("rollback");
    await sleep(PAUSE_MS);
  }
}

async function change({ pool, place, schema }: MigrateOptions): Promise<void> {
  const found = await lookAt(pool as unknown as SqlClient, schema);
  if (await isCurrent(pool, found, { place, schema })) return;
  refuseStrangeTypes(found, place);
  for (const { sql, alone } of await changesFor(pool as unknown as SqlClient, found, { place, schema })) {
    if (alone) await unlessThere(() => pool.query(sql));
    else await patiently(pool, sql);
  }
}

/** Runs a change in a transaction of its own, which gives up after 100 ms of waiting for others and tries again. */
async function patiently(pool: Pool, sql: string): Promise<void> {
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
