import { surveyLedger } from "../compose/status.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { backlogEta, rememberedPace } from "../lanes/backlog.ts";
import { statusDocument } from "../reporters/status/document.ts";
import { statusText } from "../reporters/status/text.ts";
import { type CommandPlace, canvasOf } from "./place.ts";
import type { StatusFlags } from "./status-flags.ts";

/** `prewarm status`: answers the exit code. Throws ConfigError or LedgerError (exit code 2) where there is no ledger to read. */
export async function status(flags: StatusFlags, here: CommandPlace): Promise<number> {
  const { stdout, env, folder, wording = asWritten } = here;
  const now = Date.now();
  const { place, survey, ...work } = await surveyLedger(flags, env, folder, now);
  const { measured, queued, warming } = survey;
  const lanes = survey.lanesSeen.filter(({ out, former }) => out === null && !former);
  const { perMinute, etaSeconds } = backlogEta(queued.count + warming.count, lanes, { ...work, measured });
  const document = statusDocument(survey, { place, now, perMinute, etaSeconds, paceOf: rememberedPace });
  if (flags.json === true) {
    stdout.write(`${shownJson(document, 2)}\n`);
    return 0;
  }
  stdout.write(statusText(document, { ...canvasOf(here, flags), wording }));
  return 0;
}
