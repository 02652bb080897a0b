import { loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import { nearest } from "../config/nearest.ts";
import { list } from "../config/parse.ts";
import { readProbeOptions } from "../config/probe-options.ts";
import { readTogether } from "../config/problems.ts";
import { redactor } from "../domain/secret.ts";
import { shownJson } from "../domain/shown-json.ts";
import { captureOf } from "../probe/capture.ts";
import { messagesOf } from "../probe/conform.ts";
import { type PlayedFact, readFacts } from "../probe/facts/fact.ts";
import { factLine, factSummaryLine } from "../reporters/probe/facts.ts";
import { ProbeRun } from "../runs/probe.ts";
import { stopOnSignals } from "../runs/signals.ts";
import { commandsAfterProbe } from "./again.ts";
import { tellStops } from "./error-line.ts";
import type { CommandPlace } from "./place.ts";
import type { ProbeContext } from "./probe.ts";
import type { ProbeFlags } from "./probe-flags.ts";
import { nothingSent, openScreen, reportWriter, writeLine } from "./probe-output.ts";

/** `prewarm probe --conform`: returns the exit code. Throws what ends it. */
export async function probeFacts(
  flags: ProbeFlags,
  { onRedactor, place, version }: ProbeContext & { readonly place: CommandPlace },
): Promise<number> {
  const facts = factsOf(flags);
  if (flags.list === true) return tellFacts(facts, flags, place);
  const { config, options } = readTogether(
    () => readProbeOptions(flags),
    () => loadConfig(flags, place.env, place.folder),
  );
  const redact = redactor(secretsOf(config));
  onRedactor(redact);
  const most = Math.min(
    options.maxMessages,
    facts.reduce((sum, fact) => sum + messagesOf(fact), 0),
  );
  if (!options.yes) {
    tellFacts(facts, flags, place);
    return nothingSent(place, {
      most,
      what: "to one warmup chat",
      command: commandsAfterProbe(flags).send,
    });
  }
  const write = reportWriter(options.report);
  const run = await ProbeRun.open({ config, options, experiments: [], redact });
  let chat: { readonly id: string; readonly type: string } | null = null;
  const screen = openScreen(run, { flags, place, redact });
  if (flags.json === true) tellStops(run.events, place, redact);
  const unwatch = stopOnSignals(run.stop);
  try {
    const end = await run.conform(facts, {
      planned: (plan) => {
        chat = plan.chats.find(({ type }) => type === "channel") ?? plan.chats[0] ?? null;
        screen.planned(plan);
      },
      waiting: (ms) => screen.waiting(ms),
      ended: (outcome) => {
        screen.fact(outcome.fact.id, outcome.status, outcome.says);
        if (flags.json === true) writeLine(place, factLine(outcome));
      },
    });
    const summary = factSummaryLine(end.outcomes, end);
    screen.facts(summary);
    if (flags.json === true) writeLine(place, summary);
    write?.(captureOf(end.outcomes, chat, { config, version, redact, wall: Date.now() }));
    return end.exitCode;
  } finally {
    unwatch();
    await run.close();
  }
}

/** The harmless facts, those of `--only` where it names some. */
function factsOf({ only }: ProbeFlags): readonly PlayedFact[] {
  const harmless = [...readFacts().values()].flat().filter((fact) => fact.harmless);
  const given = only?.flatMap(list) ?? null;
  if (given === null) return harmless;
  const ids = harmless.map(({ id }) => id);
  const strangers = given.filter((id) => !ids.includes(id));
  if (strangers.length === 0) return harmless.filter(({ id }) => given.includes(id));
  throw new ConfigError(
    strangers.map((name) => {
      const hint = nearest(name, ids);
      return `--only ${name}: no such harmless fact${hint ? `, did you mean ${hint}?` : ""} (prewarm probe --conform --list)`;
    }),
  );
}

function tellFacts(facts: readonly PlayedFact[], flags: ProbeFlags, { stdout }: CommandPlace): number {
  const rows = facts.map((fact) => ({
    id: fact.id,
    rule: fact.rule,
    origin: fact.origin,
    source: fact.source,
    most_messages: messagesOf(fact),
  }));
  if (flags.json === true) stdout.write(`${shownJson(rows, 2)}\n`);
  else for (const { id, rule } of rows) stdout.write(`  ${id}\n      ${rule}\n`);
  return 0;
}
