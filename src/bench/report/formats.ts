import { ConfigError } from "../../config/error.ts";
import { type Figure, figuresOf } from "../figures.ts";
import type { BenchReport } from "../types.ts";

/** How the data is written on stdout for a tool. */
export type Format = "github-action-benchmark";

/** Throws ConfigError for any other format. */
export function parseFormat(text: string): Format {
  if (text === "github-action-benchmark") return text;
  throw new ConfigError([`--format ${text}: no such format; use github-action-benchmark, or --json FILE`]);
}

/** A line of github-action-benchmark's custom tools (README of benchmark-action/github-action-benchmark, "customBiggerIsBetter"). */
interface BenchmarkEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range: string;
  readonly extra: string;
}

/**
 * What the action takes as `output-file-path` with `tool: customBiggerIsBetter`. One file has one direction there, and runners
 * differ, so it holds the figures that hold on any machine, each such that bigger is better: a ratio of which less is better
 * is turned over and called "times less". Figures without samples are left out, since the action takes numbers only.
 */
export function githubActionBenchmark(report: BenchReport): string {
  const entries = figuresOf(report).filter(isCharted).map(entryOf);
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** A portable figure that is not a ratio cannot be turned over: 0 is its best value. */
function isCharted({ portable, median, better, reference }: Figure): boolean {
  const turned = better === "lower" && (reference === null || median === 0);
  return portable && Number.isFinite(median) && !turned;
}

function entryOf(figure: Figure): BenchmarkEntry {
  const { name, median, better, spread, samples, reference, unit } = figure;
  const turned = better === "lower";
  const value = turned ? 1 / median : median;
  return {
    name: turned ? `${name} (times less)` : name,
    unit: reference === null ? unit : `x of ${reference}`,
    value: Number(value.toPrecision(6)),
    range: spread === null ? "" : `\u00b1 ${(spread * value).toPrecision(2)}`,
    extra: `median of ${samples.length} rounds${turned ? `\nturned over: ${name} is ${median.toPrecision(4)}` : ""}`,
  };
}
