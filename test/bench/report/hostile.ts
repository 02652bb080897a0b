import type { BenchReport } from "../../../src/bench/types.ts";
import { reportOf } from "./fixture.ts";

/** What would break out of HTML, Markdown and a terminal line. */
export const HOSTILE = `"'></script><img src=x onerror=alert(1)>|\`*_[a](b)\n\u001b[2J<b>&amp;`;

/** A report whose every free text is hostile: names of people's own files and machines are not ours. */
export function hostileReport(): BenchReport {
  const text = HOSTILE;
  const report = reportOf({ plots: true });
  return {
    ...report,
    at: text,
    environment: { ...report.environment, cpu: text, platform: text, node: text, prewarm: text },
    doubts: [{ about: "machine", text, next: text }],
    scenarios: report.scenarios.map((result) => ({
      ...result,
      ...{ what: text, simulated: text, incomplete: text },
      variants: result.variants.map((variant) => ({
        ...variant,
        title: text,
        metrics: variant.metrics.map((metric) => ({ ...metric, unit: text })),
      })),
      targets: result.targets.map((target) => ({ ...target, text, unit: text })),
      plots: result.plots.map((plot) => ({
        ...plot,
        title: text,
        ...{ x: { label: text, unit: text }, y: { label: text, unit: text } },
        series: plot.series.map((each) => ({ ...each, name: text })),
      })),
    })),
  };
}
