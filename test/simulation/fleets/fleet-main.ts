import { parseArgs } from "node:util";
import { type OwnPostgres, startOwnPostgres } from "../../helpers/own-postgres.ts";
import { main } from "../seeded/main.ts";
import { without } from "../seeded/shrink.ts";
import { fleetsApart } from "./fleet-batch.ts";
import { playFleet } from "./fleet-play.ts";
import { fleetOf } from "./fleet-scenario.ts";
import { SharedServer } from "./server.ts";

/** Where fleets have their databases, and how they are told to end. */
interface FleetWays {
  readonly start?: () => Promise<Pick<OwnPostgres, "newDatabase" | "dispose"> | string>;
  readonly say?: (line: string) => void;
  readonly stop?: AbortSignal;
}

/** What `npm run simulate:fleets` does, with flags as `npm run simulate` has them; returns its exit code. */
export async function fleets(args: readonly string[], ways: FleetWays = {}): Promise<number> {
  const { say = toStdout, stop } = ways;
  // Who is told to end says the sums first, and then ends the server.
  const { start = () => startOwnPostgres([], stop !== undefined) } = ways;
  const server = await start();
  if (typeof server === "string") throw new Error(server);
  try {
    const replay = "npm run simulate:fleets --";
    const play = fleetsApart(server.newDatabase);
    if (!args.includes("--seed")) return await main(args, { play, replay, say, ...(stop && { stop }) });
    return await one(args, await server.newDatabase(), say);
  } finally {
    await server.dispose();
  }
}

async function one(args: readonly string[], url: string, say: (line: string) => void): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seed: text, without: text, trace: { type: "boolean" } },
  });
  const scenario = fleetOf(Number(values.seed));
  const left = new Set((values.without ?? "").split(",").filter(Boolean).map(Number));
  const shared = await SharedServer.open(url);
  const world = without(scenario.world, left);
  const played = await playFleet({ ...scenario, world }, shared);
  await shared.close();
  const { wrongs, steps, crashes, posts } = played;
  if (values.trace) say(JSON.stringify({ ...scenario, world }, null, 1));
  for (const wrong of wrongs) say(wrong);
  say(`seed ${values.seed}: ${steps} steps, ${crashes} crashes, ${posts} posts, ${wrongs.length} violations`);
  return wrongs.length > 0 ? 1 : 0;
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
