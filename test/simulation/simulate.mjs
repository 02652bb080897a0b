/** Builds the simulation and runs it: `npm run simulate -- --help` says what it takes. */
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
const { main } = await import(pathToFileURL(join(BUILT, "test/simulation/seeded/main.js")).href);
const ended = await main(process.argv.slice(2), { stop: stop.signal });
process.exit(code ?? ended);
