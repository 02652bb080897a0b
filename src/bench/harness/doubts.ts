import { url } from "node:inspector";
import type { Doubt, Environment, ScenarioResult } from "../port.ts";
import { calibrate } from "./calibration.ts";
import { measure, type Taken } from "./measure.ts";
import { errorShare, median, spread } from "./stats.ts";

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
  const doubt = (text: string, next: string): Doubt => ({ about: "process", text, next });
  const flags = [...execArgv, ...(env.NODE_OPTIONS ?? "").split(/\s+/)].filter((flag) =>
    PROFILERS.test(flag),
  );
  return [
    ...(inspector ? [doubt("a debugger is open in this process", "run it without --inspect")] : []),
    ...(env.NODE_V8_COVERAGE
      ? [
          doubt(
            "code coverage is recorded (NODE_V8_COVERAGE)",
            "unset NODE_V8_COVERAGE, or run it outside of the coverage tool",
          ),
        ]
      : []),
    ...(flags.length > 0
      ? [doubt(`node runs with ${flags.join(" ")}`, "leave these flags out (also of NODE_OPTIONS)")]
      : []),
  ];
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
export function machineDoubts({ load_1m: load, cores }: Environment, taken: readonly Taken[]): Doubt[] {
  const doubt = (text: string): Doubt => ({
    about: "machine",
    text,
    next: "close other programs and run it again; ratios hold better than times, and --baseline takes the error into account",
  });
  const waited = median(taken.map(({ wallMs, cpuMs }) => wallMs / Math.max(cpuMs, 0.001)));
  const uneven = spread(taken.map(({ cpuMs }) => cpuMs));
  return [
    ...(load > LOAD_A_CORE * cores
      ? [doubt(`the load was ${load} on ${cores} cores before the bench began`)]
      : []),
    ...(waited !== null && waited > WAITED
      ? [doubt(`other programs took the processor away: ${percent(waited - 1)} of the time was waiting`)]
      : []),
    ...(uneven !== null && uneven > UNEVEN
      ? [doubt(`the same work took from time to time ${percent(uneven)} more or less`)]
      : []),
  ];
}

/** A ratio whose error is larger than this does not show a change of 10 %. */
const UNSTABLE = 0.07;
/** Below this many samples no error can be told. */
const FEWEST = 4;

/** What a scenario's own samples say against it. */
export function resultDoubts({ scenario, ratios, variants, incomplete }: ScenarioResult): Doubt[] {
  const doubt = (text: string, next: string): Doubt => ({ about: scenario, text, next });
  const alone = `run \`prewarm bench ${scenario}\` alone on a quiet machine`;
  const samples = variants.flatMap(({ metrics }) => metrics.flatMap((metric) => metric.samples));
  if (samples.length === 0)
    return [
      doubt(`nothing was measured${incomplete ? ` (${incomplete})` : ""}`, `${alone}; gates on it fail`),
    ];
  const wide = ratios.filter((ratio) => (errorShare(ratio.samples) ?? 0) > UNSTABLE);
  const few = ratios.filter((ratio) => ratio.samples.length < FEWEST);
  return [
    ...(incomplete ? [doubt(`cut short: ${incomplete}`, alone)] : []),
    ...(few.length > 0 ? [doubt(`fewer than ${FEWEST} rounds were measured`, alone)] : []),
    ...wide.map(({ variant, metric, samples: of }) =>
      doubt(
        `${variant}.${metric}_ratio is uncertain by ${percent(errorShare(of) ?? 0)}`,
        `${alone}, several times`,
      ),
    ),
  ];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
