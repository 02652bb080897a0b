import { existsSync } from "node:fs";
import type { Identity, LedgerView } from "../port.ts";
import { LedgerError } from "../port.ts";
import { Sqlite } from "./adapter.ts";
import { strangerTo } from "./identity.ts";
import { lanes } from "./lanes.ts";
import { isAlive } from "./lock.ts";
import { checkPlace } from "./place.ts";
import { SCHEMA_VERSION } from "./schema.ts";

const RECENT = 1_000;

const ASKED_AT_MOST_MS = 1_500;

/**
 * Looks into the database at `path` without taking it from whoever writes to it: no row and no file is made. Null where
 * there is none yet. Throws LedgerError when the place cannot be written, or what is there is no ledger of this version.
 */
export function lookAtSqlite(path: string, identity: Identity | null): LedgerView | null {
  const file = checkPlace(path);
  if (!existsSync(file)) return null;
  const db = new Sqlite(file, path);
  try {
    db.exec(`pragma busy_timeout = ${ASKED_AT_MOST_MS}; pragma query_only = 1`);
    return view(db, identity);
  } finally {
    db.leave();
  }
}

function view(db: Sqlite, identity: Identity | null): LedgerView {
  const present = tablesOf(db);
  const has = (name: string) => present.has(name);
  const facts = has("prewarm_identity") ? factsOf(db) : new Map<string, string>();
  const version = facts.get("schema_version");
  refuseNewer(db, version);
  return {
    schemaVersion: version === undefined ? null : Number(version),
    holder: holderOf(facts),
    rows: has("media_cache") ? rowsOf(db) : [],
    sending: has("prewarm_attempts") ? sendingOf(db) : { count: 0, oldest: null },
    recent: has("prewarm_attempts") ? recentOf(db) : [],
    lanes: has("prewarm_lanes") ? lanes({ db, now: Date.now, owner: "" }) : [],
    stranger: identity && has("prewarm_identity") && has("media_cache") ? strangerTo(db, identity) : null,
  };
}

function tablesOf(db: Sqlite): Set<string> {
  return new Set(
    db
      .all<{ name: string }>("select lower(name) as name from sqlite_schema where type = 'table'")
      .map(({ name }) => name),
  );
}

function factsOf(db: Sqlite): Map<string, string> {
  const rows = db.all<{ key: string; value: string }>("select key, value from prewarm_identity");
  return new Map(rows.map(({ key, value }) => [key, value]));
}

function refuseNewer(db: Sqlite, version: string | undefined): void {
  if (Number(version ?? 0) <= SCHEMA_VERSION) return;
  throw new LedgerError(
    `${db.place} was written by a newer prewarm (schema ${version}, this one knows ${SCHEMA_VERSION}); update prewarm, or use another --ledger`,
    2,
  );
}

function holderOf(facts: ReadonlyMap<string, string>): LedgerView["holder"] {
  const [pid, host, command, since] = ["pid", "host", "command", "since"].map((name) =>
    facts.get(`holder_${name}`),
  );
  return pid && host && command && since && isAlive({ pid, host }) ? { command, pid, since } : null;
}

/** `weak` is a column of ours, which a database that is only adopted later lacks. */
function rowsOf(db: Sqlite): LedgerView["rows"] {
  const marked = db.one("select 1 from pragma_table_xinfo('media_cache') where lower(name) = 'weak'");
  const weak = marked === undefined ? "0" : "coalesce(weak, 0)";
  return db
    .all<{ status: string; weak: number; count: number }>(
      `select status, ${weak} as weak, count(*) as count from media_cache group by 1, 2 order by 1, 2`,
    )
    .map((row) => ({ ...row, weak: row.weak === 1, count: Number(row.count) }));
}

function sendingOf(db: Sqlite): LedgerView["sending"] {
  const row = db.one<{ count: number; oldest: string | null }>(
    "select count(*) as count, min(started_at) as oldest from prewarm_attempts where state = 'sending'",
  );
  return { count: Number(row?.count ?? 0), oldest: row?.oldest ?? null };
}

function recentOf(db: Sqlite): LedgerView["recent"] {
  return db
    .all<{ state: string; reason: string | null; count: number }>(
      `select state, error_reason as reason, count(*) as count
       from (select state, error_reason from prewarm_attempts where state <> 'sending' order by id desc limit ${RECENT})
       group by 1, 2 order by 3 desc`,
    )
    .map((row) => ({ ...row, count: Number(row.count) }));
}
