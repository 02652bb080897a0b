import { LedgerError } from "./error.ts";
import type { LedgerReader } from "./reader.ts";
import { exportRows } from "./sqlite/export.ts";
import { failedRows } from "./sqlite/failures.ts";
import { strangerTo } from "./sqlite/identity.ts";
import { holderOf } from "./sqlite/inspect.ts";
import { openReading, readIdentity } from "./sqlite/reading.ts";
import { nearKeys, rowsOfKey } from "./sqlite/rows-of-key.ts";
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
  return {
    place: path,
    holder: () => holderOf(readIdentity(db), file),
    stranger: (identity) => strangerTo(db, identity),
    bots: () => db.all<{ bot: string }>(BOTS).map(({ bot }) => bot),
    rows: (filter) => exportRows(db, filter),
    failures: (filter) => failedRows(db, filter),
    ofKey: (key) => rowsOfKey(db, key),
    near: (key, spellings, most) => nearKeys(db, key, spellings, most),
    close: () => db.leave(),
  };
}

const BOTS = "select distinct bot_slug as bot from media_cache order by 1";

const HELD = `select count(*) as n from sqlite_schema
  where type in ('table', 'view') and lower(name) in ('media_store', 'media_cache')`;

function refuseOther(path: string, tables: number): void {
  if (tables > 0) return;
  throw new LedgerError(
    `${path} holds no ledger (neither media_store nor media_cache); name the right file with --ledger, or let \`prewarm run\` make one`,
    2,
  );
}
