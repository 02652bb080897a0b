import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openIds } from "../../ids/open.ts";
import type { Ids } from "../../ids/port.ts";
import { Lookups } from "../contenders/lookups.ts";
import { type Child, openChild } from "../harness/child.ts";
import { fillLedger, objectOf } from "../harness/fill-ledger.ts";
import { measure } from "../harness/measure.ts";
import { measuredScenario } from "../harness/measured.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";
import { keysBelow, type Servers, startServers } from "../harness/servers.ts";
import type { WorkerHandlers } from "../harness/worker-child.ts";

const CPU = "cpu_us_per_item";
const RATE = "lookups_per_s";

/** What it costs a bot to get an id. */
export const LOOKUP = measuredScenario({
  name: "lookup",
  what: "a bot's lookup of an id in a ledger of 10^5: from its file, and over HTTP from a worker, whose CPU is counted, at rest and while it warms 20 objects a second",
  simulated: null,
  variants: {
    file: "openIds, from the file",
    file_written: "openIds, while the worker writes",
    http: "GET of 20 bots at a worker at rest",
    http_warming: "GET of 20 bots at a worker that warms",
    http_many: "POST of 1,000 keys",
  },
  metrics: [
    { name: CPU, unit: "us", better: "lower" },
    { name: RATE, unit: "lookups/s", better: "higher" },
  ],
  ratios: [{ variant: "http_many", metric: CPU, reference: "http" }],
  targets: [
    { text: "from the file: less than 50 us CPU", figure: `file.${CPU}`, unit: "us", most: 50 },
    {
      text: "at least 1,000 lookups/s beside a worker that warms",
      figure: `http_warming.${RATE}`,
      unit: "lookups/s",
      least: 1_000,
    },
    {
      text: "on one core: at most 1 ms CPU of the worker",
      figure: `http.${CPU}`,
      unit: "ms",
      value: (us) => us / 1_000,
      most: 1,
    },
  ],
  experiments: { lookup: () => lookupExperiment() },
  parts: [{ experiment: "lookup", processes: 1, rounds: 8, share: 1, patient: true }],
});

const SIZES = {
  rows: 100_000,
  /** Lookups of a block. */
  count: 1_000,
  /** Objects that the worker is given to warm before a block in which it warms. */
  warmed: 60,
};

const TOKEN = "bench-lookup-token";
const [BOTS, KEYS_AT_ONCE] = [20, 1_000];
/** Eight chats, so 20 objects a second. */
const PACES = {
  PREWARM_PACE: "150/min",
  PREWARM_BOT_PACE: "none",
  MEDIA_PREWARM_INTERVAL_MS: "500",
} as const;

/** Blocks of lookups in turn; another process is the worker, a third one R2 and Telegram. */
export function lookupExperiment({ rows, count, warmed } = SIZES): Experiment {
  return {
    open: async (folder) => {
      const path = join(folder, "ledger.db");
      await fillLedger(path, rows);
      const servers = await startServers();
      const worker = openChild<WorkerHandlers>(new URL("../harness/worker-child.js", import.meta.url));
      const own = { PREWARM_LEDGER: `sqlite:${path}`, ADMIN_API_TOKEN: TOKEN, PREWARM_LOG_LEVEL: "error" };
      const url = await worker.ask("start", { ...servers.env, ...PACES, ...own });
      const ids = openIds(`sqlite:${path}`);
      const bots = new Lookups(url, { bots: BOTS, token: TOKEN });
      const parts: Parts = { worker, servers, ids, bots };
      return {
        warmUps: 1,
        round: (index) => lookupRound(parts, { from: fromOf(index, rows, count), index, count, warmed }),
        close: async () => {
          bots.close();
          await ids.close();
          await worker.close();
          await servers.close();
        },
      };
    },
  };
}

interface Parts {
  readonly worker: Child<WorkerHandlers>;
  readonly servers: Servers;
  readonly ids: Ids;
  readonly bots: Lookups;
}

/** Each round looks up other objects. */
function fromOf(index: number, rows: number, count: number): number {
  return ((index + 2) * 7 * count) % Math.max(1, rows - count);
}

interface RoundOf {
  readonly from: number;
  readonly index: number;
  readonly count: number;
  readonly warmed: number;
}

async function lookupRound(
  { worker, servers, ids, bots }: Parts,
  { from, index, count, warmed }: RoundOf,
): Promise<Record<string, RoundFigures>> {
  const file = await fromFile(ids, from, count);
  const http = await ofWorker(worker, () => bots.oneByOne(from, count));
  const http_many = await ofWorker(worker, () => bots.atOnce(from, Math.min(count, KEYS_AT_ONCE)));
  const prefix = `warm${index}/`;
  await servers.ask("put", { prefix, count: warmed, bytes: 2_000 + (index + 2) * warmed });
  const before = await worker.ask("warmed");
  await bots.enqueue(keysBelow(prefix, warmed));
  while ((await worker.ask("warmed")) === before) await pause(5);
  const { lookups_per_s = 0 } = await ofWorker(worker, () => bots.oneByOne(from, count));
  const file_written = await fromFile(ids, from, count);
  const round = { file, http, http_many, http_warming: { lookups_per_s }, file_written };
  return index < 0 ? {} : round;
}

async function fromFile(ids: Ids, from: number, count: number): Promise<RoundFigures> {
  const { cpuMs, wallMs } = await measure(async () => {
    for (let at = from; at < from + count; at++) {
      const { key } = objectOf(at);
      if ((await ids.fileId({ key })) === null) throw new Error(`${key} was to be warm`);
    }
  });
  return { cpu_us_per_item: (cpuMs * 1_000) / count, lookups_per_s: (count * 1_000) / wallMs };
}

/** Of the worker's process: CPU a lookup. */
async function ofWorker(worker: Child<WorkerHandlers>, work: () => Promise<number>): Promise<RoundFigures> {
  const before = await worker.ask("cpu");
  const { wallMs, value: count } = await measure(work);
  const after = await worker.ask("cpu");
  return { cpu_us_per_item: (after - before) / count, lookups_per_s: (count * 1_000) / wallMs };
}
