import { type Config, loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import type { RunOptions } from "../config/run-options.ts";
import { readRunOptions } from "../config/run-options.ts";
import { redactor } from "../domain/secret.ts";
import { Session } from "./session.ts";

export interface RunContext {
  /** Told what takes the secrets out of a final error. */
  readonly onRedactor: (redact: (text: string) => string) => void;
}

const SANDBOX_HINT = "`prewarm run --sandbox` needs none of this: it runs against local stand-ins.";

/** `prewarm run`: answers the exit code. Throws what ends it before it began; with `--json` a summary line comes even then. */
export async function run(flags: Flags, context: RunContext): Promise<number> {
  try {
    return flags.sandbox === true ? await runSandboxed(flags, context) : await runReal(flags, context);
  } catch (error) {
    if (flags.json === true) {
      const { emptySummary } = await import("../reporters/ndjson.ts");
      emptySummary(process.stdout, error instanceof ConfigError ? 2 : exitCodeOfError(error));
    }
    throw error;
  }
}

async function runReal(flags: Flags, context: RunContext): Promise<number> {
  const { config, options } = readAll(flags, process.env, process.cwd());
  return start(config, options, flags, context, false);
}

async function runSandboxed(flags: Flags, context: RunContext): Promise<number> {
  const { startDemo } = await import("../sandbox/demo.ts");
  const demo = await startDemo();
  try {
    const { config, options } = readAll(flags, demo.env, null);
    process.stderr.write(
      `sandbox: R2 and Bot API stand-ins on ${config.endpoint} and ${config.apiRoot}; nothing leaves this machine\n`,
    );
    return await start(config, options, flags, context, true);
  } finally {
    await demo.close();
  }
}

async function start(
  config: Config,
  options: RunOptions,
  flags: Flags,
  context: RunContext,
  sandbox: boolean,
): Promise<number> {
  const redact = redactor(secretsOf(config));
  context.onRedactor(redact);
  const session = await Session.open({ config, options, flags, redact, sandbox });
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

/** Flags and configuration, with the problems of both told at once. */
function readAll(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string | null,
): { config: Config; options: RunOptions } {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const options = attempt(() => readRunOptions(flags));
  const config = attempt(() => loadConfig(flags, env, folder));
  if (options && config) return { config, options };
  if (!config && folder !== null) problems.push(SANDBOX_HINT);
  throw new ConfigError(problems);
}

function exitCodeOfError(error: unknown): number {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number"
    ? error.exitCode
    : 1;
}
