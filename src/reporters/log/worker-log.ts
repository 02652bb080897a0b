import type { Writable } from "node:stream";
import type { Adviser } from "../../domain/advice.ts";
import { LOG_LEVELS, type LogLevel } from "../../domain/choices.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { Reporter } from "../reporter.ts";
import { PREFIX } from "./item-lines.ts";
import { logItems } from "./item-log.ts";
import type { FormatLine, Log, LogLine } from "./log-line.ts";
import { LineWriter } from "./log-writer.ts";
import { logWorld } from "./world-log.ts";

export interface WorkerLogOptions {
  readonly stream: Writable;
  readonly clock: Clock;
  readonly format: FormatLine;
  /** Lines below it are not written. */
  readonly level: LogLevel;
  /** Whose words the way out of a failure is in: those of this worker. */
  readonly adviser: () => Adviser;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
  /** The first line tells them, and `[BATCH][DONE]` comes once in `intervalMs` (of the clock) at most. */
  readonly intervalMs: number;
  readonly maxQueue: number;
  /** Milliseconds between two listings of the bucket, whose price is logged; null where nothing is listed. */
  readonly listInterval: number | null;
  /** Bytes that may wait for a slow reader; lines beyond are dropped and counted. */
  readonly maxWaitingBytes?: number;
}

const WAITING_BYTES = 1_048_576;

/** Writes what happens to a worker as lines, each item from `[START]` to `[OK]` or `[ERR]`. */
export function workerLog(events: Emitter, options: WorkerLogOptions): Reporter {
  const { stream, clock, format, level: least, redact, maxWaitingBytes = WAITING_BYTES } = options;
  const lineOf = ({ level, msg, fields }: LogLine) =>
    format({ at: clock.wall(), level, msg: redact(msg), fields: redacted(fields, redact) });
  const writer = new LineWriter(stream, maxWaitingBytes, (dropped) =>
    lineOf({ level: "warn", msg: `${PREFIX}[LOG][DROPPED]`, fields: { lines: dropped } }),
  );
  const log: Log = (line) => {
    if (LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(least)) writer.write(lineOf(line));
  };
  logWorld(events, log, options);
  const finish = logItems(events, log, options);
  return {
    stop: () => {
      finish();
      return writer.end();
    },
  };
}

function redacted(fields: LogLine["fields"], redact: (text: string) => string): LogLine["fields"] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? redact(value) : value]),
  );
}
