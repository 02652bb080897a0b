import { OWN_TABLES } from "./schema.ts";

/** A column of a table that is ours alone. */
export interface OwnColumn {
  readonly name: string;
  readonly type: string;
}

const TYPE = "(bigint|integer|boolean|timestamptz|double precision|jsonb?|text)";
const OF_TABLE = new RegExp(`^\\s+([a-z_]+) ${TYPE}\\b`, "gm");
const ADDED = new RegExp(`add column if not exists ([a-z_]+) ${TYPE}\\b`, "g");

/** The columns of the tables that are ours alone, by table, as the statements have them that make them. */
export function ownColumns(): ReadonlyMap<string, readonly OwnColumn[]> {
  const tables = new Map<string, OwnColumn[]>();
  for (const sql of OWN_TABLES) {
    const table = /^(?:create table if not exists|alter table) (\w+)/.exec(sql)?.[1];
    if (table === undefined) continue;
    const found = [...sql.matchAll(sql.startsWith("create") ? OF_TABLE : ADDED)];
    const columns = found.map(([, name = "", type = ""]) => ({ name, type }));
    tables.set(table, [...(tables.get(table) ?? []), ...columns]);
  }
  return tables;
}
