import { setImmediate } from "node:timers/promises";
import { measure } from "../harness/measure.ts";
import type { Experiment, Round } from "../harness/rounds.ts";
import { KNOWN, type LaneCase, type PaceName, reached, runLane, UNKNOWN } from "./pace-lanes.ts";

/** A round is one seed: other moments to begin at, other answer times. All its lanes are simulated, with both paces. */
export function paceExperiment(unknown = UNKNOWN, known = KNOWN): Experiment {
  return {
    open: async () => ({
      warmUps: 0,
      round: async (index) => {
        const round: Record<string, Round[string]> = {};
        const taken = await measure(async () => {
          round.adaptive = await figuresOf(unknown, "adaptive", index + 1);
          round.adaptive_known = await figuresOf(known, "adaptive", index + 1);
          round.documented = await figuresOf(known, "documented", index + 1);
        });
        round.allowed = { of_limit_pct: 100 };
        round.simulation = { cpu_ms: taken.cpuMs, wall_ms: taken.wallMs };
        return round;
      },
      close: async () => {},
    }),
  };
}

async function figuresOf(lanes: readonly LaneCase[], pace: PaceName, seed: number): Promise<Round[string]> {
  const shares: number[] = [];
  let [calls, refused, tooEarly] = [0, 0, 0];
  for (const lane of lanes) {
    const run = runLane(lane, pace, seed);
    const { posted, allowed } = reached(lane, run);
    shares.push((100 * posted) / allowed);
    calls += run.posted.length + run.refused.length;
    refused += run.refused.length;
    tooEarly += run.tooEarly;
    // A signal is heard between two lanes.
    await setImmediate();
  }
  const within = shares.filter((share) => Math.abs(share - 100) <= 10).length;
  return {
    of_limit_pct: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    worst_off_pct: Math.max(...shares.map((share) => Math.abs(share - 100))),
    lanes_within_10_pct: (100 * within) / shares.length,
    refused_pct: (100 * refused) / calls,
    calls_before_deadline: tooEarly,
  };
}
