import { secretsOf } from "../config/config.ts";
import { readTogether } from "../config/problems.ts";
import { type RunOptions, readWorkerOptions } from "../config/run-options.ts";
import { loadWorkerConfig, type WorkerConfig } from "../config/worker-config.ts";
import { redactor } from "../domain/secret.ts";
import { asWritten } from "../domain/wording.ts";
import { colourFor } from "../reporters/colour.ts";
import { formatFor, isJournal } from "../reporters/log/log-line.ts";
import { workerLog } from "../reporters/log/worker-log.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { pastOneSignal, stopOnSignals, unlessSignalled } from "../runs/signals.ts";
import { openStage, type Stage } from "../runs/stage.ts";
import { Worker } from "../runs/worker.ts";
import type { CommandPlace } from "./place.ts";
import { beforeScreen, type RunContext, stoppedEarly, tellerOf } from "./run.ts";
import type { WorkerFlags } from "./worker-flags.ts";

export interface WorkerContext extends RunContext {
  readonly version: string;
}

/** `prewarm worker`: keeps everything warm until a signal; returns the exit code. Throws what ends it. */
export async function worker(flags: WorkerFlags, context: WorkerContext): Promise<number> {
  const { place } = context;
  if (flags.fleet !== undefined) return (await import("./worker-fleet.ts")).workerFleet(flags, place);
  const { env, folder } = place;
  const wish = { env, folder, sandbox: flags.sandbox === true, flags };
  const stage = await openStage(wish, tellerOf(place));
  try {
    return await workOn(stage, flags, context);
  } finally {
    await stage.close();
  }
}

async function workOn(
  { env, folder, sandbox }: Stage,
  flags: WorkerFlags,
  { onRedactor, version, place }: WorkerContext,
): Promise<number> {
  const { config, options } = readTogether(
    () => readWorkerOptions(flags),
    () => loadWorkerConfig(flags, env, folder),
    sandbox ? null : SANDBOX_HINT,
  );
  const redact = redactor(secretsOf(config));
  onRedactor(redact);
  const early = beforeScreen(tellerOf(place), flags.quiet === true, redact);
  const begun = await unlessSignalled(Worker.open({ config, options, redact, sandbox, version, early }));
  if ("signal" in begun) return stoppedEarly(begun.signal, place);
  const open = begun.opened;
  const log = logOf(open, { config, options, flags, place, redact });
  const unwatch = stopOnSignals(open.stop);
  try {
    return await open.toEnd();
  } finally {
    unwatch();
    await pastOneSignal(() => open.close().finally(() => log.stop()));
  }
}

const SANDBOX_HINT = "`prewarm worker --sandbox` needs none of this: it runs against local stand-ins.";

const STDERR = 2;

interface LogParts {
  readonly config: WorkerConfig;
  readonly options: RunOptions;
  readonly flags: WorkerFlags;
  readonly place: CommandPlace;
  readonly redact: (text: string) => string;
}

/** The log of a worker: lines for people on stderr, JSON lines as data on stdout. */
function logOf(worker: Worker, { config, options, flags, place, redact }: LogParts): Reporter {
  const { env, stdout, stderr, wording = asWritten } = place;
  const json = flags.json === true;
  const colour = colourFor({ stream: stderr, env, noColor: flags.color === false });
  return workerLog(worker.events, {
    clock: worker.clock,
    adviser: () => worker.adviser,
    redact: json ? redact : (text) => wording(redact(text)),
    stream: json ? stdout : stderr,
    format: formatFor({ json, colour, journal: isJournal(env, STDERR) }),
    level: flags.quiet === true ? "warn" : config.logLevel,
    intervalMs: config.intervalMs,
    maxQueue: config.maxQueue,
    listInterval: options.manifest === null ? config.listInterval : null,
  });
}
