import type { Cell } from "../../pages/report/table.ts";
import { oneLine } from "../../reporters/format.ts";
import { figuresOf } from "../figures.ts";
import type { BenchReport, Environment, Target } from "../types.ts";
import { comparisonView } from "./comparison-view.ts";
import { pairsOf } from "./pairs.ts";
import type { Comparison, GateResult, GateView, ReportView } from "./view-types.ts";
import { amount, cell, cleaned, effort, number, plainPercent, plusMinus } from "./words.ts";

export interface ViewParts {
  readonly gates: readonly GateResult[];
  readonly comparison: Comparison | null;
  /** What the user typed. */
  readonly command: string;
}

/** A report with its gates and comparison as words, so that terminal, Markdown and HTML say the same. */
export function viewOf(given: BenchReport, { gates, comparison, command }: ViewParts): ReportView {
  const report = cleaned(given);
  const figures = figuresOf(report);
  return {
    at: report.at,
    command: oneLine(command),
    scenarios: report.scenarios.map((result) => ({
      name: result.scenario,
      what: result.what,
      simulated: result.simulated,
      effort: effort(result.rounds, result.seconds),
      incomplete: result.incomplete,
      pairs: pairsOf(
        result,
        figures.filter(({ scenario }) => scenario === result.scenario),
      ),
    })),
    targets: report.scenarios.flatMap(({ scenario, targets }) =>
      targets.map((target) => ({
        scenario,
        text: target.text,
        value: amount(target.value, target.unit),
        verdict: targetVerdict(target),
      })),
    ),
    doubts: [...report.doubts, ...report.scenarios.flatMap(({ doubts }) => doubts)],
    gates: cleaned(gates).map(gateView),
    comparison: comparison && comparisonView(comparison),
    environment: environmentRows(report.environment),
    figures: figures.map(({ name, median, unit, spread, samples }) => ({
      name,
      median: amount(median, unit),
      spread: plusMinus(spread),
      samples: samples.map(number).join(" "),
    })),
  };
}

function targetVerdict({ met, value, limit }: Target): Cell {
  if (met === null) return cell("not measured", "doubt");
  if (met) return cell("met", "good");
  const share = value === null || !limit ? Number.NaN : Math.abs(value / limit - 1);
  return cell(Number.isFinite(share) ? `missed by ${plainPercent(share)}` : "missed", "bad");
}

function gateView({ expression, value, unit, passed, why }: GateResult): GateView {
  const word = passed ? "passed" : why === null ? "crossed" : "failed";
  const verdict = cell(word, passed ? "good" : "bad");
  return { expression, value: amount(value, unit), verdict, detail: why ?? "" };
}

function environmentRows(environment: Environment): ReportView["environment"] {
  const { prewarm, node, platform, cpu, cores, memory_mb, load_1m, ci } = environment;
  return [
    ["prewarm", prewarm],
    ["Node.js", node],
    ["platform", platform],
    ["processor", cpu],
    ["cores", number(cores)],
    ["memory", amount(memory_mb, "MB")],
    ["load before", number(load_1m)],
    ["CI", ci ? "yes" : "no"],
  ];
}
