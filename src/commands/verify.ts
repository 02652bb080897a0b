import { loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError, exitCodeOfError } from "../config/error.ts";
import { readTogether } from "../config/problems.ts";
import { readVerifyOptions } from "../config/verify-options.ts";
import { redactor } from "../domain/secret.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { colourFor } from "../reporters/colour.ts";
import { openEntryFile } from "../reporters/entry-file.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { chooseReporters } from "../reporters/run/pick.ts";
import {
  checkedLine,
  checkPlanLine,
  checkSummaryLine,
  emptyCheckSummary,
} from "../reporters/verify/lines.ts";
import { checkProgress } from "../reporters/verify/progress.ts";
import { checkPlanText, checkTables } from "../reporters/verify/text.ts";
import { stopOnSignals } from "../runs/signals.ts";
import { Verification, type VerifyEnd } from "../runs/verify.ts";
import { commandsAfterCheck } from "./again.ts";
import { rememberRedactor, tellError, tellStops } from "./error-line.ts";
import { whyNotMade } from "./not-made.ts";
import type { CommandPlace } from "./place.ts";
import type { RunContext } from "./run.ts";
import type { VerifyFlags } from "./verify-flags.ts";

/** `prewarm verify`: returns the exit code. Throws what ends it; with `--json` a summary line comes even then. */
export async function verify(flags: VerifyFlags, context: RunContext): Promise<number> {
  const { place } = context;
  const heard = rememberRedactor(context);
  try {
    const check = await open(flags, heard.context, place);
    try {
      return await show(check, flags, place, heard.redact);
    } finally {
      await check.close();
    }
  } catch (error) {
    if (flags.json === true) {
      tellError(error, place, heard.redact);
      verifyNeverBegan(exitCodeOfError(error), place);
    }
    throw error;
  }
}

/** The summary line of `--json` for a check that ended before it began. */
export function verifyNeverBegan(exitCode: number, place: CommandPlace): void {
  line(place, emptyCheckSummary(exitCode));
}

function line({ stdout }: CommandPlace, value: object): void {
  stdout.write(`${shownJson(value)}\n`);
}

async function open(
  flags: VerifyFlags,
  { onRedactor }: RunContext,
  { env, folder }: CommandPlace,
): Promise<Verification> {
  const { config, options } = readTogether(
    () => readVerifyOptions(flags),
    () => loadConfig(flags, env, folder),
  );
  const redact = redactor(secretsOf(config));
  onRedactor(redact);
  return Verification.open({ config, options, redact });
}

async function show(
  check: Verification,
  flags: VerifyFlags,
  place: CommandPlace,
  redact: (text: string) => string,
): Promise<number> {
  const failedTo = await badFile(check);
  const progress = progressOf(check, flags, place);
  if (flags.json === true) {
    check.events.on("checked", (id) => line(place, checkedLine(id)));
    tellStops(check.events, place, redact);
  }
  const unwatch = stopOnSignals(check.stop);
  try {
    const end = await check.toEnd();
    progress.stop();
    await failedTo?.stop();
    tellEnd(check, end, flags, place);
    return end.exitCode;
  } finally {
    unwatch();
    progress.stop();
    await failedTo?.stop();
  }
}

/** What is not as the ledger says, as a manifest; null where none is asked for. Throws ConfigError when it cannot be made. */
async function badFile({ events, options }: Verification): Promise<Reporter | null> {
  const path = options.run.failedTo;
  if (path === undefined) return null;
  const file = await openEntryFile(events, path, "--failed-to").catch((error: Error) => {
    throw new ConfigError([`--failed-to ${path}: ${whyNotMade(error, path)}`]);
  });
  events.on("checked", ({ key, bot, kind, status, failure }) => {
    if (status !== "ok")
      file.write({ key, kind, bot, status, reason: failure?.reason, message: failure?.message });
  });
  return file;
}

function planOf(flags: VerifyFlags, { stderr, env }: CommandPlace) {
  return chooseReporters({
    progress: flags.progress ?? "auto",
    quiet: flags.quiet === true,
    json: flags.json === true,
    isTTY: stderr.isTTY === true,
    term: env.TERM,
    ci: env.CI,
  });
}

function colourOf(flags: VerifyFlags, { stderr, env }: CommandPlace) {
  return colourFor({ stream: stderr, env, noColor: flags.color === false });
}

function progressOf(check: Verification, flags: VerifyFlags, place: CommandPlace): Reporter {
  const { screen, quiet } = planOf(flags, place);
  return checkProgress(check.events, {
    stream: place.stderr,
    screen,
    quiet: quiet || check.options.run.dryRun,
    colour: colourOf(flags, place),
    scale: check.clock.scale,
    wording: place.wording,
    ledger: check.ledgerPlace,
    snapshot: () => check.tally.snapshot(),
  });
}

function tellEnd(check: Verification, end: VerifyEnd, flags: VerifyFlags, place: CommandPlace): void {
  const { stdout, stderr, wording = asWritten } = place;
  const { plan, figures, exitCode, unfinished } = end;
  if (check.options.run.dryRun && plan) {
    if (flags.json === true) line(place, checkPlanLine(plan));
    else stdout.write(checkPlanText(plan, check.ledgerPlace));
    return;
  }
  if (flags.json === true) line(place, checkSummaryLine(figures, end));
  const { quiet, plainTables } = planOf(flags, place);
  const commands = commandsAfterCheck(flags, flags.sample === undefined ? unfinished : null);
  if (quiet && exitCode === 3) stderr.write(`${wording(quietText(end, commands.verify))}\n`);
  if (quiet || figures.total === 0) return;
  stderr.write(
    checkTables(figures, {
      colour: colourOf(flags, place),
      plain: plainTables,
      width: stderr.columns || 100,
      wording,
      fix: check.options.fix,
      commands,
      stopped: unfinished !== null,
    }),
  );
}

function quietText({ figures: { counts }, exitCode }: VerifyEnd, command: string): string {
  const { deleted, changed, dead, unchecked } = counts;
  return `${command}: exit code ${exitCode}: ${deleted} deleted, ${changed} changed, ${dead} dead, ${unchecked} unchecked`;
}
