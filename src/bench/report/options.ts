import type { ChalkInstance } from "chalk";
import { ConfigError } from "../../config/error.ts";
import { BadValue } from "../../config/parse.ts";
import { colourFor } from "../../reporters/colour.ts";
import { type Baseline, DEFAULT_MAX_REGRESSION, maxRegression } from "./compare.ts";
import { type Format, parseFormat } from "./formats.ts";
import { type Gate, parseGates } from "./gates.ts";
import { readReport } from "./read.ts";

/** Flags of `prewarm bench` that say what becomes of the result, as commander gives them. */
export interface FinishFlags {
  readonly gate?: readonly string[];
  readonly baseline?: string;
  readonly maxRegression?: string;
  readonly format?: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly html?: string;
  /** False for `--no-color`. */
  readonly color?: boolean;
}

/** A stream that text goes to: process.stdout, or a test's. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly getColorDepth?: (() => number) | undefined;
}

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface FinishOptions {
  readonly gates: readonly Gate[];
  readonly baseline: Baseline | null;
  readonly maxRegression: number;
  readonly format: Format | null;
  readonly files: Files;
  /** What the user typed, to measure again. */
  readonly command: string;
  readonly colourOf: (stream: Stream) => ChalkInstance;
  readonly plainOf: (stream: Stream) => boolean;
}

/** Where the result is written; null where it is not asked for. */
interface Files {
  readonly json: string | null;
  readonly markdown: string | null;
  readonly html: string | null;
  /** `$GITHUB_STEP_SUMMARY`: Markdown is added at its end. */
  readonly summary: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the flags before anything is measured, the baseline's file included, so that a mistake costs no minute. Throws
 * ConfigError with all problems.
 */
export function finishOptions(flags: FinishFlags, env: Env, command: string): FinishOptions {
  const problems: string[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return otherwise;
    }
  };
  const { baseline: path, format } = flags;
  const options = {
    gates: attempt(() => parseGates(flags.gate ?? []), []),
    baseline: attempt(() => (path === undefined ? null : { path, report: baselineOf(path) }), null),
    maxRegression: attempt(() => limitOf(flags), DEFAULT_MAX_REGRESSION),
    format: attempt(() => (format === undefined ? null : parseFormat(format)), null),
    files: filesOf(flags, env),
    command,
    ...drawing(flags, env),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return options;
}

function baselineOf(path: string): Baseline["report"] {
  try {
    return readReport(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map((problem) => `--baseline ${problem}`));
  }
}

function limitOf({ maxRegression: text, baseline }: FinishFlags): number {
  if (text === undefined) return DEFAULT_MAX_REGRESSION;
  if (baseline === undefined)
    throw new ConfigError(["--max-regression: needs --baseline FILE to compare with"]);
  return parseLimit(text);
}

/** `--max-regression` as a share. Throws ConfigError. */
export function parseLimit(text: string): number {
  try {
    return maxRegression(text);
  } catch (error) {
    if (error instanceof BadValue) throw new ConfigError([`--max-regression ${text}: not ${error.message}`]);
    throw error;
  }
}

function filesOf({ json, markdown, html }: FinishFlags, env: Env): Files {
  const summary = env.GITHUB_STEP_SUMMARY;
  return {
    json: json ?? null,
    markdown: markdown ?? null,
    html: html ?? null,
    summary: summary === undefined || summary === "" ? null : summary,
  };
}

/** Colours and lines of tables, as each stream takes them. */
export function drawing(
  { color }: Pick<FinishFlags, "color">,
  env: Env,
): Pick<FinishOptions, "colourOf" | "plainOf"> {
  return {
    colourOf: (stream) => colourFor({ stream, env, noColor: color === false }),
    plainOf: (stream) => stream.isTTY !== true || env.TERM === "dumb",
  };
}
