import { setImmediate } from "node:timers/promises";
import { measure } from "../harness/measure.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";
import type { Plot } from "../types.ts";
import { KNOWN, type LaneCase, type PaceName, reached, runLane, SLOW, UNKNOWN } from "./pace-lanes.ts";
import { pacePlots } from "./pace-plots.ts";

/** What a lane reaches of what its chat allows. */
export const PACE = measuredScenario({
  name: "pace",
  what: "messages sent, as a share of those that the chat would have let through, in three models of flood control",
  simulated: "ten minutes of each lane on a virtual clock, without network; judged from the third minute on",
  variants: {
    adaptive: "adaptive, limits it does not know",
    adaptive_known: "adaptive, the limit is the documented one",
    adaptive_slow: "adaptive, private chat, answers of 2 s",
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
  ratios: ["adaptive", "adaptive_known", "adaptive_slow", "documented"].map((variant) => ({
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
    ...refusals("adaptive", "unknown limits", 3),
    ...["adaptive_known", "adaptive_slow", "documented"].flatMap((variant) => [
      {
        text: `${variant}: at least 97 % of what the lanes allow`,
        figure: `${variant}.of_limit_pct`,
        unit: "%",
        least: 97,
      },
      ...refusals(variant, variant, 1),
    ]),
  ],
  experiments: { pace: () => paceExperiment() },
  parts: [{ experiment: "pace", processes: 1, rounds: 6, share: 1, patient: true, memoryOf: "simulation" }],
});

function refusals(variant: string, of: string, most: number) {
  const text = `${of}: at most ${most} % of calls answered by 429`;
  return [{ text, figure: `${variant}.refused_pct`, unit: "%", most }];
}

/** A round is one seed: other moments to begin at, other answer times. All its lanes are simulated, with both paces. */
export function paceExperiment(unknown = UNKNOWN, known = KNOWN): Experiment {
  let plots: readonly Plot[] | null = null;
  return {
    open: async () => ({
      warmUps: 0,
      round: async (index) => {
        const { cpuMs, wallMs, value } = await measure(async () => ({
          adaptive: await figuresOf(unknown, "adaptive", index + 1),
          adaptive_known: await figuresOf(known, "adaptive", index + 1),
          adaptive_slow: await figuresOf(SLOW, "adaptive", index + 1),
          documented: await figuresOf(known, "documented", index + 1),
        }));
        return { ...value, allowed: { of_limit_pct: 100 }, simulation: { cpu_ms: cpuMs, wall_ms: wallMs } };
      },
      plots: () => {
        plots ??= pacePlots();
        return plots;
      },
    }),
  };
}

async function figuresOf(lanes: readonly LaneCase[], pace: PaceName, seed: number): Promise<RoundFigures> {
  const shares: number[] = [];
  let [calls, refused, tooEarly] = [0, 0, 0];
  for (const lane of lanes) {
    const run = runLane(lane, pace, seed);
    shares.push(reached(lane, run));
    calls += run.posted.length + run.refused.length;
    refused += run.refused.length;
    tooEarly += run.tooEarly;
    // The end of the parent is noticed between two lanes.
    await setImmediate();
  }
  const off = shares.map((share) => Math.abs(share - 100));
  return {
    of_limit_pct: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    worst_off_pct: Math.max(...off),
    lanes_within_10_pct: (100 * off.filter((share) => share <= 10).length) / shares.length,
    refused_pct: (100 * refused) / calls,
    calls_before_deadline: tooEarly,
  };
}
