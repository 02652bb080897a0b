import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import type { Scenario } from "../port.ts";
import { pacePlots } from "./pace-plots.ts";

/** What a lane reaches of what its chat allows. */
export const PACE: Scenario = measuredScenario({
  name: "pace",
  what: "messages sent of those that the chat would have let through, in three models of flood control",
  simulated: "ten minutes of each lane on a virtual clock, without network; judged from the third minute on",
  variants: {
    adaptive: "adaptive, limits it does not know",
    adaptive_known: "adaptive, the limit is the documented one",
    documented: "documented pace, documented limit",
    allowed: "what the limits let through",
    simulation: "the simulation itself",
  },
  metrics: [
    { name: "of_limit_pct", unit: "%", portable: true, better: "higher" },
    { name: "worst_off_pct", unit: "%", portable: true, better: "lower" },
    { name: "lanes_within_10_pct", unit: "%", portable: true, better: "higher" },
    { name: "refused_pct", unit: "%", portable: true, better: "lower" },
    { name: "calls_before_deadline", unit: "calls", better: "lower" },
    { name: "cpu_ms", unit: "ms", better: "lower" },
    { name: "wall_ms", unit: "ms", better: "lower" },
    PEAK_RSS,
  ],
  ratios: ["adaptive", "adaptive_known", "documented"].map((variant) => ({
    variant,
    metric: "of_limit_pct",
    reference: "allowed",
  })),
  targets: [
    {
      text: "unknown limits: every lane within 10 % of the true rate",
      figure: "adaptive.worst_off_pct",
      unit: "% off",
      most: 10,
    },
    {
      text: "unknown limits: at most 3 % of calls answered by 429",
      figure: "adaptive.refused_pct",
      unit: "%",
      most: 3,
    },
    ...["adaptive_known", "documented"].flatMap((variant) => [
      {
        text: `${variant}: at least 97 % of what the lanes allow`,
        figure: `${variant}.of_limit_pct`,
        unit: "%",
        least: 97,
      },
      {
        text: `${variant}: at most 1 % of calls answered by 429`,
        figure: `${variant}.refused_pct`,
        unit: "%",
        most: 1,
      },
    ]),
  ],
  parts: [{ experiment: "pace", processes: 1, rounds: 6, share: 1, memoryOf: "simulation" }],
  plots: pacePlots,
});
