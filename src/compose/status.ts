import { loadConcurrency } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import { surveyPostgres } from "../ledgers/postgres-survey.ts";
import { surveySqlite } from "../ledgers/sqlite/survey.ts";
import type { Survey } from "../ledgers/survey.ts";
import type { LedgerView } from "../ledgers/view.ts";
import { atLedger } from "./ledger-files.ts";

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
export async function surveyLedger(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
  now: number,
): Promise<Surveyed> {
  const concurrency = loadConcurrency(flags, env, folder);
  return atLedger(flags, env, folder, (place) => {
    if (isPostgres(place))
      return surveyPostgres(place, now).then((survey) => ({ place: survey.place, survey, concurrency }));
    const survey = surveySqlite(place, now);
    return survey && { place, survey, concurrency };
  });
}
