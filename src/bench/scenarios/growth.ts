import { join } from "node:path";
import { runVirtually } from "../contenders/virtual-run.ts";
import { heldBytes, measure } from "../harness/measure.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";

const CPU = "cpu_us_per_item";
const HOUR_MS = 3_600_000;
/** What is documented for a channel, an hour. */
const AN_HOUR = 1_200;
/** By then what is remembered of the last few thousand objects is full. */
const FULL_HOUR = 6;
const TELEGRAM = { counts: "messages", ids: "ordinary", limits: {}, answerMs: 500 } as const;
const SINGLY = { PREWARM_PACE: "documented", PREWARM_PACK: "off" };

/** Bots with as many chats each, and what they warm in all. */
interface LaneCount {
  readonly variant: string;
  readonly side: number;
}

const LANES: readonly LaneCount[] = [
  { variant: "lanes_1e2", side: 10 },
  { variant: "lanes_1e3", side: 32 },
  { variant: "lanes_1e4", side: 100 },
];
const WARMED = 3_200;
const [FEW, MANY] = ["lanes_1e2", "lanes_1e4"];

/** What grows with lanes and with time. */
export const GROWTH = measuredScenario({
  name: "growth",
  what: "CPU of an object by how many lanes a run has, bots times chats, its memory with most of them, and a day of one channel",
  simulated:
    "a virtual clock, no network: photos by url, answers take 0.5 s, flood control as the sandbox has it; listing, plan, ledger and lanes are the real ones",
  variants: {
    lanes_1e2: "10 bots in 10 channels each",
    lanes_1e3: "32 bots in 32 channels each",
    lanes_1e4: "100 bots in 100 channels each",
    day: "24 h of one channel",
  },
  metrics: [
    { name: CPU, unit: "us", better: "lower" },
    PEAK_RSS,
    { name: "held_growth", unit: "x", better: "lower" },
    { name: "of_limit_pct", unit: "%", portable: true, better: "higher" },
  ],
  ratios: LANES.slice(1).map(({ variant }) => ({ variant, metric: CPU, reference: FEW })),
  targets: [
    {
      text: "10^4 lanes: at most 1.5x the CPU of 10^2",
      figure: `${MANY}.${CPU}_ratio`,
      unit: "x",
      most: 1.5,
    },
    { text: "10^4 lanes in less than 250 MB", figure: `${MANY}.peak_rss_mb`, unit: "MB", most: 250 },
    {
      text: "a day: holds no more memory than after its sixth hour",
      figure: "day.held_growth",
      unit: "x",
      most: 1.1,
    },
    {
      text: "a day: 97 % of what the channel allows, in each hour",
      figure: "day.of_limit_pct",
      unit: "%",
      least: 97,
    },
  ],
  experiments: { lanes: () => lanesExperiment(), day: () => dayExperiment() },
  parts: [
    {
      experiment: "lanes",
      processes: 1,
      rounds: 2,
      least: 1,
      share: 2,
      patient: true,
      memoryOf: MANY,
    },
    { experiment: "day", processes: 1, rounds: 1, share: 1, patient: true, memoryOf: "day" },
  ],
});

/** A round warms the same number of objects by each number of lanes, from an empty ledger. */
export function lanesExperiment(counts = LANES, warmed = WARMED): Experiment {
  return {
    open: async (folder) => ({
      warmUps: 1,
      round: async (index) => {
        const round: Record<string, RoundFigures> = {};
        for (const { variant, side } of index % 2 === 0 ? counts : counts.toReversed())
          round[variant] = { [CPU]: await cpuOfItem(join(folder, `${variant}${index}.db`), side, warmed) };
        return index < 0 ? {} : round;
      },
    }),
  };
}

/** From the end of the first item to that of the last: lanes are opened, and remembered, once. */
async function cpuOfItem(ledger: string, side: number, warmed: number): Promise<number> {
  const cpu: number[] = [];
  const ended = () => {
    const { user, system } = process.cpuUsage();
    cpu.push(user + system);
  };
  const env = { ...SINGLY, MEDIA_PREWARM_CONCURRENCY: "50" };
  const size = { bots: side, chats: side, objects: Math.round(warmed / side) };
  await runVirtually({ ledger, telegram: TELEGRAM, env, ended, ...size });
  return ((cpu.at(-1) ?? Number.NaN) - (cpu[0] ?? Number.NaN)) / (cpu.length - 1);
}

/** The round is the day: what it held after its sixth hour and at its end, and the hour in which it sent least. */
export function dayExperiment(hours = 24): Experiment {
  return {
    open: async (folder) => ({
      warmUps: 0,
      round: async () => {
        const byHour: number[] = [];
        const held: number[] = [];
        const ended = (_: number, ms: number) => {
          const hour = Math.floor(ms / HOUR_MS);
          byHour[hour] = (byHour[hour] ?? 0) + 1;
          held[hour] ??= heldBytes();
        };
        const size = { bots: 1, chats: 1, objects: Math.floor(hours * AN_HOUR * 0.98) };
        const ledger = join(folder, "day.db");
        const { cpuMs, value } = await measure(() =>
          runVirtually({ ledger, telegram: TELEGRAM, env: SINGLY, ended, ...size }),
        );
        const whole = byHour.slice(0, -1);
        return {
          day: {
            [CPU]: (cpuMs * 1_000) / value.ready,
            held_growth: (held.at(-1) ?? Number.NaN) / (held[FULL_HOUR] ?? held[1] ?? Number.NaN),
            of_limit_pct: (100 * Math.min(...whole)) / AN_HOUR,
          },
        };
      },
    }),
  };
}
