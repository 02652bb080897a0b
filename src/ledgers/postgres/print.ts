import { changesAt } from "./migrate.ts";
import type { SqlPool } from "./pool.ts";
import { OWN_TABLES, POSTGRES_TABLES } from "./schema.ts";

interface PrintOptions {
  readonly pool: SqlPool;
  readonly place: string;
  readonly schema: string;
}

/**
 * The SQL that an administrator runs where the user of a ledger may not: what is missing, and the rights of that user. It can be run
 * again. Throws LedgerError.
 */
export async function migrationSql({ pool, place, schema }: PrintOptions): Promise<string> {
  const quoted = quotedName(schema);
  const { rows } = await pool.query(
    `select current_user as role, exists (select 1 from pg_namespace where nspname = $1) as there,
      to_regclass($2 || '.bots') is not null as bots, to_json(array(${SEQUENCES})) as sequences`,
    [schema, quoted],
  );
  const { role, there, bots, sequences } = rows[0] as FoundForUser;
  const changes = await changesAt({ pool, place, schema });
  const statements = changes.map(({ sql, alone }) =>
    // What is made beside others' work waits for their transactions, and is broken off by a limit.
    alone ? `set lock_timeout = 0;\n${sql};\nset lock_timeout = '100ms';` : `${sql};`,
  );
  return [
    `-- Brings the tables of prewarm in the schema ${schema} of ${place} to this version, for the user ${role}.`,
    "-- To be run by one who may create there and owns the tables that are there: psql -v ON_ERROR_STOP=1 -f FILE",
    `-- It only adds, and can be run again, also where it ends with "lock timeout": it waits 100 ms for others.`,
    "set lock_timeout = '100ms';",
    ...(there ? [] : [`create schema if not exists ${quoted};`]),
    ...statements,
    ...grants({ schema: quoted, role: quotedName(role), bots, sequences: JSON.parse(sequences) as string[] }),
    "",
  ].join("\n");
}

/** Numbers of rows that a platform's tables take from a sequence need a right of their own; those of an identity do not. */
const SEQUENCES = `select s.oid::regclass::text from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname in ('media_store', 'media_cache') and d.deptype = 'a'`;

interface FoundForUser {
  readonly role: string;
  readonly there: boolean;
  readonly bots: boolean;
  /** JSON. */
  readonly sequences: string;
}

interface GrantOptions {
  readonly schema: string;
  readonly role: string;
  readonly bots: boolean;
  readonly sequences: readonly string[];
}

function grants({ schema, role, bots, sequences }: GrantOptions): string[] {
  const own = OWN_TABLES.flatMap((sql) => /table if not exists (\w+)/.exec(sql)?.[1] ?? []);
  const names = [...POSTGRES_TABLES.map(({ name }) => name), ...own];
  const tables = names.map((name) => `${schema}.${name}`).join(", ");
  return [
    `grant usage on schema ${schema} to ${role};`,
    `grant select, insert, update, delete on ${tables} to ${role};`,
    ...sequences.map((name) => `grant usage on sequence ${name} to ${role};`),
    ...(bots ? [`grant select on ${schema}.bots to ${role};`] : []),
  ];
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
