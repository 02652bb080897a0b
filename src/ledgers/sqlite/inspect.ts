import type { Identity } from "../port.ts";
import type { Facts } from "../sql/facts.ts";
import { strangerTo } from "../sql/identity.ts";
import { lanes } from "../sql/lanes.ts";
import { measures } from "../sql/measures.ts";
import { proofs } from "../sql/proofs.ts";
import { versionOf } from "../sql/version.ts";
import { countsOf } from "../sql/view.ts";
import type { LedgerView } from "../view.ts";
import type { Sqlite } from "./adapter.ts";
import { isHeld, seemsAlive } from "./lock.ts";
import { readIdentity, reading, tablesOf } from "./reading.ts";

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
  const isKnown = present.has("prewarm_identity") && present.has("media_cache");
  const facts = readIdentity(db);
  return {
    schemaVersion: versionOf(db.place, facts),
    holder: holderOf(facts, file),
    ...db.play(countsOf()),
    lanes: db.play(lanes()),
    measured: measures(facts),
    proofs: present.has("prewarm_proofs") ? db.play(proofs()) : [],
    stranger: identity && isKnown ? db.play(strangerTo(db.place, identity, facts)) : null,
  };
}

/** Who it is stands in the database; whether somebody is there at all is known by the lock. */
export function holderOf(facts: Facts, file: string): LedgerView["holder"] {
  const [pid, host, command, since] = ["pid", "host", "command", "since"].map((name) =>
    facts.get(`holder_${name}`),
  );
  if (!(pid && host && command && since && (isHeld(file) ?? seemsAlive({ pid, host })))) return null;
  const admin = facts.get("holder_admin") ?? null;
  return { command, pid, host, since, admin, guarded: facts.get("holder_guarded") === "1" };
}
