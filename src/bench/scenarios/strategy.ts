import { loadConfig } from "../../config/config.ts";
import { systemClock } from "../../domain/clock.ts";
import { profileOf } from "../../sandbox/profiles.ts";
import { oldWay } from "../contenders/old-way.ts";
import { plainWay } from "../contenders/plain-way.ts";
import { Warmer } from "../contenders/warmer.ts";
import { WORK_METRICS, type WorkLog, workPlots } from "../contenders/work-log.ts";
import { bottleneckDoubts, failureDoubts } from "../harness/doubts.ts";
import { measuredScenario } from "../harness/measured.ts";
import type { Experiment, Round, RoundFigures } from "../harness/rounds.ts";
import { keysBelow, type Servers, startServers, UNLIMITED } from "../harness/servers.ts";
import { samplesIn } from "../harness/spec.ts";
import { median } from "../harness/stats.ts";
import type { Doubt } from "../types.ts";

/** Faster, and our own work, which runs in real time, would be too large a part of a latency. */
const SCALE = 10;

/** Places of the ways that work on several items at once; the default concurrency of prewarm. */
const CONCURRENCY = 5;

/** Small, so that it is the simulated latencies that count. */
const BYTES = 8_192;

const RATE = "throughput_per_min";

/** The system that is replaced beside prewarm: real R2 and Telegram clients against stand-ins with latencies of a usual day. */
export const STRATEGY = measuredScenario({
  name: "strategy",
  what: "media a minute at the same latencies: one by one, five per tick (every 2 s as many are started as there are free places), and prewarm; all three download and upload",
  simulated: [
    `simulated time, ${SCALE} times faster than real: downloads take 200 to 800 ms, uploads 500 to 2000 ms, the same ones for each way;`,
    `what the clients themselves need runs in real time and so counts ${SCALE}-fold; lane limits are off;`,
    "latencies of the work are from its start, those called total from when an item was due, so that none that had to wait is left out;",
    "media a minute while there is more work than places",
  ].join(" "),
  variants: {
    one_by_one: "one by one, every 2 s",
    five_per_tick: "five per tick of 2 s",
    prewarm: "prewarm, concurrency 5",
  },
  metrics: WORK_METRICS,
  ratios: ["one_by_one", "five_per_tick"].map((reference) => ({
    variant: "prewarm",
    metric: RATE,
    reference,
  })),
  targets: [
    {
      text: "prewarm: at least 200 media a minute (240 is the bound when downloads hold no place)",
      figure: `prewarm.${RATE}`,
      unit: "items/min",
      least: 200,
    },
    { text: "prewarm: at least 5x one by one", figure: `prewarm.${RATE}_ratio`, unit: "x", least: 5 },
    {
      text: "prewarm: at least 1.25x five per tick",
      figure: `prewarm.${RATE}_ratio_to_five_per_tick`,
      unit: "x",
      least: 1.25,
    },
  ],
  doubts: (rounds) => [
    ...bottleneckDoubts("strategy", rounds, { variant: "servers", figures: "throughput and latencies" }),
    ...failureDoubts("strategy", rounds),
    ...lateTimers(rounds),
  ],
  experiments: { strategy: strategyExperiment },
  parts: [{ experiment: "strategy", processes: 1, rounds: 8, share: 1, patient: true }],
});

/** Middle of download and upload together, and how much longer they may seem, in simulated milliseconds. */
const EXPECTED_MS = 1_750;
const MOST_LATE = 0.15;

/** The latencies are known, so what comes on top of them is the machine's. */
function lateTimers(rounds: readonly Round[]): Doubt[] {
  const seen = median(samplesIn(rounds, "prewarm", "p50_ms"));
  if (seen === null || seen < EXPECTED_MS * (1 + MOST_LATE)) return [];
  const text = `work that should take ${EXPECTED_MS} ms took ${Math.round(seen)} ms: the machine was late, which costs prewarm more than the ways that wait for a tick`;
  return [{ about: "strategy", text, next: "close what else runs on this machine and run it again" }];
}

/** Old and new way side by side. Each batch is of `count` objects of its own. */
export interface StrategyWays {
  readonly servers: Servers;
  byTicks(places: number, count: number): Promise<WorkLog>;
  byPrewarm(count: number): Promise<WorkLog>;
  close(): Promise<void>;
}

/** Time runs {@link SCALE} times faster than real time, in the servers and in both clients. The ledger lies in `folder`. */
export async function openWays(folder: string): Promise<StrategyWays> {
  const { downloadLatencyMs: downloadMs, uploadLatencyMs: uploadMs } = profileOf("realistic");
  const servers = await startServers({ timeScale: SCALE, downloadMs, uploadMs });
  const own = { MEDIA_PREWARM_CONCURRENCY: String(CONCURRENCY), PREWARM_LEDGER: `sqlite:${folder}/bench.db` };
  const config = loadConfig({}, { ...servers.env, ...UNLIMITED, ...own }, null);
  const clock = systemClock(SCALE);
  const plain = plainWay(config, clock);
  const warmer = await Warmer.open(config);
  const chats = config.bots.flatMap((bot) => bot.chats);
  let put = 0;
  /** Objects that were not there before, or prewarm would know them. Returns their prefix. */
  const fill = async (count: number) => {
    const prefix = `batch-${put}/`;
    await servers.ask("put", { prefix, count, bytes: BYTES + put });
    put += count;
    return prefix;
  };
  return {
    servers,
    byTicks: async (places, count) =>
      oldWay(keysBelow(await fill(count), count), { clock, plain, chats, places }),
    byPrewarm: async (count) => warmer.warm({ prefix: await fill(count), transfer: "upload" }),
    close: async () => {
      plain.close();
      await warmer.close();
      await servers.close();
    },
  };
}

/** Objects of a batch: enough for several turns of all places. */
const BATCHES = [
  { name: "one_by_one", places: 1, run: (ways: StrategyWays) => ways.byTicks(1, 6) },
  { name: "five_per_tick", places: CONCURRENCY, run: (ways: StrategyWays) => ways.byTicks(CONCURRENCY, 16) },
  { name: "prewarm", places: CONCURRENCY, run: (ways: StrategyWays) => ways.byPrewarm(40) },
];

/** A round is a batch by each way, all with the same latencies, and how busy the servers were. */
function strategyExperiment(): Experiment {
  return {
    open: async (folder) => {
      const ways = await openWays(folder);
      await ways.byTicks(CONCURRENCY, CONCURRENCY);
      await ways.byPrewarm(4 * CONCURRENCY);
      const logs: Record<string, WorkLog> = {};
      return {
        warmUps: 0,
        round: async () => {
          const [cpu, began] = [await ways.servers.ask("cpu"), performance.now()];
          const round: Record<string, RoundFigures> = {};
          for (const { name, places, run } of BATCHES) {
            await ways.servers.ask("reset");
            const log = await run(ways);
            logs[name] = log;
            round[name] = log.figures(places);
          }
          const wall_us = (performance.now() - began) * 1_000;
          return { ...round, servers: { servers_cpu_us: (await ways.servers.ask("cpu")) - cpu, wall_us } };
        },
        plots: () => workPlots(logs, "simulated "),
        close: () => ways.close(),
      };
    },
  };
}
