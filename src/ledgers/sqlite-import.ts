import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Failure } from "../domain/failure.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "./importing.ts";
import { openScratchFolder } from "./scratch-folder.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { openBeside } from "./sqlite/beside.ts";
import { takeLine } from "./sqlite/import.ts";
import { admit, ownerOf } from "./sqlite/import-identity.ts";
import { checkPlace } from "./sqlite/place.ts";
import type { Store } from "./sqlite/store.ts";

interface ImportOptions {
  readonly path: string;
  /** Nothing is written to it: lines are taken into a copy, which is deleted. */
  readonly onlyTry: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Opens the database at `path` for lines to be taken in, made where there is none, also beside whoever holds it. Throws LedgerError as `openSqliteLedger` does, but for a ledger that is held.
 */
export async function openSqliteImport({ path, onlyTry, now }: ImportOptions): Promise<ImportingLedger> {
  const file = checkPlace(path, onlyTry ? "readable" : "writable");
  const scratch = onlyTry ? await openScratchFolder("import") : null;
  try {
    if (scratch === null) return openAt(file, path, now);
    const copy = join(scratch.path, "ledger.db");
    if (existsSync(file)) copyOf(file, path, copy, scratch.path);
    const ledger = openAt(copy, path, now);
    const close = () => ledger.close().finally(() => scratch.remove());
    return { ...ledger, isHeld: () => false, close };
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

function openAt(file: string, place: string, now: () => number): ImportingLedger {
  const { store, isHeld, close } = openBeside(file, place, now);
  return { place, isHeld, take: (lines, force) => take(store, lines, force), close: async () => close() };
}

/** Thrown to undo a transaction. */
class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

function take(store: Store, lines: readonly ImportLine[], force: boolean): ImportCounts | Failure {
  const counts = { added: 0, replaced: 0, same: 0, kept: 0, none: 0 };
  try {
    store.db.transaction(() => {
      // Whoever writes beside us may have said whose ledger it is since the last time.
      const owner = ownerOf(store.db);
      for (const line of lines) {
        const stranger = admit(store.db, owner, line);
        if (stranger) throw new Refused(stranger);
        counts[takeLine(store, line.row, force)] += 1;
      }
    });
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    throw error;
  }
  const { none: _keysAlone, ...rows } = counts;
  return rows;
}
