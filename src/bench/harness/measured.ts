import type { Plot, Scenario, ScenarioContext } from "../port.ts";
import { type Assignment, type Collected, collectRounds } from "./processes.ts";
import type { Round } from "./rounds.ts";
import { resultOf, type Spec } from "./spec.ts";

/** One experiment's part of a scenario. */
interface Part extends Pick<Assignment, "experiment" | "processes" | "rounds"> {
  /** Share of the scenario's time. */
  readonly share: number;
  /** The variant that the peak memory of its processes is told of. */
  readonly memoryOf: string;
}

export interface Measured extends Spec {
  readonly parts: readonly Part[];
  readonly plots?: () => readonly Plot[];
}

/** A scenario whose rounds are measured in processes of their own, one experiment after the other. */
export function measuredScenario({ parts, plots, ...spec }: Measured, collect = collectRounds): Scenario {
  return {
    name: spec.name,
    what: spec.what,
    run: async (context) => {
      const started = performance.now();
      const { rounds, counted, incomplete } = await allParts(parts, context, collect);
      const seconds = (performance.now() - started) / 1_000;
      return resultOf(spec, rounds, { rounds: counted, seconds, incomplete, plots: plots?.() ?? [] });
    },
  };
}

async function allParts(
  parts: readonly Part[],
  context: ScenarioContext,
  collect: (assignment: Assignment) => Promise<Collected>,
): Promise<{ rounds: Round[]; counted: number; incomplete: string | null }> {
  const total = parts.reduce((sum, { processes, rounds }) => sum + processes * rounds, 0);
  const ends = performance.now() + context.seconds * 1_000;
  const rounds: Round[] = [];
  const troubles: string[] = [];
  let counted = 0;
  let shares = parts.reduce((sum, { share }) => sum + share, 0);
  for (const { share, memoryOf, ...part } of parts) {
    // A part that is slow to begin may take from those behind it: half a part is worth nothing.
    const mostSeconds = (ends - performance.now()) / 1_000;
    const seconds = mostSeconds * (share / shares);
    shares -= share;
    const before = counted;
    const onRound = (done: number) => context.progress(before + done, total, part.experiment);
    const got = await collect({ ...part, seconds, mostSeconds, signal: context.signal, onRound });
    counted += got.counted;
    rounds.push(...got.rounds, ...got.peakRssMb.map((peak) => ({ [memoryOf]: { peak_rss_mb: peak } })));
    if (got.incomplete !== null) troubles.push(`${part.experiment}: ${got.incomplete}`);
    if (context.signal.aborted) break;
  }
  return { rounds, counted, incomplete: troubles.length > 0 ? troubles.join("; ") : null };
}
