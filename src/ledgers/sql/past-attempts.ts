import type { PastAttempt } from "../past-attempt.ts";
import { all, type Play } from "./steps.ts";
import { PAGE_ROWS } from "./store.ts";

type Row = Omit<PastAttempt, "startedAt" | "endedAt"> & {
  readonly startedAt: string;
  readonly endedAt: string | null;
};

const LATEST = 9_007_199_254_740_991;

/** Yields all attempts in pages, the latest first; those that begin meanwhile are not among them. */
export async function* pastAttempts(play: Play): AsyncGenerator<PastAttempt[]> {
  const sql = `select id, bot_slug as bot, kind, r2_key as key, bytes, warmup_chat_id as chat, owner, state, started_at as "startedAt",
      ended_at as "endedAt", error_reason as reason, error_message as message, purpose, pack_index as "packIndex"
    from prewarm_attempts where id < :before order by id desc limit ${PAGE_ROWS}`;
  for (let before: PastAttempt["id"] = LATEST; ; ) {
    const from = before;
    const rows: Row[] = await play(() => all<Row>(sql, { before: from }));
    const last = rows.at(-1);
    if (last === undefined) return;
    before = last.id;
    yield rows.map((row) => ({
      ...row,
      startedAt: unixOf(row.startedAt),
      endedAt: row.endedAt === null ? null : unixOf(row.endedAt),
    }));
  }
}

/** Of a time as SQLite writes it, which is UTC. */
function unixOf(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
