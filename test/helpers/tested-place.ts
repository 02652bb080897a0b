import { query } from "./postgres.ts";

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
