import { fstatSync } from "node:fs";
import { inspect } from "node:util";
import type { ChalkInstance } from "chalk";
import type { LogLevel } from "../../domain/choices.ts";
import { shownJson } from "../../domain/shown-json.ts";
import { oneLine } from "../format.ts";

/** What a line says besides its message, in snake_case; what is undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogLine {
  readonly level: LogLevel;
  /** A bracketed prefix such as `[MEDIA][PREWARM][OK]`, or a sentence. */
  readonly msg: string;
  readonly fields: LogFields;
}

/** Hands one line on. */
export type Log = (line: LogLine) => void;

interface LogEntry extends LogLine {
  /** Unix milliseconds. */
  readonly at: number;
}

/** Makes one line, without line end, in which nothing that a key or an answer holds can begin another. */
export type FormatLine = (entry: LogEntry) => string;

/** One object a line: `time`, `level`, `msg`, then the fields. */
const jsonLine: FormatLine = ({ at, level, msg, fields }) =>
  shownJson({ time: new Date(at).toISOString(), level, msg, ...fields });

/**
 * `time level message { fields }`, as most servers write it: a file of lines without their time is worth little, and greps
 * for the bracketed prefix or for a whole old line find it wherever it stands.
 */
function timedLine(colour: ChalkInstance): FormatLine {
  const styles = { debug: colour.dim, info: colour, warn: colour.yellow, error: colour.red };
  return (entry) => {
    const { at, level } = entry;
    return `${colour.dim(new Date(at).toISOString())} ${styles[level](level)} ${textOf(entry)}`;
  };
}

/** Priorities of syslog(3), which sd-daemon(3) takes in front of a line. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/**
 * For the journal of systemd, which knows the time itself, takes the level out of `<6>` (so that `journalctl -p warning`
 * works) and shows the line without it, beginning with the prefix.
 */
const journalLine: FormatLine = (entry) => `<${PRIORITIES[entry.level]}>${textOf(entry)}`;

/** Whether a file descriptor is the journal's: systemd names its device and inode in JOURNAL_STREAM (systemd.exec(5)). */
export function isJournal(env: Readonly<Record<string, string | undefined>>, descriptor: number): boolean {
  if (!env.JOURNAL_STREAM) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return env.JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** JSON where it was asked for, else what fits the stream. */
export function formatFor(output: {
  readonly json: boolean;
  readonly journal: boolean;
  readonly colour: ChalkInstance;
}): FormatLine {
  if (output.json) return jsonLine;
  return output.journal ? journalLine : timedLine(output.colour);
}

/** Fields as Node prints an object, which is how the old lines looked. */
const ONE_LINE = { breakLength: Number.POSITIVE_INFINITY, compact: true, maxStringLength: 2_000 } as const;

function textOf({ msg, fields }: LogEntry): string {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  const text = said.length === 0 ? msg : `${msg} ${inspect(Object.fromEntries(said), ONE_LINE)}`;
  return oneLine(text);
}
