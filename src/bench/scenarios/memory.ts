import { existsSync } from "node:fs";
import { join } from "node:path";
import { openChild } from "../harness/child.ts";
import { fillLedger } from "../harness/fill-ledger.ts";
import type { ListingHandlers } from "../harness/listing-child.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import type { Experiment, Round } from "../harness/rounds.ts";
import { type Servers, startServers, UNLIMITED } from "../harness/servers.ts";
import { PREWARM, runWhole } from "../harness/whole-process.ts";

/** What the Bot API takes in local mode (core.telegram.org/bots/api#using-a-local-bot-api-server). */
const LARGE_BYTES = 2_000_000_000;
const MANY = 1_000_000;

/** The most memory that `prewarm run` holds, as whole processes. */
export const MEMORY = measuredScenario({
  name: "memory",
  what: "peak memory of whole processes: an object of 2 GB by upload to a Bot API server in local mode, and a bucket of 10^6 objects that are all ready",
  simulated: null,
  variants: { large: "one object of 2 GB", ready: "10^6 objects, listed, all ready" },
  metrics: [PEAK_RSS, { name: "wall_s", unit: "s", better: "lower" }],
  ratios: [],
  targets: [
    { text: "an object of 2 GB in less than 200 MB", figure: "large.peak_rss_mb", unit: "MB", most: 200 },
    { text: "10^6 objects in less than 250 MB", figure: "ready.peak_rss_mb", unit: "MB", most: 250 },
  ],
  experiments: { large: () => largeExperiment(), ready: () => readyExperiment() },
  parts: [
    { experiment: "large", processes: 1, rounds: 1, share: 1, patient: true },
    { experiment: "ready", processes: 1, rounds: 1, share: 1, patient: true },
  ],
});

/** Each round sends one large object, by a ledger that does not know it. */
export function largeExperiment(bytes = LARGE_BYTES): Experiment {
  return {
    open: async (folder) => {
      const servers = await startServers({ local: true });
      await servers.ask("put", { prefix: "large/", count: 1, bytes });
      const env = envOf(servers);
      return {
        warmUps: 0,
        round: () => figures("large", { env, folder, args: ["run", "--transfer", "upload"] }),
        close: () => servers.close(),
      };
    },
  };
}

/** Each round goes through a bucket in which all is ready. */
export function readyExperiment(objects = MANY): Experiment {
  return {
    open: async (folder) => {
      const ledger = join(folder, "ready.db");
      if (!existsSync(ledger)) await fillLedger(ledger, objects);
      const servers = await startServers();
      const bucket = openChild<ListingHandlers>(new URL("../harness/listing-child.js", import.meta.url));
      const endpoint = await bucket.ask("start", objects);
      const env = { ...envOf(servers), R2_ENDPOINT: endpoint, PREWARM_LEDGER: `sqlite:${ledger}` };
      return {
        warmUps: 0,
        round: () => figures("ready", { env, folder, args: ["run"] }),
        close: async () => {
          await bucket.close();
          await servers.close();
        },
      };
    },
  };
}

function envOf({ env }: Servers): Record<string, string> {
  return { ...env, ...UNLIMITED };
}

async function figures(
  variant: string,
  program: { env: Record<string, string>; folder: string; args: readonly string[] },
): Promise<Round> {
  const { peakRssMb, wallMs } = await runWhole({ file: PREWARM, ...program });
  return { [variant]: { peak_rss_mb: peakRssMb, wall_s: wallMs / 1_000 } };
}
