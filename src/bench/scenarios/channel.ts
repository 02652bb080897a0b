import { join } from "node:path";
import type { VirtualTelegram } from "../contenders/virtual-bot.ts";
import { runVirtually } from "../contenders/virtual-run.ts";
import { measure } from "../harness/measure.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import { provePacks } from "../harness/prove-packs.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";

const MINUTE_MS = 60_000;

/** What Telegram may turn out to do, and what of it is known before. */
interface World extends Pick<VirtualTelegram, "counts" | "ids"> {
  readonly title: string;
  /** `--pack`. */
  readonly pack: string;
  readonly objects: number;
  /** A probe has shown the best of it. */
  readonly isProved?: boolean;
}

const [SINGLES, PACKS] = [200, 1_500];

const WORLDS: Readonly<Record<string, World>> = {
  singles: {
    title: "photos singly",
    pack: "off",
    counts: "messages",
    ids: "ordinary",
    objects: SINGLES,
  },
  proved: {
    title: "messages count, ids serve alone, both proved before",
    pack: "auto",
    counts: "messages",
    ids: "ordinary",
    objects: PACKS,
    isProved: true,
  },
  messages_ordinary: {
    title: "messages count, ids serve alone, proved on the way",
    pack: "50",
    counts: "messages",
    ids: "ordinary",
    objects: PACKS,
  },
  messages_rich_only: {
    title: "messages count, ids serve packs alone",
    pack: "50",
    counts: "messages",
    ids: "rich_only",
    objects: SINGLES,
  },
  media_ordinary: {
    title: "media count, ids serve alone",
    pack: "50",
    counts: "media",
    ids: "ordinary",
    objects: SINGLES,
  },
  media_rich_only: {
    title: "media count, ids serve packs alone",
    pack: "50",
    counts: "media",
    ids: "rich_only",
    objects: SINGLES,
  },
};

const RATE = "media_per_min";
const OTHERS = Object.keys(WORLDS).filter((name) => name !== "singles");
/** Where packs bring nothing. */
const VAIN = OTHERS.filter((name) => name !== "proved" && name !== "messages_ordinary");

/** What packs bring to one channel, in each of the worlds that Telegram may turn out to be. */
export const CHANNEL = measuredScenario({
  name: "channel",
  what: "media a minute of one channel at the documented pace, in the four worlds that nobody knows which of them is Telegram's: its quota counts messages or media, ids that came in a pack serve alone or not; `--pack 50` finds out on the way, and is the same everywhere",
  simulated: `a virtual clock, no network: ${SINGLES} or ${PACKS} photos by url, answers take 0.5 s, flood control as the sandbox has it (20 a minute, three at once); listing, plan, ledger, lanes and packs are the real ones`,
  variants: {
    ...Object.fromEntries(Object.entries(WORLDS).map(([name, { title }]) => [name, title])),
    simulation: "the simulation itself",
  },
  metrics: [
    { name: RATE, unit: "media/min", portable: true, better: "higher" },
    { name: "refused_pct", unit: "%", portable: true, better: "lower" },
    { name: "success_rate", unit: "%", portable: true, better: "higher" },
    { name: "cpu_ms", unit: "ms", better: "lower" },
    { name: "wall_ms", unit: "ms", better: "lower" },
    PEAK_RSS,
  ],
  ratios: OTHERS.map((variant) => ({ variant, metric: RATE, reference: "singles" })),
  targets: [
    {
      text: "messages count, proved: at least 500 media a minute",
      figure: `proved.${RATE}`,
      unit: "media/min",
      least: 500,
    },
    {
      text: "messages count, proved on the way: at least 15x single sends",
      figure: `messages_ordinary.${RATE}_ratio`,
      unit: "x",
      least: 15,
    },
    ...VAIN.map((variant) => ({
      text: `${variant}: no more than 3 % slower than single sends`,
      figure: `${variant}.${RATE}_ratio`,
      unit: "x",
      least: 0.97,
    })),
    ...OTHERS.map((variant) => ({
      text: `${variant}: at most 1 % of calls answered by 429`,
      figure: `${variant}.refused_pct`,
      unit: "%",
      most: 1,
    })),
  ],
  experiments: { channel: () => channelExperiment() },
  parts: [
    { experiment: "channel", processes: 1, rounds: 1, share: 1, patient: true, memoryOf: "simulation" },
  ],
});

/** A round runs each world once, from an empty ledger to its last photo. */
export function channelExperiment(): Experiment {
  return {
    open: async (folder) => ({
      warmUps: 0,
      round: async (index) => {
        const { cpuMs, wallMs, value } = await measure(async () => {
          const round: Record<string, RoundFigures> = {};
          for (const [name, world] of Object.entries(WORLDS))
            round[name] = await figuresOf(join(folder, `${name}${index}.db`), world);
          return round;
        });
        return { ...value, simulation: { cpu_ms: cpuMs, wall_ms: wallMs } };
      },
    }),
  };
}

async function figuresOf(path: string, world: World): Promise<RoundFigures> {
  const { counts, ids, pack, objects, isProved = false } = world;
  if (isProved) await provePacks(path, "photo");
  const telegram = { counts, ids, limits: {}, answerMs: 500 };
  const env = { PREWARM_PACE: "documented", PREWARM_PACK: pack };
  const size = { bots: 1, chats: 1, objects };
  const { ready, ms, calls, refused } = await runVirtually({ ledger: path, telegram, env, ...size });
  return {
    [RATE]: (ready * MINUTE_MS) / ms,
    refused_pct: (100 * refused) / calls,
    success_rate: (100 * ready) / objects,
  };
}
