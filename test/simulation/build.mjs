import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Where the simulation is built to, with all that it runs: `src/` and `test/` as JavaScript. */
export const BUILT = fileURLToPath(new URL("node_modules/.cache/prewarm-simulation", ROOT));

/** Builds it; ends the process when that fails. */
export function build() {
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", ROOT));
  const project = fileURLToPath(new URL("test/simulation/seeded", ROOT));
  const { status } = spawnSync(process.execPath, [tsc, "-p", project], { stdio: "inherit" });
  if (status !== 0) process.exit(2);
}
