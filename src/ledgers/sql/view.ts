import type { LedgerView } from "../view.ts";
import { hasId, isWeak } from "./rows.ts";
import { all, one, type Steps } from "./steps.ts";

/** How many of the latest attempts are read: enough to show what goes on, and quick in a ledger of millions. */
export const RECENT_ATTEMPTS = 1_000;

/** Returns the counts of what a reader sees. */
export function* countsOf(): Steps<Pick<LedgerView, "rows" | "sending" | "recent">> {
  return { rows: yield* rowsOf(), sending: yield* sendingOf(), recent: yield* recentOf() };
}

function* rowsOf(): Steps<LedgerView["rows"]> {
  const rows = yield* all<{ status: string; weak: number; count: number }>(
    `select c.status, case when ${hasId("c")} and ${isWeak("c")} then 1 else 0 end as weak, count(*) as count
     from media_cache c group by 1, 2 order by 1, 2`,
  );
  return rows.map((row) => ({ ...row, weak: row.weak === 1 }));
}

function* sendingOf(): Steps<LedgerView["sending"]> {
  const row = yield* one<LedgerView["sending"]>(
    "select count(*) as count, min(started_at) as oldest from prewarm_attempts where state = 'sending'",
  );
  return row ?? { count: 0, oldest: null };
}

/** Canaries and messages of a probe are attempts of no key. */
function recentOf(): Steps<LedgerView["recent"]> {
  return all<LedgerView["recent"][number]>(
    `select state, error_reason as reason, count(*) as count
     from (select state, error_reason from prewarm_attempts where state <> 'sending' and r2_key <> '' order by id desc limit ${RECENT_ATTEMPTS}) r
     group by 1, 2 order by 3 desc`,
  );
}
