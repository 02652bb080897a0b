/** Builds the simulation and runs it: `npm run simulate -- --help` says what it takes. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { untilStopped } from "../helpers/until-stopped.mjs";
import { BUILT, build } from "./build.mjs";

await untilStopped(async (stop) => {
  build();
  const { main } = await import(pathToFileURL(join(BUILT, "test/simulation/seeded/main.js")).href);
  return main(process.argv.slice(2), { stop });
});
