import { query } from "./postgres.ts";
import { queryHere } from "./sync-postgres.ts";

/** A server on which worlds have their ledgers, each in a schema of its own; null where these are files. */
let server: { newSchema(): Promise<string> } | null = null;

/** From now on worlds have their ledgers in this database; in files again with null. */
export function keepLedgersIn(database: string | null): void {
  let schemas = 0;
  server = database === null ? null : { newSchema };
  async function newSchema(): Promise<string> {
    schemas += 1;
    const name = `world_${schemas}`;
    await query(database ?? "", `create schema ${name}`);
    return `${database}?options=-csearch_path%3D${name}`;
  }
}

/** The URL of a ledger for a new world; null where it is a file in its folder. */
export async function newLedgerUrl(): Promise<string | null> {
  return server === null ? null : server.newSchema();
}

/**
 * What a killed process had in PostgreSQL is nobody's only after half a minute, other than a lock of a file: it passes at once here. A
 * ledger that is no more, or not yet, has nothing of it.
 */
export function endLeasesOf(pid: number, url: string): void {
  const there =
    "select 1 from pg_tables where schemaname = current_schema() and tablename = 'prewarm_processes'";
  if (queryHere(url, there).length === 0) return;
  const over = "set lease_until = now() - interval '1 minute'";
  const its = `fence in (select id from prewarm_processes where pid = '${pid}')`;
  const tables = ["prewarm_attempts", "prewarm_lane_leases", "prewarm_roles"];
  const leases = tables.map((table) => `update ${table} ${over} where ${its}`);
  queryHere(url, [...leases, `update prewarm_processes ${over} where pid = '${pid}'`].join("; "));
}
