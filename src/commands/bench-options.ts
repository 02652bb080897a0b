import { accessSync, constants } from "node:fs";
import { dirname, resolve } from "node:path";
import { SCENARIOS, type ScenarioName } from "../bench/port.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { nearest } from "../config/nearest.ts";

/** What `prewarm bench` was asked for, checked. Paths as they were given. */
export interface BenchRunOptions {
  /** Empty for all. */
  readonly scenarios: readonly ScenarioName[];
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly html: string | undefined;
  readonly format: "github-action-benchmark" | undefined;
  readonly baseline: string | undefined;
  /** A share of 1; 0.1 without the flag. */
  readonly maxRegression: number;
  readonly gates: readonly string[];
  readonly againstReal: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  /** False for `--no-color`. */
  readonly colour: boolean;
}

const DEFAULT_REGRESSION = 0.1;

/** Reads arguments and flags. Throws ConfigError with everything that is wrong with them, before a minute is spent. */
export function readBenchOptions(names: readonly string[], flags: Flags): BenchRunOptions {
  const text = (name: string) => (typeof flags[name] === "string" ? flags[name] : undefined);
  const files = {
    json: text("json"),
    markdown: text("markdown"),
    html: text("html"),
    baseline: text("baseline"),
  };
  const gates = Array.isArray(flags.gate) ? flags.gate : [];
  const share = shareOf(text("maxRegression"));
  const problems = [
    ...names.flatMap(nameProblem),
    ...Object.entries({ ...files, maxRegression: text("maxRegression") }).flatMap(emptyProblem),
    ...gates.flatMap((gate) =>
      gate.trim() === "" ? ["--gate is empty: give it an expression, or leave it out"] : [],
    ),
    ...[files.json, files.markdown, files.html].flatMap(placeProblem),
    ...(share === null
      ? [`--max-regression "${text("maxRegression")}": it must be a share such as 10%`]
      : []),
    ...(flags.format === "bmf"
      ? ["--format bmf: not written yet; use github-action-benchmark or --json"]
      : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...files,
    scenarios: SCENARIOS.filter((name) => names.includes(name)),
    format: flags.format === "github-action-benchmark" ? flags.format : undefined,
    maxRegression: share ?? DEFAULT_REGRESSION,
    gates,
    againstReal: flags.against === "real",
    yes: flags.yes === true,
    quiet: flags.quiet === true,
    colour: flags.color !== false,
  };
}

function nameProblem(name: string): string[] {
  if (SCENARIOS.some((known) => known === name)) return [];
  const hint = nearest(name, SCENARIOS);
  return [`${name}: no such scenario${hint ? `, did you mean ${hint}?` : ""} (${SCENARIOS.join(", ")})`];
}

function emptyProblem([name, value]: [string, string | undefined]): string[] {
  const flag = name === "maxRegression" ? "max-regression" : name;
  return value === "" ? [`--${flag} is empty: give it a value, or leave it out`] : [];
}

/** A file that cannot be written is said at once. */
function placeProblem(path: string | undefined): string[] {
  if (!path) return [];
  const folder = dirname(resolve(path));
  try {
    accessSync(folder, constants.W_OK);
    return [];
  } catch {
    return [`${path}: its folder is not there or cannot be written to; make it, or name another file`];
  }
}

/** Null when it is no share; undefined when it is not given. */
function shareOf(text: string | undefined): number | null | undefined {
  if (text === undefined || text === "") return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1]);
  return percent >= 0 && percent < 100 ? percent / 100 : null;
}
