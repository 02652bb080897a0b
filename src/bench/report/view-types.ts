import type { Cell } from "../../pages/report/table.ts";
import type { Doubt } from "../types.ts";

/** What became of one `--gate`. */
export interface GateResult {
  /** As the user wrote it. */
  readonly expression: string;
  readonly value: number | null;
  readonly unit: string;
  readonly passed: boolean;
  /** Why it failed, where it is not the value itself: a name that does not exist, no samples. */
  readonly why: string | null;
}

/**
 * `regression`: worse than the limit even after the error is taken off. `unsure`: worse than the limit, but by less than the
 * error. `worse`: within the limit. `missing`: the baseline has it and this run does not, though its scenario ran.
 * `new`: the baseline does not have it. `unjudged`: one side is zero or not a number.
 */
export type Verdict =
  | "regression"
  | "missing"
  | "unsure"
  | "worse"
  | "unchanged"
  | "improved"
  | "new"
  | "unjudged";

/** One figure on both sides. Shares of the baseline's: 0.1 is 10 %. */
export interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly verdict: Verdict;
  /** Takes part in the judgement; the others are shown for information. */
  readonly judged: boolean;
  readonly before: number | null;
  readonly now: number | null;
  /** now / before - 1. */
  readonly change: number | null;
  /** How much more the same work costs, whichever way the figure points; negative is better. */
  readonly cost: number | null;
  readonly error: number | null;
}

export interface Comparison {
  /** When the baseline was measured, and where it lies. */
  readonly baseline: { readonly path: string; readonly at: string };
  readonly max_regression: number;
  /** Processor, cores, platform and Node.js agree. */
  readonly same_machine: boolean;
  readonly rows: readonly Compared[];
  /** What was not compared, and why; a line each. */
  readonly notes: readonly string[];
  readonly failed: boolean;
}

/** A metric of two variants side by side; `ratio` is empty where none was measured. */
export interface PairRow {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly ratio: Cell;
}

export interface PairView {
  /** Titles of the two variants; `before` is null for a variant that is measured against nothing. */
  readonly before: string | null;
  readonly after: string;
  readonly rows: readonly PairRow[];
}

interface TargetView {
  readonly scenario: string;
  readonly text: string;
  readonly value: string;
  readonly verdict: Cell;
}

export interface ScenarioView {
  readonly name: string;
  readonly what: string;
  readonly simulated: string | null;
  /** Such as `12 rounds in 4.1 s`. */
  readonly effort: string;
  readonly incomplete: string | null;
  readonly pairs: readonly PairView[];
}

export interface GateView {
  readonly expression: string;
  readonly value: string;
  readonly verdict: Cell;
  /** Why it could not be judged; empty where it could. */
  readonly detail: string;
}

export interface ComparedView {
  readonly name: string;
  readonly before: string;
  readonly now: string;
  readonly change: string;
  readonly verdict: Cell;
  /** What the verdict says more; empty for nothing. */
  readonly detail: string;
  readonly judged: boolean;
}

export interface ComparisonView {
  /** What was compared with what, by which limit. */
  readonly title: string;
  readonly verdict: Cell;
  readonly rows: readonly ComparedView[];
  readonly notes: readonly string[];
}

interface FigureView {
  readonly name: string;
  readonly median: string;
  readonly spread: string;
  readonly samples: string;
}

/** A report as words: every screen and file shows the same. Texts hold no control characters and are not escaped. */
export interface ReportView {
  readonly at: string;
  /** The command that makes such a report again. */
  readonly command: string;
  readonly scenarios: readonly ScenarioView[];
  readonly targets: readonly TargetView[];
  readonly doubts: readonly Doubt[];
  readonly gates: readonly GateView[];
  readonly comparison: ComparisonView | null;
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly figures: readonly FigureView[];
}
