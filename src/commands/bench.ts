import { processFacts, sampleMachine } from "../bench/doubts.ts";
import { environmentOf } from "../bench/environment.ts";
import { type BenchOptions, runBench } from "../bench/run.ts";
import { SCENARIO_LIST, scenariosOf } from "../bench/scenarios/index.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { finish } from "./bench-finish.ts";
import { type BenchRunOptions, readBenchOptions } from "./bench-options.ts";
import { BenchProgress } from "./bench-progress.ts";

/** `prewarm bench`: answers the exit code. A signal ends the measuring; what was measured is printed and written all the same. */
export async function bench(names: readonly string[], flags: Flags, version: string): Promise<number> {
  const options = readBenchOptions(names, flags);
  const scenarios = chosen(options);
  const stopped = new AbortController();
  const unwatch = watchSignals(stopped);
  const progress = new BenchProgress(process.stderr, options.quiet);
  try {
    const report = await runBench({
      scenarios,
      signal: stopped.signal,
      environment: environmentOf(version, process.env),
      facts: processFacts(),
      sample: sampleMachine,
      wall: Date.now,
      onProgress: (told) => progress.tell(told),
      onResult: (result) => progress.result(result),
    });
    progress.end();
    const code = await finish(report, options);
    return signalCode(stopped.signal) ?? code;
  } finally {
    unwatch();
  }
}

function chosen({ scenarios, againstReal }: BenchRunOptions): BenchOptions["scenarios"] {
  if (againstReal)
    throw new ConfigError(["--against real: not built yet; leave it out to measure on this machine"]);
  const missing = scenarios.filter((name) => !SCENARIO_LIST.some(({ scenario }) => scenario.name === name));
  if (missing.length > 0)
    throw new ConfigError([`${missing.join(", ")}: not built yet; leave it out to run the others`]);
  return scenariosOf(scenarios);
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** The first signal ends the measuring; a second one ends the process as if nobody watched. */
function watchSignals(stopped: AbortController): () => void {
  const offs = SIGNALS.map((name) => {
    const handler = () => stopped.abort(name);
    process.once(name, handler);
    return () => process.off(name, handler);
  });
  return () => {
    for (const off of offs) off();
  };
}

function signalCode(signal: AbortSignal): number | null {
  return signal.aborted ? (CODES[String(signal.reason)] ?? null) : null;
}
