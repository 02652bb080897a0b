import type { Store } from "./store.ts";

/** Reads a page as one JSON text: moving a cell from SQLite into JavaScript costs more than finding its row. */
export function fetch<Cell extends readonly unknown[]>(
  store: Store,
  sql: string,
  params: Record<string, string>,
): Cell[] {
  const row = store.db.one<{ page: string }>(sql, params);
  return JSON.parse(row?.page ?? "[]") as Cell[];
}
