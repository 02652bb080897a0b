import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "./port.ts";
import { openScratchFolder } from "./scratch-folder.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { hasHolder } from "./sqlite/lock.ts";
import { checkPlace } from "./sqlite/place.ts";
import { openSqliteLedger, type SqliteLedgerOptions } from "./sqlite.ts";

/**
 * Opens a copy of the ledger at `path` as it is now, also while another process writes to it, or an empty one where there
 * is none. What the process that holds it sends meanwhile is found as `under_way`. The copy can be read and written; the original is not touched. Closing deletes the copy.
 * Throws LedgerError as {@link openSqliteLedger} does, and where there is no place for temporary files.
 */
export async function openSqliteCopy(options: SqliteLedgerOptions): Promise<Ledger> {
  const folder = await openScratchFolder("plan");
  const path = join(folder.path, "ledger.db");
  try {
    const beside = existsSync(options.path) && copyOf(options.path, path, folder.path);
    const ledger = await openSqliteLedger({
      ...options,
      path,
      shownAs: options.path,
      disk: folder.path,
      beside,
    });
    return {
      ...ledger,
      close: async () => {
        await ledger.close();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/**
 * Returns whether somebody holds the original, before or after: whoever let go in between may have been at work when the copy
 * was made. Nothing is written to the original, so that a disk that is full is that of the copy.
 */
function copyOf(path: string, to: string, disk: string): boolean {
  const file = checkPlace(path, "readable");
  const wasHeld = hasHolder(file, path);
  const db = new Sqlite(path, path, disk);
  try {
    db.run("vacuum into :to", { to });
  } finally {
    db.leave();
  }
  return wasHeld || hasHolder(file, path);
}
