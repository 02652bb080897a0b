import { LedgerError } from "../error.ts";
import { SCHEMA_VERSION, type Table } from "../sql/schema.ts";
import type { SqlClient } from "./database.ts";
import type { FoundCheck, FoundSchema } from "./look.ts";
import {
  createPostgresTable,
  OWN_TABLES,
  POSTGRES_INDEXES,
  POSTGRES_TABLES,
  POSTGRES_VERSION,
  typeOf,
} from "./schema.ts";

/** A statement that brings a schema nearer to ours. */
export interface Change {
  readonly sql: string;
  /** It must not stand in a transaction. */
  readonly alone: boolean;
}

interface ChangeOptions {
  readonly place: string;
  readonly schema: string;
}

/** What is to be changed, in order. Throws LedgerError where a table has two rows for what is to be unique. */
export async function changesFor(
  sender: SqlClient,
  found: FoundSchema,
  { place, schema }: ChangeOptions,
): Promise<Change[]> {
  const within = (sql: string): Change => ({ sql: inSchema(sql, schema), alone: false });
  const tables: Change[] = [];
  for (const table of POSTGRES_TABLES) {
    if (!isThere(found, table.name)) {
      tables.push(within(createPostgresTable(table)));
      continue;
    }
    tables.push(...missingColumns(found, table).map(within));
    for (const check of found.checks.filter((each) => each.table === table.name))
      tables.push(...(await widened(sender, found, table, check)).map(within));
    const unique = await missingKey(sender, found, table, { place, schema });
    if (unique !== null) tables.push({ sql: inSchema(unique, schema), alone: true });
  }
  return [...tables, ...OWN_TABLES.map(within), ...missingIndexes(found, schema), ...versions().map(within)];
}

function missingIndexes(found: FoundSchema, schema: string): Change[] {
  return POSTGRES_INDEXES.flatMap(({ name, table, sql }) => {
    const valid = found.indexes.get(name);
    if (valid === true) return [];
    // A table that is new has no rows whose readers would have to wait.
    if (!isThere(found, table)) return [{ sql: inSchema(sql, schema), alone: false }];
    const made = { sql: inSchema(sql.replace("index if", "index concurrently if"), schema), alone: true };
    const broken = { sql: `drop index concurrently ${inSchemaName(name, schema)}`, alone: true };
    return valid === false ? [broken, made] : [made];
  });
}

function versions(): string[] {
  const facts = { schema_version: SCHEMA_VERSION, postgres_version: POSTGRES_VERSION };
  return Object.entries(facts).map(
    ([key, value]) =>
      `insert into prewarm_identity (key, value) values ('${key}', '${value}') on conflict (key) do update set value = excluded.value`,
  );
}

function isThere({ columns }: FoundSchema, table: string): boolean {
  return columns.some((each) => each.table === table);
}

function missingColumns({ columns }: FoundSchema, { name: table, columns: wanted }: Table): string[] {
  const has = new Set(columns.filter((each) => each.table === table).map(({ name }) => name));
  const missing = wanted.filter(({ name }) => !has.has(name));
  if (missing.length === 0) return [];
  return [
    `alter table ${table} ${missing.map((column) => `add column if not exists ${column.name} ${typeOf(column)}`).join(", ")}`,
  ];
}

/** A check that refuses what prewarm writes gives way to a wider one, which old rows are looked through for while others work. */
async function widened(
  sender: SqlClient,
  found: FoundSchema,
  table: Table,
  check: FoundCheck,
): Promise<string[]> {
  const name = `"${check.name.replaceAll('"', '""')}"`;
  const more: string[] = [];
  for (const column of table.columns) {
    const refused = await refusedOf(sender, found, check, column);
    if (refused.length > 0) more.push(` or ${column.name} in (${refused.join(", ")})`);
  }
  const validate = `alter table ${table.name} validate constraint ${name}`;
  if (more.length === 0) return check.validated || !isOurs(table, check) ? [] : [validate];
  const wider = `check ((${check.expression})${more.join("")}) not valid`;
  return [`alter table ${table.name} drop constraint ${name}, add constraint ${name} ${wider}`, validate];
}

/** The values of a column that a check refuses and has to take, as SQL. */
async function refusedOf(
  sender: SqlClient,
  found: FoundSchema,
  check: FoundCheck,
  { name, values }: Table["columns"][number],
): Promise<string[]> {
  if (!values || !check.columns.includes(name)) return [];
  // A check on several columns may refuse old values for its own reasons.
  const asked = check.columns.length === 1 ? values.all : values.ours;
  const refused: string[] = [];
  for (const value of asked)
    if (!(await passes(sender, found, check, name, value))) refused.push(`'${value}'`);
  return refused;
}

/** Whether a check may be one that was widened and not looked through, since the process died in between. */
function isOurs({ columns }: Table, check: FoundCheck): boolean {
  return columns.some(({ name, values }) => values !== undefined && check.columns.includes(name));
}

/** Asks PostgreSQL itself whether a check takes a value, with all other columns null, which passes. */
async function passes(
  sender: SqlClient,
  { columns }: FoundSchema,
  { table, expression }: FoundCheck,
  column: string,
  value: string,
): Promise<boolean> {
  const row = columns
    .filter((each) => each.table === table)
    .map(
      ({ name, type }) =>
        `cast(${name === column ? "$1" : "null"} as ${type}) as "${name.replaceAll('"', '""')}"`,
    );
  const { rows } = await sender.query(
    `select (${expression}) as passed from (select ${row.join(", ")}) ${table}`,
    [value],
  );
  return (rows[0] as { passed: boolean | null }).passed !== false;
}

/** The unique index that our upserts need, where there is none. */
async function missingKey(
  sender: SqlClient,
  { unique }: FoundSchema,
  { name, unique: wanted }: Table,
  { place, schema }: ChangeOptions,
): Promise<string | null> {
  if (wanted.join() === "id" || unique.includes(`${name} ${[...wanted].sort().join(" ")}`)) return null;
  const list = wanted.join(", ");
  const { rowCount } = await sender.query(
    `select 1 from ${inSchemaName(name, schema)} group by ${list} having count(*) > 1 limit 1`,
  );
  if (rowCount)
    throw new LedgerError(
      `${place}: ${name} has several rows for one (${list}); keep one of each, then run again`,
      2,
    );
  return `create unique index concurrently if not exists prewarm_${name}_key on ${name} (${list})`;
}

function inSchemaName(name: string, schema: string): string {
  return `"${schema.replaceAll('"', '""')}".${name}`;
}

/** Names the table of a statement with its schema. */
function inSchema(sql: string, schema: string): string {
  return sql.replace(
    /\b(table if not exists|alter table|insert into|on)\s+((?:media|prewarm)_\w+)/g,
    (_, before: string, table: string) => `${before} ${inSchemaName(table, schema)}`,
  );
}
