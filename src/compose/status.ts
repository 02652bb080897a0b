import { loadConcurrency, loadLedgerPath } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import { LedgerError } from "../ledgers/error.ts";
import { surveySqlite } from "../ledgers/sqlite/survey.ts";
import type { Survey } from "../ledgers/survey.ts";
import type { LedgerView } from "../ledgers/view.ts";

/** The ledger where nothing else is set, and that of `prewarm run --sandbox`. */
const [USUAL_LEDGER, SANDBOX_LEDGER] = ["prewarm.db", "prewarm-sandbox.db"];

export interface Surveyed {
  readonly place: string;
  /** Transfers at once that a run with this configuration makes. */
  readonly concurrency: number;
  readonly survey: LedgerView & Survey;
}

/**
 * What stands in the ledger of whatever configuration there is; nothing but its place has to be set. `now` is Unix
 * milliseconds. Throws ConfigError when the place makes no sense, LedgerError (exit code 2) when there is no ledger.
 */
export function surveyLedger(flags: Flags, env: NodeJS.ProcessEnv, folder: string, now: number): Surveyed {
  const set = loadLedgerPath(flags, env, folder);
  // Whoever tried the sandbox has no other ledger yet.
  const places =
    flags.sandbox === true ? [SANDBOX_LEDGER] : set === USUAL_LEDGER ? [set, SANDBOX_LEDGER] : [set];
  for (const place of places) {
    const survey = surveySqlite(place, now);
    if (survey) return { place, survey, concurrency: loadConcurrency(flags, env, folder) };
  }
  const [place = set] = places;
  throw new LedgerError(
    `${place} is not there: no run has made a ledger in this place yet; name another with --ledger or PREWARM_LEDGER, or begin with \`prewarm run\``,
    2,
  );
}
