import { startOwnPostgres } from "../../helpers/own-postgres.ts";
import type { Tools } from "../life.ts";
import { Totals } from "../totals.ts";
import { playFleet } from "./fleet.ts";
import { LONG_PAUSES } from "./fleet-plan.ts";

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

/**
 * Tortures a fleet at a PostgreSQL server of its own; returns the exit code. Throws RangeError for a number that is none, and Error where
 * there is no server.
 */
export async function tortureFleet(wish: FleetWish, { tools, say, stop }: Ways): Promise<number> {
  const { seed, workers, minutes, isVerbose } = wish;
  if (!(Number.isInteger(workers) && workers > 0 && minutes > 0 && Number.isInteger(seed)))
    throw new RangeError("--fleet and --seed take whole numbers, --minutes a number above 0");
  const pack = wish.pack ?? seed % 2 === 1;
  const server = await startOwnPostgres(CONNECTIONS, true);
  if (typeof server === "string") throw new Error(server);
  const totals = new Totals();
  const packs = `packs ${pack ? "on" : "off"}`;
  say(
    `seed ${seed}: ${workers} workers on Node ${process.versions.node}, ${BOTS} bots in ${CHATS} chats, ${packs}`,
  );
  try {
    const plan = { seed, workers, minutes, pack, bots: BOTS, chats: CHATS, pauses: LONG_PAUSES };
    const tell = isVerbose ? (line: string) => say(`  ${new Date().toISOString()} ${line}`) : undefined;
    const sum = await playFleet(plan, { tools, server, say, tell, stop });
    totals.add(sum);
    for (const wrong of sum.wrongs) say(`VIOLATION ${wrong}`);
    for (const line of totals.lines()) say(line);
    say(`seed ${seed}, a fleet of ${workers}, ${packs}: ${minutes} minutes of trouble`);
    const flag = pack ? "--pack" : "--no-pack";
    say(`replay: npm run torture -- --fleet ${workers} --minutes ${minutes} --seed ${seed} ${flag}`);
  } finally {
    await server.dispose();
  }
  return totals.violations > 0 ? 1 : 0;
}
