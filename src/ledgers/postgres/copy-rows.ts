import type { Table } from "../sql/schema.ts";
import { all, one, type Play, run, type Steps } from "../sql/steps.ts";
import { PAGE_ROWS } from "../sql/store.ts";
import { type CopiedCell, cellsOf, copiedColumns, type FoundRow, keyOf } from "./copied-cells.ts";
import { isMoment } from "./schema.ts";

/** Yields the rows of a table of any ledger in pages, ordered by what is unique in it. */
export async function* pagesOf(play: Play, table: Table): AsyncGenerator<CopiedCell[][]> {
  const columns = copiedColumns(table).map(({ name }) => name);
  const { name, unique } = table;
  const order = unique.join(", ");
  for (let after: FoundRow | null = null; ; ) {
    const from: FoundRow = after ?? {};
    const where = after === null ? "" : `where (${order}) > (${unique.map((each) => `:${each}`).join(", ")})`;
    const sql = `select ${columns.join(", ")} from ${name} ${where} order by ${order} limit ${PAGE_ROWS}`;
    const page: FoundRow[] = await play(() => all<FoundRow>(sql, from));
    if (page.length > 0) yield page.map((row) => cellsOf(table, row));
    if (page.length < PAGE_ROWS) return;
    after = page.at(-1) ?? null;
  }
}

/** Writes rows that are not there yet, by what is unique in their table. Returns how many. */
export function* insertRows(
  table: Table,
  schema: string,
  rows: readonly (readonly CopiedCell[])[],
): Steps<number> {
  const names = copiedColumns(table).map(({ name }) => name);
  const sql = `insert into ${table.name} (${names.join(", ")}) select ${names.join(", ")}
    from json_populate_recordset(cast(null as ${schemaName(schema)}.${table.name}), cast(:rows as json)) on conflict do nothing`;
  return yield* run(sql, { rows: JSON.stringify(rows.map((cells) => asObject(table, cells))) });
}

/** The rows that are there of these, by {@link keyOf}. */
export function* rowsThere(
  table: Table,
  schema: string,
  rows: readonly (readonly CopiedCell[])[],
): Steps<Map<string, CopiedCell[]>> {
  const columns = copiedColumns(table).map(({ name }) => `t.${name}`);
  const on = table.unique.map((name) => `t.${name} = k.${name}`).join(" and ");
  const found = yield* all<FoundRow>(
    `select ${columns.join(", ")} from ${table.name} t join
      json_populate_recordset(cast(null as ${schemaName(schema)}.${table.name}), cast(:rows as json)) k on ${on}`,
    { rows: JSON.stringify(rows.map((cells) => asObject(table, cells))) },
  );
  return new Map(
    found.map((row) => {
      const cells = cellsOf(table, row);
      return [keyOf(table, cells), cells];
    }),
  );
}

/** Numbers that the database gives out from now on are above those that were copied. */
export function* raiseIds(table: Table, schema: string): Steps<void> {
  const name = `${schemaName(schema)}.${table.name}`;
  yield* one(
    `select setval(pg_get_serial_sequence('${name.replaceAll("'", "''")}', 'id'), max(id)) as id from ${table.name} having max(id) is not null`,
  );
}

function asObject(table: Table, cells: readonly CopiedCell[]): Record<string, CopiedCell> {
  const pairs = copiedColumns(table).map((column, i): [string, CopiedCell] => {
    const cell = cells[i] ?? null;
    return [column.name, isMoment(column) && cell !== null ? `${cell}+00` : cell];
  });
  return Object.fromEntries(pairs);
}

/** A schema as it is named in a statement. */
export function schemaName(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}
