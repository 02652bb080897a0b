/** Builds the simulation of fleets and runs it, with the flags of simulate.mjs. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BUILT, build } from "./build.mjs";

const stop = new AbortController();
let code = null;
for (const [signal, its] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.on(signal, () => {
    code = its;
    stop.abort();
  });
build();
const { fleets } = await import(pathToFileURL(join(BUILT, "test/simulation/fleets/fleet-main.js")).href);
const ended = await fleets(process.argv.slice(2), { stop: stop.signal });
process.exit(code ?? ended);
