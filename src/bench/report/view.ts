import { oneLine } from "../../reporters/format.ts";
import type { BenchReport, Doubt, Environment, ScenarioResult, Target } from "../port.ts";
import { comparisonView } from "./comparison-view.ts";
import { figuresOf } from "./figures.ts";
import { pairsOf } from "./pairs.ts";
import type {
  Comparison,
  DoubtView,
  Figure,
  FigureView,
  GateResult,
  GateView,
  ReportView,
  ScenarioView,
  TargetView,
} from "./port.ts";
import { amount, cell, effort, number, plainPercent, plusMinus } from "./words.ts";

export interface ViewParts {
  readonly gates: readonly GateResult[];
  readonly comparison: Comparison | null;
  /** What the user typed. */
  readonly command: string;
}

/** A report with its gates and comparison as words, so that terminal, Markdown and HTML say the same. */
export function viewOf(report: BenchReport, { gates, comparison, command }: ViewParts): ReportView {
  const figures = figuresOf(report);
  return {
    at: oneLine(report.at),
    command: oneLine(command),
    scenarios: report.scenarios.map((result) => scenarioView(result, figures)),
    targets: report.scenarios.flatMap(({ scenario, targets }) =>
      targets.map((target) => targetView(scenario, target)),
    ),
    doubts: [...report.doubts, ...report.scenarios.flatMap(({ doubts }) => doubts)].map(doubtView),
    gates: gates.map(gateView),
    comparison: comparison && comparisonView(comparison),
    environment: environmentView(report.environment),
    figures: figures.map(figureView),
  };
}

function scenarioView(result: ScenarioResult, figures: readonly Figure[]): ScenarioView {
  return {
    name: result.scenario,
    what: oneLine(result.what),
    simulated: result.simulated && oneLine(result.simulated),
    effort: effort(result.rounds, result.seconds),
    incomplete: result.incomplete && oneLine(result.incomplete),
    pairs: pairsOf(
      result,
      figures.filter(({ scenario }) => scenario === result.scenario),
    ),
  };
}

function targetView(scenario: string, target: Target): TargetView {
  const { text, value, unit, met } = target;
  return {
    scenario,
    text: oneLine(text),
    value: amount(value, unit),
    verdict:
      met === null ? cell("not measured", "doubt") : met ? cell("met", "good") : cell(missed(target), "bad"),
  };
}

function missed({ value, limit }: Target): string {
  const share = value === null || !limit ? Number.NaN : Math.abs(value / limit - 1);
  return Number.isFinite(share) ? `missed by ${plainPercent(share)}` : "missed";
}

function doubtView({ about, text, next }: Doubt): DoubtView {
  return { about, text: oneLine(text), next: oneLine(next) };
}

function gateView({ expression, value, unit, passed, why }: GateResult): GateView {
  const word = passed ? "passed" : why === null ? "crossed" : "failed";
  return {
    expression: oneLine(expression),
    value: amount(value, unit),
    verdict: cell(word, passed ? "good" : "bad"),
    detail: oneLine(why ?? ""),
  };
}

function environmentView(environment: Environment): (readonly [string, string])[] {
  const { prewarm, node, platform, cpu, cores, memory_mb, load_1m, ci } = environment;
  return [
    ["prewarm", oneLine(prewarm)],
    ["Node.js", oneLine(node)],
    ["platform", oneLine(platform)],
    ["processor", oneLine(cpu)],
    ["cores", number(cores)],
    ["memory", amount(memory_mb, "MB")],
    ["load before", number(load_1m)],
    ["CI", ci ? "yes" : "no"],
  ];
}

function figureView({ name, median, unit, spread, samples }: Figure): FigureView {
  return {
    name: oneLine(name),
    median: amount(median, unit),
    spread: plusMinus(spread),
    samples: samples.map(number).join(" "),
  };
}
