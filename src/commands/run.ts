import { type Config, loadConfig, secretsOf } from "../config/config.ts";
import { exitCodeOfError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import type { RunOptions } from "../config/run-options.ts";
import { readRunOptions } from "../config/run-options.ts";
import { redactor } from "../domain/secret.ts";
import { readTogether } from "./read-together.ts";
import { Session } from "./session.ts";

export interface RunContext {
  /** Told what takes the secrets out of a final error. */
  readonly onRedactor: (redact: (text: string) => string) => void;
}

const SANDBOX_HINT = "`prewarm run --sandbox` needs none of this: it runs against local stand-ins.";

/** `prewarm run`: answers the exit code. Throws what ends it; with `--json` a summary line comes even then. */
export async function run(flags: Flags, context: RunContext): Promise<number> {
  const opened = await open(flags, context).catch(async (error: unknown) => {
    if (flags.json === true) await neverBegan(exitCodeOfError(error));
    throw error;
  });
  try {
    return await opened.session.run();
  } finally {
    await opened.close();
  }
}

/** The summary line of `--json` for a run that ended before it began. */
export async function neverBegan(exitCode: number): Promise<void> {
  const { emptySummary } = await import("../reporters/ndjson.ts");
  emptySummary(process.stdout, exitCode);
}

interface Opened {
  readonly session: Session;
  close(): Promise<void>;
}

async function open(flags: Flags, context: RunContext): Promise<Opened> {
  if (flags.sandbox === true) return openSandboxed(flags, context);
  const { config, options } = readAll(flags, process.env, process.cwd());
  const session = await openSession(config, options, flags, context, false);
  return { session, close: () => session.close() };
}

async function openSandboxed(flags: Flags, context: RunContext): Promise<Opened> {
  const { startDemo } = await import("../sandbox/demo.ts");
  const demo = await startDemo();
  try {
    const { config, options } = readAll(flags, demo.env, null);
    process.stderr.write(
      `sandbox: R2 and Bot API stand-ins on ${config.endpoint} and ${config.apiRoot}; nothing leaves this machine\n`,
    );
    const session = await openSession(config, options, flags, context, true);
    return { session, close: () => session.close().finally(() => demo.close()) };
  } catch (error) {
    await demo.close();
    throw error;
  }
}

function openSession(
  config: Config,
  options: RunOptions,
  flags: Flags,
  context: RunContext,
  sandbox: boolean,
): Promise<Session> {
  const redact = redactor(secretsOf(config));
  context.onRedactor(redact);
  return Session.open({ config, options, flags, redact, sandbox });
}

function readAll(flags: Flags, env: NodeJS.ProcessEnv, folder: string | null) {
  return readTogether(
    () => readRunOptions(flags),
    () => loadConfig(flags, env, folder),
    folder === null ? null : SANDBOX_HINT,
  );
}
