import { secretsOf } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import { type RunOptions, readWorkerOptions } from "../config/run-options.ts";
import { loadWorkerConfig, type WorkerConfig } from "../config/worker-config.ts";
import { redactor } from "../domain/secret.ts";
import { readTogether } from "./read-together.ts";
import type { RunContext } from "./run.ts";
import { WorkerSession } from "./worker-session.ts";

export interface WorkerContext extends RunContext {
  readonly version: string;
}

/** `prewarm worker`: keeps everything warm until a signal; answers the exit code. Throws what ends it. */
export async function worker(flags: Flags, context: WorkerContext): Promise<number> {
  const { config, options } = readTogether(
    () => readWorkerOptions(flags),
    () => loadWorkerConfig(flags, process.env, process.cwd()),
  );
  const session = await openSession(config, options, flags, context);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

function openSession(config: WorkerConfig, options: RunOptions, flags: Flags, context: WorkerContext) {
  const redact = redactor(secretsOf(config));
  context.onRedactor(redact);
  return WorkerSession.open({ config, options, flags, redact, sandbox: false, version: context.version });
}
