import { against } from "../bench/against.ts";
import { processFacts, sampleMachine } from "../bench/harness/doubts.ts";
import { environmentOf } from "../bench/harness/environment.ts";
import type { Scenario, ScenarioName } from "../bench/port.ts";
import { finish } from "../bench/report/finish.ts";
import { type FinishFlags, finishOptions } from "../bench/report/options.ts";
import { type BenchOptions, runBench } from "../bench/run.ts";
import { loadScenario, secondsOf } from "../bench/scenarios/index.ts";
import type { Flags } from "../config/layers.ts";
import { readBenchOptions } from "./bench-options.ts";
import { BenchProgress } from "./bench-progress.ts";
import { readTogether } from "./read-together.ts";
import type { RunContext } from "./run.ts";

export interface BenchContext extends RunContext {
  readonly version: string;
}

/** `prewarm bench`: answers the exit code. A signal ends the measuring; what was measured is printed and written all the same. */
export async function bench(names: readonly string[], flags: Flags, context: BenchContext): Promise<number> {
  const { options, config: ending } = readTogether(
    () => readBenchOptions(names, flags),
    () => finishOptions(flags as FinishFlags, process.env, commandOf(process.argv)),
  );
  const stopped = new AbortController();
  const unwatch = watchSignals(stopped);
  const progress = new BenchProgress(process.stderr, options.quiet);
  try {
    const report = await runBench({
      scenarios: options.againstReal ? [real(flags, context)] : await chosen(options.scenarios),
      signal: stopped.signal,
      environment: environmentOf(context.version, process.env),
      facts: processFacts(),
      sample: sampleMachine,
      wall: Date.now,
      onProgress: (told) => progress.tell(told),
      onResult: (result) => progress.result(result),
    });
    progress.end();
    return signalCode(stopped.signal, finish(report, ending, process));
  } finally {
    progress.end();
    unwatch();
  }
}

/** `prewarm bench compare A.json B.json`: answers the exit code. */
export async function benchCompare(a: string, b: string, flags: Flags): Promise<number> {
  const { compareFiles } = await import("../bench/report/compare-files.ts");
  return compareFiles(a, b, { flags, env: process.env }, process);
}

function chosen(names: readonly ScenarioName[]): Promise<BenchOptions["scenarios"]> {
  return Promise.all(
    secondsOf(names).map(async ({ name, seconds }) => ({ scenario: await loadScenario(name), seconds })),
  );
}

/** The configured bucket and chats instead of stand-ins: takes as long as it takes. */
function real(flags: Flags, { onRedactor }: RunContext): BenchOptions["scenarios"][number] {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const scenario: Scenario = {
    name: "strategy",
    what: "the configured bucket and chats, for real",
    run: (context) => against(flags, process.env, process.cwd(), { ...context, say, onRedactor }),
  };
  return { scenario, seconds: Number.POSITIVE_INFINITY };
}

/** What was typed, so that it can be typed again. */
function commandOf(argv: readonly string[]): string {
  const quoted = argv.slice(2).map((word) => (/^[\w./:=%,@-]+$/.test(word) ? word : `'${word}'`));
  return ["prewarm", ...quoted].join(" ");
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

function signalCode(signal: AbortSignal, code: number): number {
  return signal.aborted ? (CODES[String(signal.reason)] ?? code) : code;
}
