/** Builds the simulation and runs it: `npm run simulate -- --help` says what it takes. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);
const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", ROOT));
const project = fileURLToPath(new URL("test/simulation/seeded", ROOT));
const built = spawnSync(process.execPath, [tsc, "-p", project], { stdio: "inherit" });
if (built.status !== 0) process.exit(2);
const main = new URL("node_modules/.cache/prewarm-simulation/test/simulation/seeded/main.js", ROOT);
process.exit(await (await import(main.href)).main(process.argv.slice(2)));
