import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Failure } from "../domain/failure.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "./importing.ts";
import { openScratchFolder } from "./scratch-folder.ts";
import { Refused, takeLines } from "./sql/import-lines.ts";
import { writeEach } from "./sql/import-write.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { openBeside } from "./sqlite/beside.ts";
import { checkPlace } from "./sqlite/place.ts";

interface ImportOptions {
  readonly path: string;
  /** Nothing is written to it: lines are taken into a copy, which is deleted. */
  readonly onlyTry: boolean;
}

/**
 * Opens the database at `path` for lines to be taken in, made where there is none, also beside whoever holds it. Throws
 * LedgerError as `openSqliteLedger` does, but for a ledger that is held.
 */
export async function openSqliteImport({ path, onlyTry }: ImportOptions): Promise<ImportingLedger> {
  const file = checkPlace(path, onlyTry ? "readable" : "writable");
  const scratch = onlyTry ? await openScratchFolder("import") : null;
  try {
    if (scratch === null) return openAt(file, path);
    const copy = join(scratch.path, "ledger.db");
    if (existsSync(file)) copyOf(file, path, copy, scratch.path);
    const ledger = openAt(copy, path);
    const close = () => ledger.close().finally(() => scratch.remove());
    return { ...ledger, isHeld: async () => false, close };
  } catch (error) {
    await scratch?.remove();
    throw error;
  }
}

function copyOf(file: string, path: string, to: string, disk: string): void {
  const db = new Sqlite(file, path, disk);
  try {
    db.run("vacuum into :to", { to });
  } finally {
    db.leave();
  }
}

function openAt(file: string, place: string): ImportingLedger {
  const { db, isHeld, close } = openBeside(file, place);
  return {
    place,
    isHeld: async () => isHeld(),
    take: async (lines, force) => take(db, lines, force),
    close: async () => close(),
  };
}

function take(db: Sqlite, lines: readonly ImportLine[], force: boolean): ImportCounts | Failure {
  try {
    return db.transaction(() => db.play(takeLines(db.place, lines, { force, write: writeEach })));
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    throw error;
  }
}
