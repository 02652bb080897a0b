import { loadConfig, secretsOf } from "../config/config.ts";
import { exitCodeOfError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { readTogether } from "../config/problems.ts";
import { readRunOptions } from "../config/run-options.ts";
import { redactor } from "../domain/secret.ts";
import { Session } from "./session.ts";
import { openStage } from "./stage.ts";

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
  const { emptySummary } = await import("../reporters/run/ndjson.ts");
  emptySummary(process.stdout, exitCode);
}

interface Opened {
  readonly session: Session;
  close(): Promise<void>;
}

async function open(flags: Flags, context: RunContext): Promise<Opened> {
  const stage = await openStage(flags.sandbox === true);
  const { env, folder, sandbox } = stage;
  try {
    const { config, options } = readTogether(
      () => readRunOptions(flags),
      () => loadConfig(flags, env, folder),
      sandbox ? null : SANDBOX_HINT,
    );
    const redact = redactor(secretsOf(config));
    context.onRedactor(redact);
    const session = await Session.open({ config, options, flags, redact, sandbox });
    return { session, close: () => session.close().finally(stage.close) };
  } catch (error) {
    await stage.close();
    throw error;
  }
}
