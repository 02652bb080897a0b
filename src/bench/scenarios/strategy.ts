import type { Round } from "../contenders/round.ts";
import { latencyPlot, roundMetrics, throughputPlot } from "../contenders/round-figures.ts";
import { CONCURRENCY, openSimulation, type Simulation } from "../contenders/simulation.ts";
import { ratio, target } from "../harness/figures.ts";
import { bottleneck } from "../harness/servers.ts";
import { median } from "../harness/stats.ts";
import type { Doubt, Plot, Scenario, ScenarioContext, ScenarioResult, Variant } from "../port.ts";

const WHAT =
  "media a minute at the same latencies: one by one and five per tick (every 2 s as many are started as there are free places), and prewarm; download and upload by all three";

/** Faster, and our own work, which runs in real time, would be too large a part of a latency. */
const SCALE = 10;

const SIMULATED = [
  `simulated time, ${SCALE} times faster than real: downloads take 200 to 800 ms, uploads 500 to 2000 ms, the same ones for each way;`,
  `what the clients themselves need runs in real time and so counts ${SCALE}-fold; lane limits are off;`,
  "latencies of the work are from its start, those called total from when an item was due, so that none that had to wait is left out;",
  "media a minute while there is more work than places",
].join(" ");

interface Way {
  readonly name: string;
  readonly title: string;
  readonly places: number;
  readonly run: (simulation: Simulation, count: number) => Promise<Round>;
  /** Objects of a round: enough for several turns of all places. */
  readonly count: number;
}

const WAYS: readonly Way[] = [
  {
    name: "one_by_one",
    title: "one by one, every 2 s",
    places: 1,
    count: 6,
    run: (simulation, count) => simulation.byTicks(1, count),
  },
  {
    name: "five_per_tick",
    title: "five per tick of 2 s",
    places: CONCURRENCY,
    count: 16,
    run: (simulation, count) => simulation.byTicks(CONCURRENCY, count),
  },
  {
    name: "prewarm",
    title: "prewarm, concurrency 5",
    places: CONCURRENCY,
    count: 16,
    run: (simulation, count) => simulation.byPrewarm(count),
  },
];

/** The rounds of each way that were measured to their end. */
type Rounds = ReadonlyMap<string, Round[]>;

const ROUNDS = 8;
/** Fewer than these are told as a measurement that was cut short. */
const LEAST_ROUNDS = 4;

/** The system that is replaced beside prewarm: real R2 and Telegram clients against stand-ins with latencies of a usual day. */
export const strategy: Scenario = { name: "strategy", what: WHAT, run };

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const started = performance.now();
  const rounds: Rounds = new Map(WAYS.map(({ name }) => [name, []]));
  const simulation = await openSimulation(SCALE, context.signal);
  try {
    await simulation.byTicks(CONCURRENCY, CONCURRENCY);
    await simulation.byPrewarm(4 * CONCURRENCY);
    const [cpu, begin] = [await simulation.servers.cpu(), performance.now()];
    const incomplete = await interleave(simulation, rounds, context, started);
    const cpuUs = context.signal.aborted ? 0 : (await simulation.servers.cpu()) - cpu;
    const busy = { cpuUs, wallUs: (performance.now() - begin) * 1_000 };
    return resultOf(rounds, incomplete, started, bottleneck("strategy", busy, "throughput and latencies"));
  } catch (error) {
    // Calls that were cut off are no news; everything else is.
    if (!context.signal.aborted) throw error;
    return resultOf(rounds, STOPPED, started, []);
  } finally {
    await simulation.close();
  }
}

const STOPPED = "stopped before its end";

/** A B C A B C, as many rounds as there is time for; answers why it broke off. */
async function interleave(
  simulation: Simulation,
  rounds: Rounds,
  { signal, seconds, progress }: ScenarioContext,
  started: number,
): Promise<string | null> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const begin = performance.now();
    for (const [n, { name, title, run, count }] of WAYS.entries()) {
      progress(round * WAYS.length + n, ROUNDS * WAYS.length, title);
      const done = await run(simulation, count);
      if (signal.aborted) return STOPPED;
      rounds.get(name)?.push(done);
    }
    const now = performance.now();
    if (round + 1 < ROUNDS && now - started + (now - begin) > seconds * 1_000)
      return round + 1 < LEAST_ROUNDS ? `time for ${round + 1} of ${LEAST_ROUNDS} rounds` : null;
  }
  progress(ROUNDS * WAYS.length, ROUNDS * WAYS.length);
  return null;
}

function resultOf(
  rounds: Rounds,
  incomplete: string | null,
  started: number,
  doubts: readonly Doubt[],
): ScenarioResult {
  const perMinute = (name: string) =>
    (rounds.get(name) ?? []).map((round) =>
      round.perMinute(WAYS.find((way) => way.name === name)?.places ?? 1),
    );
  const than = (reference: string) =>
    ratio({
      variant: "prewarm",
      metric: "throughput_per_min",
      reference,
      better: "higher",
      of: perMinute,
    });
  const [one, five] = [than("one_by_one"), than("five_per_tick")];
  const figure = "prewarm.throughput_per_min_ratio";
  return {
    scenario: "strategy",
    what: WHAT,
    simulated: SIMULATED,
    incomplete,
    rounds: Math.min(...WAYS.map(({ name }) => rounds.get(name)?.length ?? 0)),
    seconds: (performance.now() - started) / 1_000,
    variants: WAYS.map((way) => variantOf(way, rounds)),
    ratios: [one, five],
    targets: [
      target("prewarm: at least 5x one by one", figure, "x", { samples: one.samples, least: 5 }),
      target("prewarm: at least 1.25x five per tick", `${figure}_to_five_per_tick`, "x", {
        samples: five.samples,
        least: 1.25,
      }),
    ],
    doubts: [...doubts, ...failures(rounds), ...lateTimers(rounds)],
    plots: plotsOf(rounds),
  };
}

function variantOf({ name, title, places }: Way, rounds: Rounds): Variant {
  return { name, title, metrics: roundMetrics(rounds.get(name) ?? [], places) };
}

function failures(rounds: Rounds): Doubt[] {
  const failed = [...rounds.values()].flat().reduce((sum, round) => sum + round.failed, 0);
  const next = "run it again; if it stays so, `prewarm run --sandbox` shows how they fail";
  return failed === 0
    ? []
    : [{ about: "strategy", text: `${failed} items failed against the stand-ins`, next }];
}

/** Middle of download and upload together, and how much longer they may seem, in simulated milliseconds. */
const EXPECTED_MS = 1_750;
const MOST_LATE = 0.15;

/** The latencies are known, so what comes on top of them is the machine's. */
function lateTimers(rounds: Rounds): Doubt[] {
  const seen = median((rounds.get("prewarm") ?? []).map(({ phases }) => phases.percentile("work", 50) ?? 0));
  if (seen === null || seen < EXPECTED_MS * (1 + MOST_LATE)) return [];
  const text = `work that should take ${EXPECTED_MS} ms took ${Math.round(seen)} ms: the machine was late, which costs prewarm more than the ways that wait for a tick`;
  return [{ about: "strategy", text, next: "close what else runs on this machine and run it again" }];
}

/** Of the last round, whose code is warmest. */
function plotsOf(rounds: Rounds): Plot[] {
  const last = Object.fromEntries(WAYS.map(({ name }) => [name, rounds.get(name)?.at(-1)]));
  return [throughputPlot(last, "simulated time"), latencyPlot(last.prewarm, "simulated latency")];
}
