import { startOwnPostgres } from "../../helpers/own-postgres.ts";
import type { Tools } from "../life.ts";
import { Totals } from "../totals.ts";
import { playFleet } from "./fleet.ts";

/** What was asked for on the command line. */
interface FleetWish {
  readonly seed: number;
  readonly workers: number;
  readonly minutes: number;
  /** Null for what the seed decides. */
  readonly pack: boolean | null;
  readonly isVerbose: boolean;
}

/** How it speaks, what it runs, and what ends it. */
interface Ways {
  readonly tools: Tools;
  readonly say: (line: string) => void;
  readonly stop?: AbortSignal | undefined;
}

const BOTS = 6;
const CHATS = 2;
const CONNECTIONS = ["-c", "max_connections=200"];

/** Tortures a fleet at a PostgreSQL server of its own; returns the exit code. */
export async function tortureFleet(wish: FleetWish, { tools, say, stop }: Ways): Promise<number> {
  const { seed, workers, minutes, isVerbose } = wish;
  const pack = wish.pack ?? seed % 2 === 1;
  const server = await startOwnPostgres(CONNECTIONS, true);
  if (typeof server === "string") throw new Error(server);
  const totals = new Totals();
  say(
    `seed ${seed}: ${workers} workers on Node ${process.versions.node}, ${BOTS} bots in ${CHATS} chats, packs ${pack ? "on" : "off"}`,
  );
  try {
    const plan = { seed, workers, minutes, pack, bots: BOTS, chats: CHATS };
    const tell = isVerbose ? (line: string) => say(`  ${new Date().toISOString()} ${line}`) : undefined;
    const sum = await playFleet(plan, { tools, server, say, tell, stop });
    totals.add(sum);
    for (const line of totals.lines()) say(line);
    for (const wrong of sum.wrongs) say(`VIOLATION ${wrong}`);
  } finally {
    await server.dispose();
  }
  return totals.violations > 0 ? 1 : 0;
}
