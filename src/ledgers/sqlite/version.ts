import { LedgerError } from "../error.ts";
import type { Sqlite } from "./adapter.ts";
import { readIdentity } from "./reading.ts";
import { SCHEMA_VERSION } from "./schema.ts";

/**
 * Returns the version of our schema that a database has, null where none of ours was written yet. It is a row of
 * `prewarm_identity`, since `user_version` belongs to whoever made the database. Throws LedgerError with exit code 2
 * when it is above ours: a newer prewarm may mean something else by what is there.
 */
export function refuseNewer(db: Sqlite): number | null {
  const version = readIdentity(db).get("schema_version");
  if (version === undefined) return null;
  if (Number(version) <= SCHEMA_VERSION) return Number(version);
  throw new LedgerError(
    `${db.place} was written by a newer prewarm (schema ${version}, this one knows ${SCHEMA_VERSION}); update prewarm, or use another --ledger`,
    2,
    { fault: "newer" },
  );
}
