import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SCENARIOS } from "../bench/schema.ts";
import type { ScenarioName } from "../bench/types.ts";
import { ConfigError } from "../config/error.ts";
import { flagOf } from "../config/flag-name.ts";
import { nearest } from "../config/nearest.ts";
import { isSameFile } from "../config/same-file.ts";
import type { BenchFlags } from "./bench-flags.ts";

/** What `prewarm bench` shall measure; what becomes of the result is read by bench/report/options.ts. */
export interface BenchRunOptions {
  /** Empty for all that are not long. */
  readonly scenarios: readonly ScenarioName[];
  /** Those that take minutes too. */
  readonly long: boolean;
  readonly againstReal: boolean;
  readonly quiet: boolean;
}

/** Reads arguments and flags. Throws ConfigError with everything that is wrong with them, before a minute is spent. */
export function readBenchOptions(names: readonly string[], flags: BenchFlags): BenchRunOptions {
  const problems = [
    ...names.flatMap(nameProblem),
    ...Object.entries(flags).flatMap(emptyProblem),
    ...[flags.json, flags.markdown, flags.html].flatMap(placeProblem),
    ...sharedPlaces(flags),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    scenarios: SCENARIOS.filter((name) => names.includes(name)),
    long: flags.long === true,
    againstReal: flags.against === "real",
    quiet: flags.quiet === true,
  };
}

function nameProblem(name: string): string[] {
  if (SCENARIOS.some((known) => known === name)) return [];
  const hint = nearest(name, SCENARIOS);
  return [`${name}: no such scenario${hint ? `, did you mean ${hint}?` : ""} (${SCENARIOS.join(", ")})`];
}

function emptyProblem([name, value]: [string, BenchFlags[keyof BenchFlags]]): string[] {
  const isEmpty = value === "" || (Array.isArray(value) && value.some((each) => each.trim() === ""));
  return isEmpty && name !== "prefix" ? [`${flagOf(name)} is empty: give it a value, or leave it out`] : [];
}

/** A report that is written over another one is lost. */
function sharedPlaces(flags: BenchFlags): string[] {
  const outputs = (["json", "markdown", "html"] as const).flatMap((name) => {
    const path = flags[name];
    return path ? [{ name, path }] : [];
  });
  const { baseline } = flags;
  const read = baseline ? [{ name: "baseline", path: baseline }] : [];
  return outputs.flatMap(({ name, path }, at) => {
    // A report in JSON may become the next baseline.
    const others = [...outputs.slice(0, at), ...(name === "json" ? [] : read)];
    const other = others.find((each) => each.path !== "/dev/stdout" && isSameFile(each.path, path));
    return other
      ? [`${flagOf(name)} and ${flagOf(other.name)} name the same file ${path}; give each its own`]
      : [];
  });
}

/** A file that cannot be written is said at once, not after a minute of measuring. */
function placeProblem(path: string | undefined): string[] {
  if (path === undefined || path === "") return [];
  if (path === "-") return ["-: name a file; /dev/stdout is standard output"];
  try {
    accessSync(existsSync(path) ? path : dirname(resolve(path)), constants.W_OK);
    return [];
  } catch {
    return [`${path}: it cannot be written there; make its folder, or name another file`];
  }
}
