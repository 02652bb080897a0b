import type { BenchReport, Ratio, ScenarioResult } from "../port.ts";
import type { Figure } from "./port.ts";
import { median, spread } from "./samples.ts";

/**
 * Every figure of a report under its one name, absolute ones first in each scenario. Of several ratios of one metric the
 * first is `<metric>_ratio`, the others `<metric>_ratio_to_<reference>`.
 */
export function figuresOf(report: BenchReport): Figure[] {
  return report.scenarios.flatMap((result) => [...absolute(result), ...ratios(result)]);
}

function absolute({ scenario, variants }: ScenarioResult): Figure[] {
  return variants.flatMap(({ name: variant, metrics }) =>
    metrics.map(({ name: metric, unit, better, samples, portable = false }) =>
      figure(`${scenario}.${variant}.${metric}`, {
        scenario,
        variant,
        metric,
        reference: null,
        unit,
        better,
        portable,
        samples,
      }),
    ),
  );
}

function ratios(result: ScenarioResult): Figure[] {
  const taken = new Set<string>();
  return result.ratios.map((ratio) => {
    const { variant, metric, reference, better, samples, portable = true } = ratio;
    const name = ratioName(result.scenario, ratio, taken);
    const { scenario } = result;
    return figure(name, {
      scenario,
      variant,
      metric,
      reference,
      unit: "x",
      better,
      portable,
      samples,
    });
  });
}

function ratioName(scenario: string, { variant, metric, reference }: Ratio, taken: Set<string>): string {
  const plain = `${scenario}.${variant}.${metric}_ratio`;
  const name = taken.has(plain) ? `${plain}_to_${reference}` : plain;
  taken.add(name);
  return name;
}

function figure(name: string, rest: Omit<Figure, "name" | "median" | "spread">): Figure {
  return { name, ...rest, median: median(rest.samples), spread: spread(rest.samples) };
}
