import type { Flags } from "../config/layers.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { colourFor } from "../reporters/colour.ts";
import { formatFor, isJournal } from "../reporters/log/log-line.ts";
import { workerLog } from "../reporters/log/worker-log.ts";
import type { Reporter } from "../reporters/reporter.ts";

export interface WorkerLogParts {
  readonly config: WorkerConfig;
  readonly flags: Flags;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

const STDERR = 2;

/** The log of a worker: lines for people on stderr, JSON lines as data on stdout. */
export function openWorkerLog(events: Emitter, { config, flags, clock, redact }: WorkerLogParts): Reporter {
  const { env, stdout, stderr } = process;
  const json = flags.json === true;
  const colour = colourFor({ stream: stderr, env, noColor: flags.color === false });
  return workerLog(events, {
    clock,
    redact,
    stream: json ? stdout : stderr,
    format: formatFor({ json, colour, journal: isJournal(env, STDERR) }),
    level: flags.quiet === true ? "warn" : config.logLevel,
    intervalMs: config.intervalMs,
    maxQueue: config.maxQueue,
  });
}
