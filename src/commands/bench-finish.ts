import { writeFileSync } from "node:fs";
import type { BenchReport, ScenarioResult } from "../bench/port.ts";
import { errorShare, median } from "../bench/stats.ts";
import type { BenchRunOptions } from "./bench-options.ts";

/** What happens to a finished report: printed, written, judged. Answers the exit code. */
export async function finish(report: BenchReport, options: BenchRunOptions): Promise<number> {
  process.stdout.write(plainTables(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  return 0;
}

/** Rows of text: figures, ratios with their error, targets, doubts. */
export function plainTables({ scenarios, doubts }: BenchReport): string {
  const all = [...doubts, ...scenarios.flatMap((scenario) => scenario.doubts)];
  return [
    ...scenarios.flatMap(scenarioRows),
    ...(all.length > 0 ? ["", "Doubts"] : []),
    ...all.map(({ about, text, next }) => `  ${about}: ${text}\n    Next: ${next}`),
    "",
  ].join("\n");
}

function scenarioRows({ scenario, what, simulated, variants, ratios, targets }: ScenarioResult): string[] {
  return [
    `\n${scenario}: ${what}${simulated ? `\n  simulated: ${simulated}` : ""}`,
    ...variants.flatMap(({ name, title, metrics }) =>
      metrics.map((metric) => row(`${name}.${metric.name}`, metric.samples, metric.unit, title)),
    ),
    ...ratios.map(({ variant, metric, reference, samples }) =>
      row(`${variant}.${metric}_ratio`, samples, "x", `of ${reference}`),
    ),
    ...targets.map(
      ({ text, value, unit, met }) =>
        `  ${met === null ? "?" : met ? "met" : "MISSED"}  ${text}: ${value === null ? "not measured" : number(value)} ${unit}`,
    ),
  ];
}

function row(name: string, samples: readonly number[], unit: string, title: string): string {
  const middle = median(samples);
  const error = errorShare(samples);
  const value = middle === null ? "-" : `${number(middle)} ${unit}`;
  const about = error === null ? "" : `+-${(100 * error).toFixed(1)} %`;
  return `  ${name.padEnd(44)} ${value.padStart(18)} ${about.padStart(9)}  ${title}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
