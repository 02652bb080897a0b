import type { LedgerMarks } from "./marks.ts";
import { openBeside } from "./sqlite/beside.ts";
import { forget } from "./sqlite/forget.ts";
import { checkPlace } from "./sqlite/place.ts";
import { markDead } from "./sqlite/reported.ts";

/** Opens the database at `path` for marks. Throws LedgerError as `openSqliteLedger` does, but for a ledger that is held. */
export function openSqliteMarks(path: string): LedgerMarks {
  const { store, close } = openBeside(checkPlace(path), path, Date.now);
  return {
    markDead: async (id) => markDead(store, id),
    forget: async (gone) => forget(store, gone),
    close,
  };
}
