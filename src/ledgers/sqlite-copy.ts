import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ledger } from "./port.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { openSqliteLedger, type SqliteLedgerOptions } from "./sqlite.ts";

/**
 * Opens a copy of the ledger at `path` as it is now, also while another process writes to it, or an empty one where there
 * is none. The copy can be read and written; the original is not touched. Closing deletes the copy.
 * Throws LedgerError as {@link openSqliteLedger} does.
 */
export async function openSqliteCopy(options: SqliteLedgerOptions): Promise<Ledger> {
  const folder = await mkdtemp(join(tmpdir(), "prewarm-plan-"));
  const copy = join(folder, "ledger.db");
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    if (existsSync(options.path)) copyOf(options.path, copy);
    const ledger = await openSqliteLedger({ ...options, path: copy, shownAs: options.path });
    return {
      ...ledger,
      close: async () => {
        await ledger.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function copyOf(path: string, to: string): void {
  const db = new Sqlite(path, path);
  try {
    db.run("vacuum into :to", { to });
  } finally {
    db.leave();
  }
}
