import { join } from "node:path";
import { type Child, openChild } from "../harness/child.ts";
import { bottleneckDoubts, failureDoubts } from "../harness/doubts.ts";
import { measuredScenario } from "../harness/measured.ts";
import { perItem, SUCCESS_RATE } from "../harness/metrics.ts";
import { MEASURING } from "../harness/processes.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";
import type { RoundsHandlers } from "../harness/serve-rounds.ts";
import { type Servers, startServers } from "../harness/servers.ts";
import { type ClientInput, type ClientWay, clientExperiment, prefixOf } from "./transfer-client.ts";

const CPU = "cpu_us_per_item";
const WAYS: readonly ClientWay[] = ["buffered", "upload", "url", "pack_upload", "pack_url"];
const msOf = (us: number) => us / 1_000;

/** CPU, time, allocation and memory of the client alone: each way in a process of its own, in turns. */
export const TRANSFER = measuredScenario({
  name: "transfer",
  what: "what an item costs the client: the plain way (the SDK reads the whole object, the library uploads it), and prewarm with everything on (listing, plan, ledger) by upload and by url, singly and in packs of up to 50; 64 KiB objects at concurrency 20, and 16 MiB ones for memory",
  simulated: null,
  variants: {
    buffered: "SDK GetObject buffered + library upload",
    upload: "prewarm by upload, everything on",
    url: "prewarm by url, everything on",
    pack_upload: "prewarm by upload, in packs",
    pack_url: "prewarm by url, in packs",
  },
  metrics: [
    ...perItem("us"),
    SUCCESS_RATE,
    { name: "large_cpu_us_per_item", unit: "us", better: "lower" },
    { name: "large_peak_rss_mb", unit: "MB", better: "lower" },
  ],
  ratios: [
    ...["upload", "url"].map((variant) => ({ variant, metric: CPU, reference: "buffered" })),
    ...["upload", "url"].map((way) => ({ variant: `pack_${way}`, metric: CPU, reference: way })),
  ],
  targets: [
    { text: "url: at most 1.0 ms CPU an item", figure: `url.${CPU}`, unit: "ms", value: msOf, most: 1 },
    {
      text: "upload of 64 KiB: at most 2.0 ms CPU an item",
      figure: `upload.${CPU}`,
      unit: "ms",
      value: msOf,
      most: 2,
    },
    { text: "upload: at most half of the plain way", figure: `upload.${CPU}_ratio`, unit: "x", most: 0.5 },
    { text: "url: at most half of the plain way", figure: `url.${CPU}_ratio`, unit: "x", most: 0.5 },
    ...["upload", "url"].map((way) => ({
      text: `${way} in packs: less than singly`,
      figure: `pack_${way}.${CPU}_ratio`,
      unit: "x",
      most: 1,
    })),
  ],
  doubts: (rounds) => [
    ...WAYS.flatMap((variant) =>
      bottleneckDoubts("transfer", rounds, { variant, figures: `${variant}.wall_us_per_item` }),
    ),
    ...failureDoubts("transfer", rounds),
  ],
  experiments: {
    large: () => transferExperiment(LARGE),
    small: () => transferExperiment(SMALL),
    client: () => clientExperiment(),
  },
  parts: [
    { experiment: "large", processes: 1, rounds: 1, share: 2, patient: true },
    // All nine, or a ratio is one of another moment: V8 compiles on for thousands of items, the SDK's large code longest.
    { experiment: "small", processes: 1, rounds: 9, least: 9, share: 12, patient: true },
  ],
});

interface TransferLoad {
  readonly ways: readonly ClientWay[];
  /** Of an object. */
  readonly bytes: number;
  /** Objects of a round. */
  readonly count: number;
  readonly concurrency: number;
  /** Always the same amount of work before it counts, on every machine. */
  readonly warmUps: number;
  /** What the names of figures begin with. */
  readonly prefix: string;
}

const SMALL: TransferLoad = { ways: WAYS, bytes: 65_536, count: 60, concurrency: 20, warmUps: 6, prefix: "" };

/** By url the bytes never pass the client. A fresh process has nothing to warm up for: it is its memory that counts. */
const LARGE: TransferLoad = {
  ways: ["buffered", "upload"],
  bytes: 16 * 1_048_576,
  count: 3,
  concurrency: 3,
  warmUps: 0,
  prefix: "large_",
};

/**
 * A round is a block of objects by each way, in turn, each in a process of its own; this one only asks clients and servers.
 * `servers_cpu_us` is what the servers took for a way's block.
 */
function transferExperiment(size: TransferLoad): Experiment {
  const { ways, bytes, count, warmUps, prefix } = size;
  return {
    open: async (folder) => {
      const servers = await startServers();
      const clients = await Promise.all(ways.map((way) => openClient(way, size, servers, folder)));
      let put = 0;
      const block = async ({ way, process }: ClientProcess, index: number): Promise<RoundFigures> => {
        // No two objects have one size, or they would be known by their content.
        const least = bytes - bytes / 32 + (put % (bytes / 16));
        put += count;
        await servers.ask("put", { prefix: prefixOf(way, index), count, bytes: least });
        const before = await servers.ask("cpu");
        const { round } = await process.ask("round", index);
        const figures = { ...round[way], servers_cpu_us: (await servers.ask("cpu")) - before };
        return Object.fromEntries(Object.entries(figures).map(([name, value]) => [prefix + name, value]));
      };
      return {
        warmUps,
        round: async (index) => {
          const round: Record<string, RoundFigures> = {};
          for (const client of clients) round[client.way] = await block(client, index);
          // What was posted takes memory and time of the servers.
          await servers.ask("reset");
          return index < 0 ? {} : round;
        },
        close: async () => {
          await Promise.all(clients.map(({ process }) => process.close()));
          await servers.close();
        },
      };
    },
  };
}

interface ClientProcess {
  readonly way: ClientWay;
  readonly process: Child<RoundsHandlers>;
}

async function openClient(
  way: ClientWay,
  { concurrency, count }: TransferLoad,
  { env }: Servers,
  among: string,
): Promise<ClientProcess> {
  const process = openChild<RoundsHandlers>(MEASURING);
  const input: ClientInput = { way, env, concurrency, count };
  await process.ask("open", { scenario: "transfer", experiment: "client", folder: join(among, way), input });
  return { way, process };
}
