import { loadWorkSettings } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import type { PackRule } from "../domain/pack-rule.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { Proof } from "../domain/proof.ts";
import { assumedChat } from "../lanes/preflight.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import { surveyPostgres } from "../ledgers/postgres-survey.ts";
import { surveySqlite } from "../ledgers/sqlite/survey.ts";
import type { Survey } from "../ledgers/survey.ts";
import type { LedgerView } from "../ledgers/view.ts";
import { carriedBy } from "../pipeline/packs/outlook.ts";
import { trustOf } from "../pipeline/packs/trust.ts";
import { atLedger } from "./ledger-files.ts";

export interface Surveyed {
  readonly place: string;
  /** Transfers at once that a run with this configuration makes, and objects that it has in one call of a lane. */
  readonly concurrency: number;
  readonly inCallOf: (lane: LaneMemory) => number;
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
  const { concurrency, pack } = loadWorkSettings(flags, env, folder);
  const surveyed = (place: string, survey: Surveyed["survey"]): Surveyed => {
    const inCallOf = (lane: LaneMemory) => inCallBy(pack, survey.proofs, lane, now);
    return { place, survey, concurrency, inCallOf };
  };
  return atLedger(flags, env, folder, (place) => {
    if (isPostgres(place)) return surveyPostgres(place, now).then((survey) => surveyed(survey.place, survey));
    const survey = surveySqlite(place, now);
    return survey && surveyed(place, survey);
  });
}

/** By what is proved; of what waits in a ledger nobody knows which of it may go with others. */
function inCallBy(rule: PackRule, proofs: readonly Proof[], { bot, chat }: LaneMemory, now: number): number {
  const trust = trustOf(proofs, { bot, chat, type: assumedChat(chat).type }, now);
  return carriedBy(rule, trust);
}
