import { machineDoubts, type ProcessFacts, processDoubts, resultDoubts } from "./harness/doubts.ts";
import type { Taken } from "./harness/measure.ts";
import type { BenchReport, Environment, Scenario, ScenarioName, ScenarioResult } from "./types.ts";

/** How far a scenario has come. */
export interface Progress {
  readonly scenario: ScenarioName;
  readonly done: number;
  readonly total: number;
  readonly note?: string | undefined;
}

export interface BenchOptions {
  readonly scenarios: readonly { readonly scenario: Scenario; readonly seconds: number }[];
  /** Ends the bench; what was measured is kept. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
  readonly facts: ProcessFacts;
  /** Work that never changes, measured before and after the scenarios. */
  readonly sample: () => Promise<readonly Taken[]>;
  /** Unix milliseconds. */
  readonly wall: () => number;
  readonly onProgress: (progress: Progress) => void;
  readonly onResult: (result: ScenarioResult) => void;
}

/**
 * Runs the scenarios one after the other. One that throws is reported as `incomplete` and the others go on, unless the error
 * carries an exit code; those that a signal kept from beginning are not in the report.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { scenarios, signal, environment, facts, sample, wall, onResult } = options;
  const at = new Date(wall()).toISOString();
  const taken = [...(await sample())];
  const results: ScenarioResult[] = [];
  for (const each of scenarios) {
    if (signal.aborted) break;
    const result = await runOne(each, options);
    results.push(result);
    onResult(result);
  }
  if (!signal.aborted) taken.push(...(await sample()));
  const doubts = [...processDoubts(facts), ...machineDoubts(environment, taken)];
  return { type: "bench", schema: 1, at, environment, scenarios: results, doubts };
}

async function runOne(
  { scenario, seconds }: BenchOptions["scenarios"][number],
  { signal, onProgress }: BenchOptions,
): Promise<ScenarioResult> {
  const started = performance.now();
  const progress = (done: number, total: number, note?: string) =>
    onProgress({ scenario: scenario.name, done, total, note });
  try {
    const result = await scenario.run({ signal, seconds, progress });
    return { ...result, doubts: [...result.doubts, ...resultDoubts(result)] };
  } catch (error) {
    // A mistake of the user's (`exitCode`) ends the command.
    if (error instanceof Error && "exitCode" in error) throw error;
    const incomplete = error instanceof Error ? error.message : String(error);
    const broken = brokenResult(scenario, (performance.now() - started) / 1_000, incomplete);
    return { ...broken, doubts: resultDoubts(broken) };
  }
}

function brokenResult({ name, what }: Scenario, seconds: number, incomplete: string): ScenarioResult {
  const nothing = { variants: [], ratios: [], targets: [], doubts: [], plots: [] };
  return { scenario: name, what, simulated: null, rounds: 0, seconds, incomplete, ...nothing };
}
