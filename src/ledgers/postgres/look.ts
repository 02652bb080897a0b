import { LedgerError } from "../error.ts";
import type { SqlClient } from "./database.ts";
import { type OwnColumn, ownColumns } from "./own-columns.ts";
import { isMoment, POSTGRES_TABLES, typeOf } from "./schema.ts";
import type { TableFacts } from "./translate.ts";

/** A column that is there. */
interface FoundColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly isEnum: boolean;
}

/** A check on a table, with the columns that it is about. */
export interface FoundCheck {
  readonly table: string;
  readonly name: string;
  readonly expression: string;
  readonly columns: readonly string[];
  readonly validated: boolean;
}

/** What a schema has of what the ledger needs. */
export interface FoundSchema {
  readonly columns: readonly FoundColumn[];
  readonly checks: readonly FoundCheck[];
  /** Columns of unique indexes without a condition, in alphabetical order, such as `media_store r2_key`. */
  readonly unique: readonly string[];
  /** By name; false for one whose making was broken off. */
  readonly indexes: ReadonlyMap<string, boolean>;
}

const COLUMNS = `
  select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, t.typtype = 'e' as is_enum
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  join pg_type t on t.oid = a.atttypid
  where n.nspname = $1 and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
  and (c.relname like 'prewarm\\_%' or c.relname in ('media_store', 'media_cache')
    or c.relname = 'bots' and has_table_privilege(c.oid, 'select')) order by c.relname, a.attnum`;

const CHECKS = `
  select c.relname as table, k.conname as name, pg_get_expr(k.conbin, k.conrelid) as expression, k.convalidated as validated,
    array_to_json(array(select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = any (k.conkey))) as columns
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and k.contype = 'c'
  and (c.relname like 'prewarm\\_%' or c.relname in ('media_store', 'media_cache'))`;

const INDEXES = `
  select i.relname as name, x.indisvalid as valid, c.relname as table, x.indisunique and x.indpred is null and x.indisvalid as is_unique,
    array_to_json(array(select coalesce(a.attname, '') from unnest(x.indkey::int2[]) k
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = k order by 1)) as columns
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and (c.relname like 'prewarm\\_%' or c.relname in ('media_store', 'media_cache'))`;

/** Looks at what there is. */
export async function lookAt(sender: SqlClient, schema: string): Promise<FoundSchema> {
  const ask = async <Row>(sql: string) => (await sender.query(sql, [schema])).rows as Row[];
  const columns = await ask<{ table: string; name: string; type: string; is_enum: boolean }>(COLUMNS);
  const checks = await ask<Omit<FoundCheck, "columns"> & { columns: string }>(CHECKS);
  const indexes = await ask<{
    name: string;
    valid: boolean;
    table: string;
    is_unique: boolean;
    columns: string;
  }>(INDEXES);
  return {
    columns: columns.map(({ is_enum: isEnum, ...column }) => ({ ...column, isEnum })),
    checks: checks.map((check) => ({ ...check, columns: JSON.parse(check.columns) as string[] })),
    unique: indexes
      .filter(({ is_unique }) => is_unique)
      .map(({ table, columns: of }) => `${table} ${(JSON.parse(of) as string[]).join(" ")}`),
    indexes: new Map(indexes.map(({ name, valid }) => [name, valid])),
  };
}

/** What statements have to know of the tables. */
export function factsOf({ columns }: FoundSchema, schema: string): TableFacts {
  const of = (name: string) =>
    columns.find((each) => each.table === "media_cache" && each.name === name)?.type;
  return {
    schema,
    idType: of("id") ?? "bigint",
    zoned: of("next_retry_at") !== "timestamp without time zone",
    hasBots: ["slug", "warmup_chat_id"].every((name) =>
      columns.some((each) => each.table === "bots" && each.name === name),
    ),
  };
}

/** Throws LedgerError (exit code 2) for columns of a type that the ledger cannot use. */
export function refuseStrangeTypes({ columns }: FoundSchema, place: string): void {
  for (const table of POSTGRES_TABLES)
    for (const wanted of table.columns) {
      const found = columns.find((each) => each.table === table.name && each.name === wanted.name);
      if (found === undefined) continue;
      const isStrange = found.isEnum || (isMoment(wanted) && !found.type.startsWith("timestamp"));
      if (!isStrange) continue;
      const right = isMoment(wanted) ? "timestamptz" : "text";
      throw new LedgerError(
        `${place}: ${table.name}.${wanted.name} is of type ${found.type}, and prewarm needs ${right}; change the column, or use another schema`,
        2,
      );
    }
}

/**
 * What is read where a schema is not ours yet, or of an older version: a column that is missing is null, and a table that is missing
 * has no rows. So a platform's database is read by the same statements before anything is changed in it.
 */
export function standInsFor({ columns }: FoundSchema, schema: string): ReadonlyMap<string, string> {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  const standIns = new Map<string, string>();
  for (const [table, wanted] of tablesRead()) {
    const there = new Set(columns.filter((each) => each.table === table).map(({ name }) => name));
    if (wanted.every(({ name }) => there.has(name))) continue;
    const cells = wanted.map(({ name, type }) =>
      there.has(name) ? name : `cast(null as ${type}) as ${name}`,
    );
    const from = there.size === 0 ? "where false" : `from ${quoted}.${table}`;
    standIns.set(table, `select ${cells.join(", ")} ${from}`);
  }
  return standIns;
}

function tablesRead(): ReadonlyMap<string, readonly OwnColumn[]> {
  const ofAll = POSTGRES_TABLES.map(({ name, columns }) => {
    const typed = columns.map((column) => ({ name: column.name, type: typeOf(column) }));
    return [name, typed] as const;
  });
  return new Map([...ofAll, ...ownColumns()]);
}
