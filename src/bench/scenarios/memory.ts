import { existsSync } from "node:fs";
import { join } from "node:path";
import { openChild } from "../harness/child.ts";
import { fillLedger } from "../harness/fill-ledger.ts";
import type { ListingHandlers } from "../harness/listing-child.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS } from "../harness/metrics.ts";
import { provePacks } from "../harness/prove-packs.ts";
import type { Experiment, Round } from "../harness/rounds.ts";
import { type Servers, startServers, UNLIMITED } from "../harness/servers.ts";
import { PREWARM, runWhole } from "../harness/whole-process.ts";

/** What the Bot API takes in local mode (core.telegram.org/bots/api#using-a-local-bot-api-server). */
const LARGE_BYTES = 2_000_000_000;
const MANY = 1_000_000;

/** Uploads of one message. */
interface PackSize {
  readonly variant: "pack" | "pack_local";
  readonly count: number;
  readonly bytes: number;
  readonly local: boolean;
}

const FIVE_MB = 4_999_900;
const PACK: PackSize = { variant: "pack", count: 9, bytes: FIVE_MB, local: false };
const PACK_LOCAL: PackSize = { variant: "pack_local", count: 50, bytes: FIVE_MB, local: true };

/** The most memory that `prewarm run` holds, as whole processes. */
export const MEMORY = measuredScenario({
  name: "memory",
  what: "peak memory of whole processes: an object of 2 GB by upload to a Bot API server in local mode, a bucket of 10^6 objects that are all ready, and packs of uploads of 5 MB each",
  simulated: null,
  variants: {
    large: "one object of 2 GB",
    ready: "10^6 objects, listed, all ready",
    pack: "9 objects of 5 MB in one message",
    pack_local: "50 objects of 5 MB in one message, local mode",
  },
  metrics: [
    PEAK_RSS,
    { name: "wall_s", unit: "s", better: "lower" },
    { name: "media_per_message", unit: "media", better: "higher" },
  ],
  ratios: [],
  targets: [
    { text: "an object of 2 GB in less than 200 MB", figure: "large.peak_rss_mb", unit: "MB", most: 200 },
    { text: "10^6 objects in less than 250 MB", figure: "ready.peak_rss_mb", unit: "MB", most: 250 },
    ...[PACK, PACK_LOCAL].flatMap(({ variant, count }) => [
      {
        text: `${count} uploads of 5 MB in one message: less than 200 MB`,
        figure: `${variant}.peak_rss_mb`,
        unit: "MB",
        most: 200,
      },
      {
        text: `${variant}: all in one message`,
        figure: `${variant}.media_per_message`,
        unit: "media",
        least: count,
      },
    ]),
  ],
  experiments: {
    large: () => largeExperiment(),
    ready: () => readyExperiment(),
    pack: () => packExperiment(PACK),
    pack_local: () => packExperiment(PACK_LOCAL),
  },
  parts: [
    { experiment: "large", processes: 1, rounds: 1, share: 1, patient: true },
    { experiment: "ready", processes: 1, rounds: 1, share: 1, patient: true },
    { experiment: "pack", processes: 1, rounds: 1, share: 0.1, patient: true },
    { experiment: "pack_local", processes: 1, rounds: 1, share: 0.2, patient: true },
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

/** Each round sends a pack of large objects, by a ledger that knows that packs may be sent, and none of them. */
export function packExperiment({ variant, count, bytes, local }: PackSize): Experiment {
  return {
    open: async (folder) => {
      const servers = await startServers({ local });
      await servers.ask("put", { prefix: "large/", count, bytes });
      return {
        warmUps: 0,
        round: async (index) => {
          const ledger = join(folder, `pack${index}.db`);
          await provePacks(ledger, "document");
          await servers.ask("reset");
          const env = { ...envOf(servers), PREWARM_LEDGER: `sqlite:${ledger}` };
          const round = await figures(variant, { env, folder, args: ["run", "--transfer", "upload"] });
          const { media, messages } = await servers.ask("posted");
          return { [variant]: { ...round[variant], media_per_message: media / messages } };
        },
        close: () => servers.close(),
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
