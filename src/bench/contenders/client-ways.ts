import pLimit from "p-limit";
import type { Config } from "../../config/config.ts";
import { systemClock } from "../../domain/clock.ts";
import { newWay } from "./new-way.ts";
import { plainWay } from "./plain-way.ts";
import { Warmer } from "./warmer.ts";

/** How a client works: as most write it, or as prewarm does, by upload or by URL. */
export type ClientWay = "buffered" | "upload" | "url";

/** Objects that lie below a prefix. */
export interface Block {
  readonly prefix: string;
  readonly keys: readonly string[];
}

export interface Worked {
  readonly done: number;
  readonly failed: number;
}

/** A client that is connected. */
export interface Client {
  work(block: Block): Promise<Worked>;
  close(): Promise<void>;
}

export function openClient(way: ClientWay, config: Config): Promise<Client> {
  return way === "buffered" ? openPlain(config) : openPrewarm(way, config);
}

/** It lists, plans, and keeps its ledger: everything that a run does. */
async function openPrewarm(transfer: "upload" | "url", config: Config): Promise<Client> {
  const warmer = await Warmer.open(config);
  const { signal } = new AbortController();
  const work = async ({ prefix }: Block) => {
    const { done, failed } = await newWay(warmer, { prefix, transfer, signal });
    return { done: done.length, failed };
  };
  return { work, close: () => warmer.close() };
}

/** It is given the keys, and remembers nothing. */
async function openPlain(config: Config): Promise<Client> {
  const plain = plainWay(config, systemClock());
  const limit = pLimit(config.concurrency);
  const chats = config.bots.flatMap((bot) => bot.chats);
  const work = async ({ keys }: Block) => {
    const ends = await Promise.allSettled(
      keys.map((key, n) => limit(() => plain.send(key, chats[n % chats.length] ?? ""))),
    );
    const done = ends.filter(({ status }) => status === "fulfilled").length;
    return { done, failed: ends.length - done };
  };
  return { work, close: async () => plain.close() };
}
