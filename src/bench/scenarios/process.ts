import { fileURLToPath } from "node:url";
import { builtFile } from "../harness/child.ts";
import { bottleneckDoubts } from "../harness/doubts.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import type { Experiment, Round, RoundFigures } from "../harness/rounds.ts";
import { type Servers, startServers } from "../harness/servers.ts";
import { PREWARM, runWhole, usageFigures, type WholeProcess } from "../harness/whole-process.ts";

const [CPU, WALL] = ["cpu_us_per_item", "wall_us_per_item"];

/** One way at one concurrency. */
interface ProcessCase {
  readonly transfer: "upload" | "url";
  readonly places: number;
}

const CASES: readonly ProcessCase[] = [
  { transfer: "upload", places: 5 },
  { transfer: "upload", places: 20 },
  { transfer: "url", places: 5 },
  { transfer: "url", places: 20 },
];

const PLAIN_LOOP = new URL("../contenders/plain-loop.js", import.meta.url);
const BARE_LOOP = new URL("../contenders/bare-loop.js", import.meta.url);

/** Of the plain loop's CPU at most. */
const MOST = { upload: 0.5, url: 0.3 } as const;

const OBJECTS = { count: 3_000, bytes: 65_536 };

/** Whole programs from the start of Node to their end, with nothing warmed up. */
export const PROCESS = measuredScenario({
  name: "process",
  what: `whole processes that warm ${OBJECTS.count} objects of 64 KiB in one chat, start-up included: prewarm with its ledger, a plain loop without one (SDK list, GetObject or presign, p-limit, library), and bare requests over undici, below which nothing gets`,
  simulated: null,
  variants: Object.fromEntries(
    CASES.flatMap((each) => [
      [nameOf(each), `prewarm, ${each.transfer}, concurrency ${each.places}`],
      [plainOf(each), `plain loop, ${each.transfer}, concurrency ${each.places}`],
      [bareOf(each), `bare requests, ${each.transfer}, concurrency ${each.places}`],
    ]),
  ),
  metrics: [...perItem("us"), PEAK_RSS],
  ratios: CASES.flatMap((each) =>
    [nameOf(each), bareOf(each)].flatMap((variant) =>
      [CPU, WALL].map((metric) => ({ variant, metric, reference: plainOf(each) })),
    ),
  ),
  targets: CASES.flatMap((each) => [
    {
      text: `${nameOf(each)}: at most ${MOST[each.transfer]}x the CPU of the plain loop`,
      figure: `${nameOf(each)}.${CPU}_ratio`,
      unit: "x",
      most: MOST[each.transfer],
    },
    {
      text: `${nameOf(each)}: no slower than the plain loop`,
      figure: `${nameOf(each)}.${WALL}_ratio`,
      unit: "x",
      most: 1,
    },
  ]),
  doubts: (rounds) => bottleneckDoubts("process", rounds, { variant: "servers", figures: "wall times" }),
  experiments: { process: () => processExperiment() },
  parts: [{ experiment: "process", processes: 1, rounds: 5, least: 3, share: 1 }],
});

function nameOf({ transfer, places }: ProcessCase): string {
  return `${transfer}_${places}`;
}

function plainOf(each: ProcessCase): string {
  return `${nameOf(each)}_plain`;
}

function bareOf(each: ProcessCase): string {
  return `${nameOf(each)}_bare`;
}

/** A round is each case once by all, in turn, and in the next round from last to first. */
export function processExperiment(cases = CASES, objects = OBJECTS): Experiment {
  return {
    open: async (folder) => {
      const servers = await startServers();
      await servers.ask("put", { prefix: "docs/", ...objects });
      const env = envOf(servers);
      const programs = cases.flatMap((each) => [
        { name: nameOf(each), program: { ...prewarm(each), env, folder } },
        { name: plainOf(each), program: { ...contender(PLAIN_LOOP, each), env, folder } },
        { name: bareOf(each), program: { ...contender(BARE_LOOP, each, objects.count), env, folder } },
      ]);
      return {
        warmUps: 0,
        round: (index) => roundOf(index % 2 === 0 ? programs : programs.toReversed(), servers, objects.count),
        close: () => servers.close(),
      };
    },
  };
}

interface Named {
  readonly name: string;
  readonly program: WholeProcess;
}

async function roundOf(programs: readonly Named[], servers: Servers, count: number): Promise<Round> {
  const [cpu, began] = [await servers.ask("cpu"), performance.now()];
  const round: Record<string, RoundFigures> = {};
  for (const { name, program } of programs) {
    await servers.ask("reset");
    round[name] = usageFigures(await runWhole(program), count);
  }
  const wall_us = (performance.now() - began) * 1_000;
  return { ...round, servers: { servers_cpu_us: (await servers.ask("cpu")) - cpu, wall_us } };
}

/** One chat, and a pace that leaves the concurrency as the only bound. */
function envOf({ env }: Servers): Record<string, string> {
  const [chat = ""] = (env.WARMUP_CHAT_ID ?? "").split(",");
  return { ...env, WARMUP_CHAT_ID: chat, PREWARM_PACE: "6000000/min", PREWARM_BOT_PACE: "none" };
}

function prewarm({ transfer, places }: ProcessCase) {
  return { file: PREWARM, args: ["run", "-c", String(places), "--transfer", transfer] };
}

function contender(file: URL, { transfer, places }: ProcessCase, ...more: readonly number[]) {
  return {
    file: fileURLToPath(builtFile(file)),
    args: [transfer, String(places), ...more.map(String)],
  };
}
