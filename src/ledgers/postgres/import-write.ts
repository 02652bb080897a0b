import type { ImportChange, ImportChanges, LineOf } from "../sql/import-portion.ts";
import { keysThere, rowsThere } from "../sql/import-there.ts";
import { CACHE, CACHE_KEY, STORE, STORE_KEY, valuesOf } from "../sql/import-write.ts";
import { type BoundValue, Moment, run, type Steps } from "../sql/steps.ts";
import { schemaName } from "./copy-rows.ts";

/** Others wrote what was to be written, since it was looked at: it is decided anew. Its code is that of a serialization failure. */
class ChangedMeanwhile extends Error {
  readonly code = "40001";
}

type Columns = Parameters<typeof valuesOf>[1];

/** A table that lines fill, and how what is there of it is read and locked. */
interface FilledTable<There> {
  readonly name: string;
  readonly key: Columns;
  readonly others: Columns;
  readonly there: (names: readonly string[], lock: string) => Steps<ReadonlyMap<string, There>>;
}

const KEYS: FilledTable<string | null> = {
  name: "media_store",
  key: STORE_KEY,
  others: STORE,
  there: (names, lock) => keysThere(names, `${lock} of s`),
};
const ROWS: FilledTable<unknown> = {
  name: "media_cache",
  key: CACHE_KEY,
  others: CACHE,
  there: (names, lock) => rowsThere(names, `${lock} of c`),
};

const NEW_ALIASES = `insert into prewarm_aliases (provisional, sha256)
  select provisional, content from json_to_recordset(cast(:aliases as json)) as x(provisional text, content text) on conflict do nothing`;

/**
 * Writes changes, a statement for all of one sort, beside others who write: where these were first, all that was decided is decided
 * anew (the transaction is repeated as after a serialization failure).
 */
export function writeAtOnce(schema: string): (changes: ImportChanges) => Steps<void> {
  return function* ({ keys, aliases, rows }) {
    yield* fill(KEYS, schema, keys);
    const names = [...aliases].map(([provisional, content]) => ({ provisional, content }));
    if (names.length > 0) yield* run(NEW_ALIASES, { aliases: JSON.stringify(names) });
    yield* fill(ROWS, schema, rows);
  };
}

function* fill<There>(
  table: FilledTable<There>,
  schema: string,
  changes: ReadonlyMap<string, ImportChange<There>>,
): Steps<void> {
  const all = [...changes];
  const fresh = all.filter(([, { was }]) => was === undefined);
  const old = all.filter(([, { was }]) => was !== undefined);
  if (fresh.length > 0) {
    const written = yield* run(insertInto(table, schema), { rows: asJson(table, fresh) });
    if (written < fresh.length) throw new ChangedMeanwhile(`${table.name} has rows that it had not`);
  }
  if (old.length === 0) return;
  const there = yield* table.there(
    old.map(([name]) => name),
    " for update",
  );
  if (old.some(([name, { was }]) => JSON.stringify(there.get(name)) !== JSON.stringify(was)))
    throw new ChangedMeanwhile(`${table.name} has rows that were changed`);
  yield* run(updateOf(table, schema), { rows: asJson(table, old) });
}

function insertInto({ name, key, others }: FilledTable<unknown>, schema: string): string {
  const names = Object.keys({ ...key, ...others }).join(", ");
  const taken = `on conflict (${Object.keys(key).join(", ")}) do nothing`;
  return `insert into ${name} (${names}) select ${names} from ${rowsOf(name, schema)} ${taken}`;
}

function updateOf({ name, key, others }: FilledTable<unknown>, schema: string): string {
  const sets = Object.keys(others).map((column) => `${column} = x.${column}`);
  const same = Object.keys(key).map((column) => `${name}.${column} = x.${column}`);
  return `update ${name} set ${sets.join(", ")} from ${rowsOf(name, schema)} x where ${same.join(" and ")}`;
}

/** SQL: rows in JSON, with the types that their table has. */
function rowsOf(name: string, schema: string): string {
  return `json_populate_recordset(cast(null as ${schemaName(schema)}.${name}), cast(:rows as json))`;
}

function asJson(
  { key, others }: FilledTable<unknown>,
  changes: readonly (readonly [string, { readonly line: LineOf }])[],
): string {
  const columns = { ...key, ...others };
  return JSON.stringify(changes.map(([, { line }]) => plain(valuesOf(line, columns))));
}

function plain(values: Readonly<Record<string, BoundValue>>): Record<string, unknown> {
  const cells = Object.entries(values).map(([name, value]) => [
    name,
    value instanceof Moment ? `${value.text}+00` : value,
  ]);
  return Object.fromEntries(cells);
}
