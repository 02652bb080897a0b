import type { FailedRow } from "../failed-row.ts";
import type { Sqlite } from "./adapter.ts";
import { CONDITIONS, keyRows } from "./select.ts";
import { PAGE_ROWS } from "./store.ts";

/** Which of them are wanted; without a member, all. */
interface FailureFilter {
  readonly bots?: readonly string[] | undefined;
  readonly reasons?: readonly string[] | undefined;
}

type BadRow = Omit<FailedRow, "key"> & { readonly id: number };

/**
 * Yields what failed or is unknown, in pages in the order of its rows, once for each key that it stands for. Rows that are
 * changed meanwhile neither repeat nor hide others.
 */
export function* failedRows(db: Sqlite, filter: FailureFilter): Generator<FailedRow[]> {
  const sql = `select c.rowid as id, c.bot_slug as bot, c.kind, iif(c.status = 'unknown', 'unknown', 'failed') as status,
      c.error_reason as reason, c.error_class as class, c.last_error as message, c.updated_at as at
    from media_cache c where c.rowid > :after and (${CONDITIONS.failed} or ${CONDITIONS.unknown})
    ${filter.bots ? "and c.bot_slug in (select value from json_each(:bots))" : ""}
    ${filter.reasons ? "and c.error_reason in (select value from json_each(:reasons))" : ""}
    order by c.rowid limit ${PAGE_ROWS}`;
  const params = {
    bots: JSON.stringify(filter.bots ?? []),
    reasons: JSON.stringify(filter.reasons ?? []),
  };
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = db.all<BadRow>(sql, { ...params, after });
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield withKeys(db, rows);
  }
}

function withKeys(db: Sqlite, rows: readonly BadRow[]): FailedRow[] {
  const keys = new Map<number, string[]>();
  const ids = rows.map(({ id }) => id);
  for (const { id, key } of keyRows(db, ids, "")) keys.set(id, [...(keys.get(id) ?? []), key]);
  return rows.flatMap(({ id, ...row }) => (keys.get(id) ?? [null]).map((key) => ({ key, ...row })));
}
