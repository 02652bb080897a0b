import { LedgerError } from "./error.ts";
import type { LedgerReader } from "./reader.ts";
import { exportRows } from "./sql/export.ts";
import { failedRows } from "./sql/failures.ts";
import { strangerTo } from "./sql/identity.ts";
import { pastAttempts } from "./sql/past-attempts.ts";
import { botsWithRows, nearKeys, rowsOfKey } from "./sql/rows-of-key.ts";
import type { Steps } from "./sql/steps.ts";
import { holderOf } from "./sqlite/inspect.ts";
import { openReading, readIdentity } from "./sqlite/reading.ts";
import { refuseNewer } from "./sqlite/version.ts";

/**
 * Opens the database at `path` for reading, also while another process writes to it. Returns null where there is none. Throws
 * LedgerError when it cannot be read, a newer prewarm made it, or it holds no ledger.
 */
export function openSqliteReader(path: string): LedgerReader | null {
  const opened = openReading(path);
  if (opened === null) return null;
  const { db, file } = opened;
  try {
    refuseNewer(db);
    refuseOther(path, db.one<{ n: number }>(HELD)?.n ?? 0);
  } catch (error) {
    db.leave();
    throw error;
  }
  const read = <T>(work: () => Steps<T>) => db.play(work());
  return {
    place: path,
    holder: async () => holderOf(readIdentity(db), file),
    stranger: async (identity) => read(() => strangerTo(path, identity, readIdentity(db))),
    bots: async () => read(botsWithRows),
    rows: (filter) => exportRows(read, filter),
    failures: (filter) => failedRows(read, filter),
    attempts: () => pastAttempts(read),
    ofKey: async (key) => read(() => rowsOfKey(key)),
    near: async (key, spellings, most) => read(() => nearKeys(key, spellings, most)),
    close: async () => db.leave(),
  };
}

const HELD = `select count(*) as n from sqlite_schema
  where type in ('table', 'view') and lower(name) in ('media_store', 'media_cache')`;

function refuseOther(path: string, tables: number): void {
  if (tables > 0) return;
  throw new LedgerError(
    `${path} holds no ledger (neither media_store nor media_cache); name the right file with --ledger, or let \`prewarm run\` make one`,
    2,
  );
}
