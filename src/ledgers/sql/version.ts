import { LedgerError } from "../error.ts";
import type { Facts } from "./facts.ts";
import { SCHEMA_VERSION } from "./schema.ts";

/**
 * Returns the version of our schema that a database has, null where none of ours was written yet. It is a fact of
 * `prewarm_identity`, since what a database has for that belongs to whoever made it. Throws LedgerError with exit code 2
 * when it is above ours, since a newer prewarm may mean something else by what is there, and when no prewarm has such a version.
 */
export function versionOf(place: string, facts: Facts): number | null {
  const version = facts.get("schema_version");
  if (version === undefined) return null;
  if (!isVersion(version)) throw strangeVersion(place, version);
  if (Number(version) <= SCHEMA_VERSION) return Number(version);
  throw newerError(place, version);
}

/** Whether a text is a version that a prewarm may have written. */
export function isVersion(text: string): boolean {
  return Number.isInteger(Number(text)) && Number(text) >= 1;
}

/** Says that no prewarm writes such a version. */
export function strangeVersion(place: string, version: string): LedgerError {
  return new LedgerError(
    `${place} has the schema version ${JSON.stringify(version)}, which no prewarm writes; restore the ledger from a backup, or use another --ledger`,
    2,
  );
}

/** Says that a newer prewarm has written a ledger. */
export function newerError(place: string, version: string | number): LedgerError {
  return new LedgerError(
    `${place} was written by a newer prewarm (schema ${version}, this one knows ${SCHEMA_VERSION}); update prewarm, or use another --ledger`,
    2,
    { fault: "newer" },
  );
}
