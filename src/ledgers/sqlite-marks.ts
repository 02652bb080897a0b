import type { LedgerMarks } from "./marks.ts";
import { newOwner } from "./owner.ts";
import { forget } from "./sql/forget.ts";
import { markDead } from "./sql/reported.ts";
import { openBeside } from "./sqlite/beside.ts";
import { checkPlace } from "./sqlite/place.ts";

/** Opens the database at `path` for marks. Throws LedgerError as `openSqliteLedger` does, but for a ledger that is held. */
export function openSqliteMarks(path: string): LedgerMarks {
  const { db, close } = openBeside(checkPlace(path), path);
  const store = { place: path, now: Date.now, owner: newOwner() };
  return {
    markDead: async (id) => db.transaction(() => db.play(markDead(store, id))),
    forget: async (gone) => db.transaction(() => db.play(forget(store, gone))),
    close: async () => close(),
  };
}
