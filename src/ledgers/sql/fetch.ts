import { one, type Steps } from "./steps.ts";

/** Reads a page as one JSON text: moving a cell from SQLite into JavaScript costs more than finding its row. */
export function* fetch<Cell extends readonly unknown[]>(
  sql: string,
  params: Record<string, string>,
): Steps<Cell[]> {
  const row = yield* one<{ page: string }>(sql, params);
  return JSON.parse(row?.page ?? "[]") as Cell[];
}
