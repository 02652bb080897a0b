import { against } from "../bench/against.ts";
import { processFacts, sampleMachine } from "../bench/harness/doubts.ts";
import { environmentOf } from "../bench/harness/environment.ts";
import { finish } from "../bench/report/finish.ts";
import { finishOptions } from "../bench/report/options.ts";
import { type BenchOptions, runBench } from "../bench/run.ts";
import { loadScenario, secondsOf } from "../bench/scenarios/index.ts";
import type { Scenario } from "../bench/types.ts";
import { readTogether } from "../config/problems.ts";
import type { StopSignal } from "../domain/events.ts";
import { codeOfSignal, onFirstSignal } from "../runs/signals.ts";
import type { BenchCompareFlags, BenchFlags } from "./bench-flags.ts";
import { type BenchRunOptions, readBenchOptions } from "./bench-options.ts";
import { BenchProgress } from "./bench-progress.ts";

export interface BenchContext {
  /** Hears what takes secrets out of a text, once a configuration was read. */
  readonly onRedactor: (redact: (text: string) => string) => void;
  readonly version: string;
}

/** `prewarm bench`: answers the exit code. A signal ends the measuring; what was measured is printed and written all the same. */
export async function bench(
  names: readonly string[],
  flags: BenchFlags,
  context: BenchContext,
): Promise<number> {
  const { options, config: ending } = readTogether(
    () => readBenchOptions(names, flags),
    () => finishOptions(flags, process.env, commandOf(process.argv)),
  );
  const stopped = new AbortController();
  const signals: StopSignal[] = [];
  const unwatch = onFirstSignal((signal) => {
    signals.push(signal);
    stopped.abort();
  });
  const progress = new BenchProgress(process.stderr, options.quiet);
  try {
    const report = await runBench({
      scenarios: options.againstReal ? [real(flags, context)] : await chosen(options),
      signal: stopped.signal,
      environment: environmentOf(context.version, process.env),
      facts: processFacts(),
      sample: sampleMachine,
      wall: Date.now,
      onProgress: (told) => progress.tell(told),
      onResult: (result) => progress.result(result),
    });
    progress.end();
    const code = finish(report, ending, process);
    const [signal] = signals;
    return signal ? codeOfSignal(signal) : code;
  } finally {
    progress.end();
    unwatch();
  }
}

/** `prewarm bench compare A.json B.json`: answers the exit code. */
export async function benchCompare(a: string, b: string, flags: BenchCompareFlags): Promise<number> {
  const { compareFiles } = await import("../bench/report/compare-files.ts");
  return compareFiles(a, b, { flags, env: process.env }, process);
}

function chosen({ scenarios, long }: BenchRunOptions): Promise<BenchOptions["scenarios"]> {
  return Promise.all(
    secondsOf(scenarios, long).map(async ({ name, seconds }) => ({
      scenario: await loadScenario(name),
      seconds,
    })),
  );
}

/** The configured bucket and chats instead of stand-ins: takes as long as it takes. */
function real(flags: BenchFlags, { onRedactor }: BenchContext): BenchOptions["scenarios"][number] {
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
