import { surveyLedger } from "../compose/status.ts";
import { backlogEta, rememberedPace } from "../lanes/backlog.ts";
import { colourFor } from "../reporters/colour.ts";
import { statusDocument } from "../reporters/status/document.ts";
import { statusText } from "../reporters/status/text.ts";
import { wordingHere } from "./place.ts";
import type { StatusFlags } from "./status-flags.ts";

/** `prewarm status`: answers the exit code. Throws ConfigError or LedgerError (exit code 2) where there is no ledger to read. */
export async function status(flags: StatusFlags): Promise<number> {
  const { stdout, env } = process;
  const now = Date.now();
  const { place, survey, ...work } = await surveyLedger(flags, env, process.cwd(), now);
  const { measured, queued, warming } = survey;
  const lanes = survey.lanesSeen.filter(({ out, former }) => out === null && !former);
  const { perMinute, etaSeconds } = backlogEta(queued.count + warming.count, lanes, { ...work, measured });
  const wording = wordingHere();
  const document = statusDocument(survey, { place, now, perMinute, etaSeconds, paceOf: rememberedPace });
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  }
  const colour = colourFor({ stream: stdout, env, noColor: flags.color === false });
  const plain = !stdout.isTTY || env.TERM === "dumb";
  stdout.write(statusText(document, { colour, plain, width: stdout.columns || 100, wording }));
  return 0;
}
