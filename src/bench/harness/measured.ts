import type { Plot, Scenario, ScenarioContext, ScenarioName } from "../types.ts";
import { collectRounds, type Part } from "./processes.ts";
import type { Experiment, Round } from "./rounds.ts";
import { resultOf, type Spec } from "./spec.ts";

/** One experiment's part of a scenario. */
interface Share extends Part {
  /** Share of the scenario's time. */
  readonly share: number;
  /** The variant that the peak memory of its processes is reported of; of none without it. */
  readonly memoryOf?: string;
}

type Experiments = Readonly<Record<string, () => Experiment>>;

/** A scenario as it is declared: what is measured, and how. */
export interface Measured extends Spec {
  /** What runs in processes of its own, by name. */
  readonly experiments: Experiments;
  /** Measured one after the other. */
  readonly parts: readonly Share[];
}

/** A scenario whose rounds are measured in processes of their own. */
export interface MeasuredScenario extends Scenario {
  readonly experiments: Experiments;
}

/** @param file What a measuring process runs; another one in tests. */
export function measuredScenario({ parts, experiments, ...spec }: Measured, file?: URL): MeasuredScenario {
  const { name, what } = spec;
  const run = async (context: ScenarioContext) => {
    const started = performance.now();
    const { taken, ...effort } = await allParts(parts, context, { scenario: name, file });
    return resultOf(spec, taken, { ...effort, seconds: (performance.now() - started) / 1_000 });
  };
  return { name, what, experiments, run };
}

async function allParts(
  parts: readonly Share[],
  { signal, seconds: all, progress }: ScenarioContext,
  of: { readonly scenario: ScenarioName; readonly file: URL | undefined },
) {
  const [taken, plots, troubles]: [Round[], Plot[], string[]] = [[], [], []];
  const total = parts.reduce((sum, { processes, rounds }) => sum + processes * rounds, 0);
  const ends = performance.now() + all * 1_000;
  let counted = 0;
  let shares = parts.reduce((sum, { share }) => sum + share, 0);
  for (const { share, memoryOf, ...part } of parts) {
    // A part that is slow to begin may take from those behind it: half a part is worth nothing.
    const mostSeconds = (ends - performance.now()) / 1_000;
    const time = { seconds: mostSeconds * (share / shares), mostSeconds };
    const before = counted;
    const onRound = (done: number) => progress(before + done, total, part.experiment);
    onRound(0);
    const got = await collectRounds({ ...of, ...time, part, signal, onRound });
    taken.push(...got.rounds);
    if (memoryOf) taken.push(...got.peakRssMb.map((peak) => ({ [memoryOf]: { peak_rss_mb: peak } })));
    plots.push(...got.plots);
    const where = parts.length > 1 ? `${part.experiment}: ` : "";
    if (got.incomplete !== null) troubles.push(`${where}${got.incomplete}`);
    counted += got.counted;
    shares -= share;
    if (signal.aborted) break;
  }
  return { taken, plots, rounds: counted, incomplete: troubles.length > 0 ? troubles.join("; ") : null };
}
