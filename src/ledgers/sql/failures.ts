import type { FailedRow } from "../failed-row.ts";
import { CONDITIONS, FIRST_ROW, keyRows, type RowId } from "./select.ts";
import { all, type Play, type Steps } from "./steps.ts";
import { PAGE_ROWS } from "./store.ts";

/** Which of them are wanted; without a member, all. */
interface FailureFilter {
  readonly bots?: readonly string[] | undefined;
  readonly reasons?: readonly string[] | undefined;
}

/** SQL: the last call of row `c` whose answer was lost; null for a row that failed. */
const LAST_LOST = `select max(a.id) from prewarm_attempts a where c.status = 'unknown' and a.sha256 = c.sha256
  and a.bot_slug = c.bot_slug and a.kind = c.kind and a.state in ('unknown', 'unchecked')`;

type BadRow = Omit<FailedRow, "key"> & { readonly id: RowId };

/**
 * Yields what failed or is unknown, in pages in the order of its rows, once for each key that it stands for. Rows that are
 * changed meanwhile neither repeat nor hide others.
 */
export async function* failedRows(play: Play, filter: FailureFilter): AsyncGenerator<FailedRow[]> {
  const sql = `select c.rowid as id, c.bot_slug as bot, c.kind, case when c.status = 'unknown' then 'unknown' else 'failed' end as status,
      c.error_reason as reason, c.error_class as class, c.last_error as message, c.updated_at as at, lost.warmup_chat_id as chat, lost.tag
    from media_cache c left join prewarm_attempts lost on lost.id = (${LAST_LOST}) where c.rowid > :after and (${CONDITIONS.failed} or ${CONDITIONS.unknown})
    ${filter.bots ? "and c.bot_slug in (select value from json_each(:bots))" : ""}
    ${filter.reasons ? "and c.error_reason in (select value from json_each(:reasons))" : ""}
    order by c.rowid limit ${PAGE_ROWS}`;
  const params = {
    bots: JSON.stringify(filter.bots ?? []),
    reasons: JSON.stringify(filter.reasons ?? []),
  };
  for (let after: RowId = FIRST_ROW; ; ) {
    const from: RowId = after;
    const rows: BadRow[] = await play(() => all<BadRow>(sql, { ...params, after: from }));
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield await play(() => withKeys(rows));
  }
}

function* withKeys(rows: readonly BadRow[]): Steps<FailedRow[]> {
  const keys = new Map<RowId, string[]>();
  const found = yield* keyRows(rows.map(({ id }) => id));
  for (const { id, key } of found) keys.set(id, [...(keys.get(id) ?? []), key]);
  return rows.flatMap(({ id, ...row }) => (keys.get(id) ?? [null]).map((key) => ({ key, ...row })));
}
