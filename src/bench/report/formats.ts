import { ConfigError } from "../../config/error.ts";
import type { BenchReport } from "../port.ts";
import { figuresOf } from "./figures.ts";
import type { Figure } from "./port.ts";

const FORMATS = ["github-action-benchmark"] as const;
export type Format = (typeof FORMATS)[number];

/** Throws ConfigError for a format that there is none of, or not yet. */
export function parseFormat(text: string): Format {
  const format = FORMATS.find((each) => each === text);
  if (format) return format;
  const known = `use ${FORMATS.join(" or ")}, or --json FILE`;
  throw new ConfigError([
    text === "bmf" ? `--format bmf: not written yet; ${known}` : `--format ${text}: no such format; ${known}`,
  ]);
}

/** A line of github-action-benchmark's custom tools (README of benchmark-action/github-action-benchmark, "customBiggerIsBetter"). */
interface Entry {
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

/** A portable figure that is no ratio cannot be turned over: its zero is a good one. */
function isCharted({ portable, median, better, reference }: Figure): boolean {
  const turned = better === "lower" && (reference === null || median === 0);
  return portable && Number.isFinite(median) && !turned;
}

function entryOf(figure: Figure): Entry {
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
