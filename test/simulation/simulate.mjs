/** Builds the simulation and runs it: `npm run simulate -- --help` says what it takes. */
import { join } from "node:path";
import { BUILT, build } from "./build.mjs";

build();
const { main } = await import(join(BUILT, "test/simulation/seeded/main.js"));
process.exit(await main(process.argv.slice(2)));
