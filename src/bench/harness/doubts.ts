import { url } from "node:inspector";
import type { Doubt, Environment, ScenarioName, ScenarioResult } from "../types.ts";
import { calibrate } from "./calibration.ts";
import { CPU_STEP_MS, measure, type Taken } from "./measure.ts";
import type { Round } from "./rounds.ts";
import { errorShare, median, spread } from "./stats.ts";

/** The doubts of those whose case it is. */
function doubtsOf(
  about: Doubt["about"],
  cases: readonly (readonly [isSo: boolean, text: string, next: string])[],
): Doubt[] {
  return cases.filter(([isSo]) => isSo).map(([, text, next]) => ({ about, text, next }));
}

/** The process that the figures come from, as far as it may distort them. */
export interface ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
  /** Address of a debugger that may connect. */
  readonly inspector: string | undefined;
}

export function processFacts(): ProcessFacts {
  return { env: process.env, execArgv: process.execArgv, inspector: url() };
}

const PROFILERS = /--(cpu-prof|heap-prof|prof|trace-|inspect|jitless|no-opt|interpreted)/;

/** What in this process makes figures slower than a user's would be. */
export function processDoubts({ env, execArgv, inspector }: ProcessFacts): Doubt[] {
  const all = [...execArgv, ...(env.NODE_OPTIONS ?? "").split(/\s+/)];
  const flags = all.filter((flag) => PROFILERS.test(flag));
  const coverage = "code coverage is recorded (NODE_V8_COVERAGE)";
  return doubtsOf("process", [
    [Boolean(inspector), "a debugger is open in this process", "run it without --inspect"],
    [
      Boolean(env.NODE_V8_COVERAGE),
      coverage,
      "unset NODE_V8_COVERAGE, or run it outside of the coverage tool",
    ],
    [flags.length > 0, `node runs with ${flags.join(" ")}`, "leave these flags out (also of NODE_OPTIONS)"],
  ]);
}

const CALIBRATIONS = 12;
const PASSES = 10;

/** How steady the machine is: the same work several times. Takes some 100 ms. */
export async function sampleMachine(): Promise<Taken[]> {
  calibrate(PASSES * 4);
  const taken: Taken[] = [];
  for (let time = 0; time < CALIBRATIONS; time++) taken.push(await measure(() => calibrate(PASSES)));
  return taken;
}

/** From here on a machine counts as noisy: load a core, wall time over CPU time, spread of the same work. */
const LOAD_A_CORE = 0.7;
const WAITED = 1.15;
const UNEVEN = 0.15;

/** Whether other programs take part, by the load before the bench and by work that never changes. */
export function machineDoubts(
  { load_1m: load, cores }: Environment,
  taken: readonly Taken[],
  stepMs: number = CPU_STEP_MS,
): Doubt[] {
  const waited = median(taken.map(({ wallMs, cpuMs }) => wallMs / Math.max(cpuMs, 0.001))) ?? 1;
  const uneven = spread(taken.map(({ cpuMs }) => cpuMs)) ?? 0;
  const next =
    "close other programs and run it again; ratios hold better than times, and --baseline takes the error into account";
  const lost = `other programs took the processor away: ${percent(waited - 1)} of the time was waiting`;
  const coarse = `this system counts processor time in steps of ${stepMs.toFixed(1)} ms and no load: short blocks show their wall time in its place, so other programs are seen in it`;
  return doubtsOf("machine", [
    [stepMs > 0, coarse, "close other programs, or measure on Linux or macOS"],
    [load > LOAD_A_CORE * cores, `the load was ${load} on ${cores} cores before the bench began`, next],
    [waited > WAITED, lost, next],
    [uneven > UNEVEN, `the same work took from time to time ${percent(uneven)} more or less`, next],
  ]);
}

/** A ratio whose error is larger than this does not show a change of 10 %. */
const UNSTABLE = 0.07;
/** With fewer samples their error is not known. */
const FEWEST = 4;

/** What a scenario's own samples say against it. */
export function resultDoubts({ scenario, ratios, variants, incomplete }: ScenarioResult): Doubt[] {
  const alone = `run \`prewarm bench ${scenario}\` alone on a quiet machine`;
  const why = incomplete ? ` (${incomplete})` : "";
  if (!variants.some(({ metrics }) => metrics.some(({ samples }) => samples.length > 0)))
    return doubtsOf(scenario, [[true, `nothing was measured${why}`, `${alone}; gates on it fail`]]);
  const isFew = ratios.some(({ samples }) => samples.length < FEWEST);
  return doubtsOf(scenario, [
    [incomplete !== null, `cut short: ${incomplete}`, alone],
    [isFew, `fewer than ${FEWEST} rounds were measured`, alone],
    ...ratios.map(({ variant, metric, samples }) => {
      const error = errorShare(samples) ?? 0;
      const text = `${variant}.${metric}_ratio is uncertain by ${percent(error)}`;
      return [error > UNSTABLE, text, `${alone}, several times`] as const;
    }),
  ]);
}

/** Sum of a figure over all rounds. */
function total(rounds: readonly Round[], variant: string, figure: string): number {
  return rounds.reduce((sum, round) => sum + (round[variant]?.[figure] ?? 0), 0);
}

/** A doubt when items failed: the figure `failed` of any variant. */
export function failureDoubts(about: ScenarioName, rounds: readonly Round[]): Doubt[] {
  const variants = new Set(rounds.flatMap((round) => Object.keys(round)));
  const failed = [...variants].reduce((sum, variant) => sum + total(rounds, variant, "failed"), 0);
  const next = "run it again; if it stays so, `prewarm run --sandbox` shows how they fail";
  return doubtsOf(about, [[failed > 0, `${failed} items failed against the stand-ins`, next]]);
}

/** From this share of a core on, one process of ours cannot do much more. */
const BUSY = 0.85;

/**
 * A doubt when the servers were so busy that it was their pace that was measured: `servers_cpu_us` of `wall_us` of a variant.
 * @param figures Which may be the servers' instead of the client's.
 */
export function bottleneckDoubts(
  about: ScenarioName,
  rounds: readonly Round[],
  { variant, figures }: { readonly variant: string; readonly figures: string },
): Doubt[] {
  const share = total(rounds, variant, "servers_cpu_us") / total(rounds, variant, "wall_us");
  const text = `the stand-ins for R2 and Telegram were busy for ${percent(share)} of the time: ${figures} may be theirs, not the client's`;
  const next = "close what else runs on this machine, or measure on one with more cores";
  return doubtsOf(about, [[share >= BUSY, text, next]]);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
