import { loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError, exitCodeOfError } from "../config/error.ts";
import { nearest } from "../config/nearest.ts";
import { list } from "../config/parse.ts";
import { readProbeOptions } from "../config/probe-options.ts";
import { readTogether } from "../config/problems.ts";
import { redactor } from "../domain/secret.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { chosen } from "../probe/choose.ts";
import { EXPERIMENTS } from "../probe/experiments.ts";
import { reportOf } from "../probe/report.ts";
import { outcomeLine, probeSummaryLine } from "../reporters/probe/lines.ts";
import { experimentList, experimentRecord } from "../reporters/probe/list.ts";
import { ProbeRun, type ProbeWatcher } from "../runs/probe.ts";
import { stopOnSignals } from "../runs/signals.ts";
import { commandsAfterProbe } from "./again.ts";
import { rememberRedactor, tellError, tellStops, unconfirmedLine } from "./error-line.ts";
import type { CommandPlace } from "./place.ts";
import { probeFacts } from "./probe-facts.ts";
import type { ProbeFlags } from "./probe-flags.ts";
import { writeLine as line, nothingSent, openScreen, reportWriter } from "./probe-output.ts";
import type { RunContext } from "./run.ts";

export interface ProbeContext extends RunContext {
  readonly version: string;
}

/** `prewarm probe`: returns the exit code. Throws what ends it; with `--json` a summary line comes even then. */
export async function probe(flags: ProbeFlags, context: ProbeContext): Promise<number> {
  const { place } = context;
  const heard = rememberRedactor({ ...context, place });
  try {
    if (flags.conform === true) return await probeFacts(flags, heard.context);
    const experiments = chosen(onlyOf(flags));
    if (flags.list === true) return tellList(experiments, flags, place);
    return await open(flags, experiments, heard.context);
  } catch (error) {
    if (flags.json === true && flags.list !== true) {
      tellError(error, place, heard.redact);
      probeNeverBegan(exitCodeOfError(error), place);
    }
    throw error;
  }
}

/** The summary line of `--json` for a probe that ended before it began. */
export function probeNeverBegan(exitCode: number, place: CommandPlace): void {
  line(place, probeSummaryLine([], { exitCode, posted: 0, left: 0, durationMs: 0 }));
}

function onlyOf({ only }: ProbeFlags): readonly string[] | null {
  const ids = EXPERIMENTS.map(({ id }) => id);
  const given = only?.flatMap(list) ?? null;
  const strangers = given?.filter((id) => !ids.includes(id)) ?? [];
  if (strangers.length === 0) return given;
  throw new ConfigError(
    strangers.map((name) => {
      const hint = nearest(name, ids);
      return `--only ${name}: no such experiment${hint ? `, did you mean ${hint}?` : ""} (${ids.join(", ")})`;
    }),
  );
}

type Experiments = ReturnType<typeof chosen>;

function tellList(experiments: Experiments, flags: ProbeFlags, { stdout }: CommandPlace): number {
  const records = experiments.map(experimentRecord);
  stdout.write(flags.json === true ? `${shownJson(records, 2)}\n` : experimentList(experiments));
  return 0;
}

async function open(
  flags: ProbeFlags,
  experiments: Experiments,
  { onRedactor, place, version }: ProbeContext & { readonly place: CommandPlace },
): Promise<number> {
  const { config, options } = readTogether(
    () => readProbeOptions(flags),
    () => loadConfig(flags, place.env, place.folder),
  );
  const redact = redactor(secretsOf(config));
  onRedactor(redact);
  const most = Math.min(
    options.maxMessages,
    experiments.reduce((sum, each) => sum + each.most, 0),
  );
  if (!options.yes) return tellOnly(experiments, { flags, place, most });
  const write = reportWriter(options.report);
  const run = await ProbeRun.open({ config, options, experiments, redact });
  const end = await show(run, flags, place, redact).finally(() => run.close());
  write?.(reportOf(end.outcomes, { config, version, redact, wall: Date.now() }));
  return end.exitCode;
}

/** Nothing is sent without `--yes`. */
function tellOnly(
  experiments: Experiments,
  { flags, place, most }: { readonly flags: ProbeFlags; readonly place: CommandPlace; readonly most: number },
): number {
  const { send } = commandsAfterProbe(flags);
  if (flags.json === true) {
    for (const each of experiments) line(place, { type: "planned", ...experimentRecord(each) });
    line(
      place,
      unconfirmedLine(
        `nothing was sent: it may post at most ${most} messages`,
        send,
        place.wording ?? asWritten,
      ),
    );
    probeNeverBegan(2, place);
  } else place.stdout.write(experimentList(experiments));
  const what = "to one warmup chat of each type";
  return nothingSent(place, { most, what, command: send });
}

async function show(run: ProbeRun, flags: ProbeFlags, place: CommandPlace, redact: (text: string) => string) {
  const started = performance.now();
  const json = flags.json === true;
  const screen = openScreen(run, { flags, place, redact });
  if (json) tellStops(run.events, place, redact);
  const unwatch = stopOnSignals(run.stop);
  const watcher: ProbeWatcher = {
    planned: (plan) => screen.planned(plan),
    waiting: (ms) => screen.waiting(ms),
    began: (experiment, chat) => screen.began(experiment, chat),
    ended: (outcome) => {
      screen.ended(outcome);
      if (json) line(place, outcomeLine(outcome));
    },
  };
  try {
    const end = await run.toEnd(watcher);
    const ending = { ...end, durationMs: performance.now() - started };
    screen.end(end.outcomes, ending);
    if (json) line(place, probeSummaryLine(end.outcomes, ending));
    return end;
  } finally {
    unwatch();
  }
}
