import { loadConfig, secretsOf } from "../config/config.ts";
import { exitCodeOfError } from "../config/error.ts";
import { readTogether } from "../config/problems.ts";
import { readRunOptions } from "../config/run-options.ts";
import type { StopSignal } from "../domain/events.ts";
import { redactor } from "../domain/secret.ts";
import { asWritten } from "../domain/wording.ts";
import { Run } from "../runs/run.ts";
import { codeOfSignal, pastOneSignal, stopOnSignals, unlessSignalled } from "../runs/signals.ts";
import { openStage } from "../runs/stage.ts";
import { rememberRedactor, tellError } from "./error-line.ts";
import { RunOutput } from "./output.ts";
import type { CommandPlace } from "./place.ts";
import type { RunFlags } from "./run-flags.ts";

export interface RunContext {
  /** Told what takes the secrets out of a final error. */
  readonly onRedactor: (redact: (text: string) => string) => void;
  /** This process where none is given. */
  readonly place: CommandPlace;
}

const SANDBOX_HINT = "`prewarm run --sandbox` needs none of this: it runs against local stand-ins.";

/** `prewarm run`: returns the exit code. Throws what ends it; with `--json` a summary line comes even then. */
export async function run(flags: RunFlags, context: RunContext): Promise<number> {
  const { place } = context;
  const heard = rememberRedactor(context);
  const opening = open(flags, heard.context).catch(async (error: unknown) => {
    if (flags.json === true) {
      tellError(error, place, heard.redact);
      await neverBegan(exitCodeOfError(error), place);
    }
    throw error;
  });
  const begun = await unlessSignalled(opening);
  if ("signal" in begun) {
    const code = stoppedEarly(begun.signal, place);
    if (flags.json === true) await neverBegan(code, place);
    return code;
  }
  const { opened } = begun;
  try {
    return await show(opened.run, opened.output);
  } finally {
    await pastOneSignal(() => opened.close());
  }
}

/** Says that a signal came before anything was begun; returns the exit code. */
export function stoppedEarly(signal: StopSignal, place: CommandPlace): number {
  tellerOf(place)(`prewarm: ${signal}: stopped before anything was begun`);
  return codeOfSignal(signal);
}

/** The summary line of `--json` for a run that ended before it began. */
export async function neverBegan(exitCode: number, { stdout }: CommandPlace): Promise<void> {
  const { emptySummary } = await import("../reporters/run/ndjson.ts");
  emptySummary(stdout, exitCode);
}

/** What says something on stderr before there is a screen. */
export function tellerOf({ stderr, wording = asWritten }: CommandPlace): (text: string) => void {
  return (text) => void stderr.write(`${wording(text)}\n`);
}

/** What a ledger tells while it is opened, before there is a screen. */
export function beforeScreen(
  tell: (text: string) => void,
  isQuiet: boolean,
  redact: (text: string) => string,
): (level: "warn" | "info", text: string) => void {
  return (level, text) => {
    if (level === "warn" || !isQuiet) tell(redact(text));
  };
}

interface Opened {
  readonly run: Run;
  readonly output: RunOutput;
  close(): Promise<void>;
}

async function open(flags: RunFlags, { onRedactor, place }: RunContext): Promise<Opened> {
  const { env, folder } = place;
  const stage = await openStage({ env, folder, sandbox: flags.sandbox === true, flags }, tellerOf(place));
  const { sandbox } = stage;
  try {
    const { config, options } = readTogether(
      () => readRunOptions(flags),
      () => loadConfig(flags, stage.env, stage.folder),
      sandbox ? null : SANDBOX_HINT,
    );
    const redact = redactor(secretsOf(config));
    onRedactor(redact);
    const early = beforeScreen(tellerOf(place), flags.quiet === true, redact);
    const run = await Run.open({ config, options, redact, sandbox, command: "prewarm run", early });
    const output = new RunOutput(run, { flags, place, redact });
    const close = async () => {
      await output.close();
      await run.close().finally(stage.close);
    };
    return { run, output, close };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** Runs to the end and shows how it ended. */
async function show(run: Run, output: RunOutput): Promise<number> {
  const unwatch = stopOnSignals(run.stop);
  try {
    const toEnd = output.open().then(() => run.toEnd());
    const { exitCode, cause, plan } = await toEnd.finally(unwatch);
    if (plan) output.plan(plan);
    if (cause && "failure" in cause) output.failure(cause.failure, exitCode);
    await pastOneSignal(() => output.end(exitCode, cause !== null, cause));
    return output.codeWith(exitCode);
  } catch (error) {
    output.error(error);
    await output.end(exitCodeOfError(error), true);
    throw error;
  }
}
