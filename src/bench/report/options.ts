import { BadValue } from "../../config/bad-value.ts";
import { ConfigError } from "../../config/error.ts";
import { Problems } from "../../config/problems.ts";
import { colourFor } from "../../reporters/colour.ts";
import type { Canvas } from "../../reporters/table.ts";
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
  /** By flag, where the result is written; `$GITHUB_STEP_SUMMARY`, to which Markdown is added, where it is set. */
  readonly files: Readonly<Record<"json" | "markdown" | "html" | "summary", string | undefined>>;
  /** What the user typed, to measure again. */
  readonly command: string;
  readonly drawing: (stream: Stream) => Canvas;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the flags before anything is measured, the baseline's file included, so that a mistake costs no minute. Throws
 * ConfigError with all problems.
 */
export function finishOptions(flags: FinishFlags, env: Env, command: string): FinishOptions {
  const problems = new Problems();
  const { baseline: path, format, json, markdown, html } = flags;
  const options = {
    gates: problems.try(() => parseGates(flags.gate ?? []), []),
    baseline: problems.try(() => (path === undefined ? null : { path, report: baselineOf(path) }), null),
    maxRegression: problems.try(() => limitOf(flags), DEFAULT_MAX_REGRESSION),
    format: problems.try(() => (format === undefined ? null : parseFormat(format)), null),
    files: { json, markdown, html, summary: summaryOf(env) },
    command,
    drawing: drawingFor(flags, env),
  };
  problems.throwIfAny();
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

/** What a job of GitHub shows. */
export function summaryOf(env: Env): string | undefined {
  return env.GITHUB_STEP_SUMMARY || undefined;
}

const USUAL_WIDTH = 100;

/** How text is drawn on a stream: colours, lines of tables, width. */
export function drawingFor({ color }: { readonly color?: boolean }, env: Env): (stream: Stream) => Canvas {
  return (stream) => ({
    colour: colourFor({ stream, env, noColor: color === false }),
    plain: stream.isTTY !== true || env.TERM === "dumb",
    width: (stream.columns ?? USUAL_WIDTH) - 1,
  });
}
