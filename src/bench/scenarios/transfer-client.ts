import pLimit from "p-limit";
import { type Config, loadConfig } from "../../config/config.ts";
import { systemClock } from "../../domain/clock.ts";
import { plainWay } from "../contenders/plain-way.ts";
import { Warmer } from "../contenders/warmer.ts";
import { allocation, measure, peakRssMb, type Taken } from "../harness/measure.ts";
import { provePacks } from "../harness/prove-packs.ts";
import type { Experiment, RoundFigures } from "../harness/rounds.ts";
import { keysBelow, UNLIMITED } from "../harness/servers.ts";

/** How a client works: as most write it, or as prewarm does, by upload or by URL, singly or in packs. */
export type ClientWay = "buffered" | PrewarmWay;

type PrewarmWay = "upload" | "url" | "pack_upload" | "pack_url";

export interface ClientInput {
  readonly way: ClientWay;
  /** Of the servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** Objects of a round. */
  readonly count: number;
}

/** Where the objects of a client's round lie. */
export function prefixOf(way: ClientWay, index: number): string {
  return `${way}${index}/`;
}

/** A client that is connected. */
interface Client {
  work(prefix: string, count: number): Promise<Worked>;
  close(): Promise<void>;
}

interface Worked {
  readonly done: number;
  readonly failed: number;
}

/** The process of a client: a round is a block of objects, and what all of it cost. */
export function clientExperiment(): Experiment<ClientInput> {
  return {
    open: async (folder, { way, env, concurrency, count }) => {
      const own = {
        PREWARM_LEDGER: `sqlite:${folder}/bench.db`,
        MEDIA_PREWARM_CONCURRENCY: String(concurrency),
      };
      const config = loadConfig({}, { ...env, ...UNLIMITED, ...own }, null);
      const client = await (way === "buffered" ? openPlain(config) : openPrewarm(way, config));
      return {
        warmUps: 0,
        round: async (index) => {
          const prefix = prefixOf(way, index);
          const { bytes, value } = await allocation(() => measure(() => client.work(prefix, count)));
          return { [way]: figuresOf(value, bytes) };
        },
        close: () => client.close(),
      };
    },
  };
}

/** Cost by item; none of a block of which nothing ended well, which measured nothing. */
function figuresOf(
  { cpuMs, wallMs, value: { done, failed } }: Taken & { readonly value: Worked },
  bytes: number,
): RoundFigures {
  const wall_us = wallMs * 1_000;
  const all = { failed, wall_us, peak_rss_mb: peakRssMb() };
  if (done === 0) return failed > 0 ? { ...all, success_rate: 0 } : all;
  return {
    ...all,
    success_rate: (done * 100) / (done + failed),
    cpu_us_per_item: (cpuMs * 1_000) / done,
    wall_us_per_item: wall_us / done,
    allocated_bytes_per_item: bytes / done,
  };
}

/** It lists, plans, and keeps its ledger: everything that a run does. */
async function openPrewarm(way: PrewarmWay, config: Config): Promise<Client> {
  if (way === "pack_upload" || way === "pack_url") await provePacks(config.ledger, "document");
  const transfer = way === "upload" || way === "pack_upload" ? "upload" : "url";
  const warmer = await Warmer.open(config);
  const work = async (prefix: string) => {
    const { done, failed } = await warmer.warm({ prefix, transfer });
    return { done: done.length, failed };
  };
  return { work, close: () => warmer.close() };
}

/** It knows the keys, and remembers nothing. */
async function openPlain(config: Config): Promise<Client> {
  const plain = plainWay(config, systemClock());
  const limit = pLimit(config.concurrency);
  const chats = config.bots.flatMap((bot) => bot.chats);
  const work = async (prefix: string, count: number) => {
    const ends = await Promise.allSettled(
      keysBelow(prefix, count).map((key, n) => limit(() => plain.send(key, chats[n % chats.length] ?? ""))),
    );
    const done = ends.filter(({ status }) => status === "fulfilled").length;
    return { done, failed: ends.length - done };
  };
  return { work, close: async () => plain.close() };
}
