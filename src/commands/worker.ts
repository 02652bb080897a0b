import { secretsOf } from "../config/config.ts";
import type { Flags } from "../config/layers.ts";
import { readTogether } from "../config/problems.ts";
import { readWorkerOptions } from "../config/run-options.ts";
import { loadWorkerConfig } from "../config/worker-config.ts";
import { redactor } from "../domain/secret.ts";
import type { RunContext } from "./run.ts";
import { openStage, type Stage } from "./stage.ts";
import { WorkerSession } from "./worker-session.ts";

export interface WorkerContext extends RunContext {
  readonly version: string;
}

/** `prewarm worker`: keeps everything warm until a signal; answers the exit code. Throws what ends it. */
export async function worker(flags: Flags, context: WorkerContext): Promise<number> {
  const stage = await openStage(flags.sandbox === true);
  try {
    const session = await open(flags, context, stage);
    return await session.run().finally(() => session.close());
  } finally {
    await stage.close();
  }
}

async function open(flags: Flags, context: WorkerContext, stage: Stage): Promise<WorkerSession> {
  const { env, folder, sandbox } = stage;
  const { config, options } = readTogether(
    () => readWorkerOptions(flags),
    () => loadWorkerConfig(flags, env, folder),
    sandbox ? null : SANDBOX_HINT,
  );
  const redact = redactor(secretsOf(config));
  context.onRedactor(redact);
  return WorkerSession.open({ config, options, flags, redact, sandbox, version: context.version });
}

const SANDBOX_HINT = "`prewarm worker --sandbox` needs none of this: it runs against local stand-ins.";
