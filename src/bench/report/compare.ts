import { BadValue } from "../../config/bad-value.ts";
import { type Figure, figuresOf } from "../figures.ts";
import type { BenchReport, Environment, ScenarioResult } from "../types.ts";
import { shiftOf } from "./shift.ts";
import type { Compared, Comparison, Verdict } from "./view-types.ts";

/** `10%` as 0.1. Throws BadValue. */
export function maxRegression(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1]);
  if (!(value >= 0 && value <= 1000)) throw new BadValue("a share such as 10%");
  return value / 100;
}

export const DEFAULT_MAX_REGRESSION = 0.1;

export interface Baseline {
  readonly path: string;
  readonly report: BenchReport;
}

/**
 * Holds a report against a baseline. Judged are ratios and portable figures, which do not depend on the machine; absolute
 * figures are shown for information. A figure is a regression only when the same work costs more than `limit` more after the
 * error is taken off. It fails on a regression, on a judged figure that is gone though its scenario ran, and when nothing
 * could be judged at all.
 */
export function compareReports(baseline: Baseline, report: BenchReport, limit: number): Comparison {
  const [before, now] = [figuresOf(baseline.report), figuresOf(report)];
  const find = (figures: readonly Figure[], name: string) => figures.find((figure) => figure.name === name);
  const ran = new Set(report.scenarios.map(({ scenario }) => scenario as string));
  const rows = [
    ...before
      .filter(({ scenario }) => ran.has(scenario))
      .map((each) => held(each, find(now, each.name), limit)),
    ...now
      .filter(({ name, median }) => !find(before, name) && Number.isFinite(median))
      .map((each) => held(undefined, each, limit)),
  ];
  const nothing = !rows.some(({ judged, verdict }) => judged && verdict !== "new" && verdict !== "unjudged");
  return {
    baseline: { path: baseline.path, at: baseline.report.at },
    max_regression: limit,
    same_machine: isSameMachine(baseline.report.environment, report.environment),
    rows,
    notes: [
      ...(nothing ? ["nothing could be compared: the two reports have no judged figure in common"] : []),
      ...notesOf(baseline.report, report),
    ],
    failed: nothing || rows.some(({ judged, verdict }) => judged && isFailure(verdict)),
  };
}

/** What ends a comparison with 99. */
function isFailure(verdict: Verdict): boolean {
  return verdict === "regression" || verdict === "missing";
}

/** One of the two sides may lack it. */
function held(before: Figure | undefined, now: Figure | undefined, limit: number): Compared {
  const { name = "", unit = "" } = before ?? now ?? {};
  const [was, is] = [before?.median ?? Number.NaN, now?.median ?? Number.NaN];
  const row: Compared = {
    name,
    unit,
    verdict: "new",
    judged: (before?.portable ?? true) && (now?.portable ?? true),
    before: finite(was),
    now: finite(is),
    change: finite(is / was - 1),
    cost: null,
    error: null,
  };
  if (!before) return row;
  if (row.before === null) return { ...row, verdict: "unjudged" };
  if (!now || row.now === null) return { ...row, verdict: "missing" };
  return { ...row, ...verdictOf(before, now, limit) };
}

function verdictOf(before: Figure, now: Figure, limit: number): Pick<Compared, "verdict" | "cost" | "error"> {
  if (before.median === now.median && isZero(before) && isZero(now))
    return { verdict: "unchanged", cost: 0, error: 0 };
  const shift = shiftOf(before.samples, now.samples);
  if (!shift) return { verdict: "unjudged", cost: null, error: null };
  const worse = before.better === "lower" ? shift.estimate : -shift.estimate;
  const { error } = shift;
  const line = Math.log1p(limit);
  const numbers = { cost: Math.expm1(worse), error: Math.expm1(error) };
  if (worse - error > line) return { verdict: "regression", ...numbers };
  if (worse > line) return { verdict: "unsure", ...numbers };
  if (worse > error) return { verdict: "worse", ...numbers };
  return { verdict: worse < -error ? "improved" : "unchanged", ...numbers };
}

function isZero({ samples }: Figure): boolean {
  return samples.every((value) => value === 0);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function isSameMachine(a: Environment, b: Environment): boolean {
  const major = (version: string) => version.replace(/^v/, "").split(".")[0];
  const fields = ["cpu", "cores", "platform"] as const;
  return fields.every((name) => a[name] === b[name]) && major(a.node) === major(b.node);
}

function notesOf(before: BenchReport, now: BenchReport): string[] {
  const names = (report: BenchReport) => report.scenarios.map(({ scenario }) => scenario);
  const without = (all: string[], others: string[]) => all.filter((name) => !others.includes(name));
  return [
    ...without(names(before), names(now)).map(
      (name) => `${name}: in the baseline and not in this run, so not compared`,
    ),
    ...without(names(now), names(before)).map(
      (name) => `${name}: not in the baseline, so nothing to compare it with`,
    ),
    ...before.scenarios.flatMap((result) => cutShort(result, "the baseline")),
    ...now.scenarios.flatMap((result) => cutShort(result, "this run")),
  ];
}

function cutShort({ scenario, incomplete }: ScenarioResult, where: string): string[] {
  return incomplete === null ? [] : [`${scenario}: cut short in ${where} (${incomplete})`];
}
