import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PlayBatch, Told } from "../seeded/batch.ts";
import { shrunk } from "../seeded/shrink.ts";
import { playFleet } from "./fleet-play.ts";
import { type FleetScenario, fleetOf } from "./fleet-scenario.ts";
import { SharedServer } from "./server.ts";

/** Plays a fleet by its seed, and finds out without which parts of its world it is as wrong. */
async function tellFleet(seed: number, server: SharedServer): Promise<Told> {
  const scenario = fleetOf(seed);
  const { wrongs, steps, crashes } = await playFleet(scenario, server);
  const fails = async (world: FleetScenario["world"]) =>
    (await playFleet({ ...scenario, world }, server)).wrongs.length > 0;
  const without = wrongs.length > 0 ? [...(await shrunk(scenario.world, fails))].join(",") : "";
  return { seed, steps, crashes, wrongs, without };
}

/** Plays batches in processes of their own, each with a database of its own. */
export function fleetsApart(newDatabase: () => Promise<string>): PlayBatch {
  return async ({ from, count }, tell, stop) => {
    const url = await newDatabase();
    const child = fork(fileURLToPath(import.meta.url), [url, String(from), String(count)], { execArgv: [] });
    child.on("message", (told: Told) => tell(told));
    const kill = () => child.kill("SIGKILL");
    stop.addEventListener("abort", kill);
    await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    stop.removeEventListener("abort", kill);
    if (child.exitCode !== 0 && !stop.aborted) throw new Error(`a batch ended by ${child.exitCode}`);
  };
}

/** The process of {@link fleetsApart}. */
async function playForParent(url: string, from: number, count: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  const orphaned = () => process.exit(1);
  process.on("disconnect", orphaned);
  const server = await SharedServer.open(url);
  for (let seed = from; seed < from + count; seed++) process.send?.(await tellFleet(seed, server));
  await server.close();
  process.off("disconnect", orphaned);
  process.disconnect();
}

const [, file, url = "", from, count] = process.argv;
if (process.send && file === fileURLToPath(import.meta.url))
  await playForParent(url, Number(from), Number(count));
