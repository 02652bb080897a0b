import type { Identity } from "../port.ts";
import type { LedgerView } from "../view.ts";
import type { Sqlite } from "./adapter.ts";
import { strangerTo } from "./identity.ts";
import { lanes } from "./lanes.ts";
import { isHeld, seemsAlive } from "./lock.ts";
import { measures } from "./measures.ts";
import { RECENT_ATTEMPTS, readAs, readIdentity, reading, tablesOf } from "./reading.ts";
import { hasId, isWeak } from "./rows.ts";
import { refuseNewer } from "./version.ts";

/**
 * Reads the database at `path` without disturbing the process that writes to it, and creates neither row nor file.
 * Returns null where there is none yet. Throws LedgerError when the path cannot be written, or does not hold a ledger
 * of this version.
 */
export function inspectSqlite(path: string, identity: Identity | null): LedgerView | null {
  return reading(path, "writable", (db, file) => readView(db, identity, file));
}

/** Returns the contents of the database in `file`, ours or one to be adopted later. Throws LedgerError when a newer prewarm made it. */
export function readView(db: Sqlite, identity: Identity | null, file: string): LedgerView {
  const present = tablesOf(db);
  const schemaVersion = refuseNewer(db);
  const isKnown = present.has("prewarm_identity") && present.has("media_cache");
  return {
    schemaVersion,
    holder: holderOf(readIdentity(db), file),
    rows: rowsOf(db),
    sending: sendingOf(db),
    recent: recentOf(db),
    lanes: present.has("prewarm_lanes") ? lanes({ db, now: Date.now, owner: "" }) : [],
    measured: measures(db),
    stranger: identity && isKnown ? strangerTo(db, identity) : null,
  };
}

/** Who it is stands in the database; whether somebody is there at all is known by the lock. */
export function holderOf(facts: ReadonlyMap<string, string>, file: string): LedgerView["holder"] {
  const [pid, host, command, since] = ["pid", "host", "command", "since"].map((name) =>
    facts.get(`holder_${name}`),
  );
  if (!(pid && host && command && since && (isHeld(file) ?? seemsAlive({ pid, host })))) return null;
  const admin = facts.get("holder_admin") ?? null;
  return { command, pid, host, since, admin, guarded: facts.get("holder_guarded") === "1" };
}

function rowsOf(db: Sqlite): LedgerView["rows"] {
  return db
    .all<{ status: string; weak: number; count: number }>(
      `select status, coalesce(${hasId("c")} and ${isWeak("c")}, 0) as weak, count(*) as count
       from ${readAs(db, "media_cache")} c group by 1, 2 order by 1, 2`,
    )
    .map((row) => ({ ...row, weak: row.weak === 1, count: Number(row.count) }));
}

function sendingOf(db: Sqlite): LedgerView["sending"] {
  const row = db.one<{ count: number; oldest: string | null }>(
    `select count(*) as count, min(started_at) as oldest from ${readAs(db, "prewarm_attempts")} where state = 'sending'`,
  );
  return { count: Number(row?.count ?? 0), oldest: row?.oldest ?? null };
}

function recentOf(db: Sqlite): LedgerView["recent"] {
  return db
    .all<{ state: string; reason: string | null; count: number }>(
      `select state, error_reason as reason, count(*) as count
       from (select state, error_reason from ${readAs(db, "prewarm_attempts")} where state <> 'sending' order by id desc limit ${RECENT_ATTEMPTS})
       group by 1, 2 order by 3 desc`,
    )
    .map((row) => ({ ...row, count: Number(row.count) }));
}
