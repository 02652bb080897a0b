import { versionOf } from "../sql/version.ts";
import type { Sqlite } from "./adapter.ts";
import { readIdentity } from "./reading.ts";

/** Returns the version of our schema that a database has, as {@link versionOf} does, whatever else is in it. */
export function refuseNewer(db: Sqlite): number | null {
  return versionOf(db.place, readIdentity(db));
}
