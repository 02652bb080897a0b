/** Builds the simulation of fleets and runs it, with the flags of simulate.mjs. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { untilStopped } from "../helpers/until-stopped.mjs";
import { BUILT, build } from "./build.mjs";

await untilStopped(async (stop) => {
  build();
  const { fleets } = await import(pathToFileURL(join(BUILT, "test/simulation/fleets/fleet-main.js")).href);
  return fleets(process.argv.slice(2), { stop });
});
