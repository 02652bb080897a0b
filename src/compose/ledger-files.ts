import { loadLedgerPath } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { IdDesk } from "../ids/port.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { ImportingLedger } from "../ledgers/importing.ts";
import { openPostgresImport } from "../ledgers/postgres-import.ts";
import { openPostgresReader } from "../ledgers/postgres-reader.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { openSqliteImport } from "../ledgers/sqlite-import.ts";
import { openSqliteReader } from "../ledgers/sqlite-reader.ts";
import { openIdDesk } from "./ids.ts";

/** The ledger where nothing else is set, and that of `prewarm run --sandbox`. */
const [USUAL_LEDGER, SANDBOX_LEDGER] = ["prewarm.db", "prewarm-sandbox.db"];

/**
 * Returns what `open` finds in the ledger of whatever configuration there is; nothing but its place has to be set. Whoever tried
 * the sandbox has no other ledger yet. Throws ConfigError when the place makes no sense, LedgerError (exit code 2) when there is
 * no ledger.
 */
export function atLedger<T>(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
  open: (path: string) => T | null,
): T {
  const set = loadLedgerPath(flags, env, folder);
  const places =
    flags.sandbox === true ? [SANDBOX_LEDGER] : set === USUAL_LEDGER ? [set, SANDBOX_LEDGER] : [set];
  for (const place of places) {
    const found = open(place);
    if (found !== null) return found;
  }
  const [place = set] = places;
  throw new LedgerError(
    `${place} is not there: no run has made a ledger in this place yet; name another with --ledger or PREWARM_LEDGER, or begin with \`prewarm run\``,
    2,
  );
}

/** Opens the ledger for reading, beside whoever writes to it. Throws as {@link atLedger} does. */
export async function openReader(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<LedgerReader> {
  return atLedger(flags, env, folder, openReaderAt);
}

/** Opens the ledger at this place for reading; null where there is none. Throws LedgerError. */
function openReaderAt(place: string): LedgerReader | Promise<LedgerReader> | null {
  return isPostgres(place) ? openPostgresReader(place) : openSqliteReader(place);
}

/** The ids of a ledger that was opened for reading, as bots get them. */
export function deskBeside(
  { place }: LedgerReader,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
): IdDesk {
  const set = loadLedgerPath(flags, env, folder);
  return openIdDesk({ ledger: isPostgres(set) ? set : place }, () => {});
}

/** Opens the ledger for lines to be taken in; with `onlyTry` nothing is written to it. Throws ConfigError and LedgerError. */
export function openImport(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
  onlyTry: boolean,
): Promise<ImportingLedger> {
  const path = flags.sandbox === true ? SANDBOX_LEDGER : loadLedgerPath(flags, env, folder);
  return isPostgres(path) ? openPostgresImport({ url: path, onlyTry }) : openSqliteImport({ path, onlyTry });
}
