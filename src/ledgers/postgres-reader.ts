import { workerThere } from "./postgres/processes.ts";
import { openLedgerIn } from "./postgres/reading.ts";
import type { LedgerReader } from "./reader.ts";
import { exportRows } from "./sql/export.ts";
import { readFacts } from "./sql/facts.ts";
import { failedRows } from "./sql/failures.ts";
import { strangerTo } from "./sql/identity.ts";
import { pastAttempts } from "./sql/past-attempts.ts";
import { botsWithRows, nearKeys, rowsOfKey } from "./sql/rows-of-key.ts";
import type { Steps } from "./sql/steps.ts";

/**
 * Opens a ledger in PostgreSQL for reading, beside whoever writes to it; a server that goes away is waited for `patienceMs`, ten
 * minutes by default. Throws LedgerError, also (exit code 2) where there is none.
 */
export async function openPostgresReader(text: string, patienceMs?: number): Promise<LedgerReader> {
  const { database } = await openLedgerIn(text, { patienceMs });
  const { place } = database;
  const read = <T>(work: () => Steps<T>) => database.read(work);
  return {
    place,
    holder: () => read(workerThere),
    stranger: async (identity) => {
      const facts = await read(readFacts);
      return read(() => strangerTo(place, identity, facts));
    },
    bots: () => read(botsWithRows),
    rows: (filter) => exportRows(read, filter),
    failures: (filter) => failedRows(read, filter),
    attempts: () => pastAttempts(read),
    ofKey: (key) => read(() => rowsOfKey(key)),
    near: (key, spellings, most) => read(() => nearKeys(key, spellings, most)),
    close: () => database.close(),
  };
}
