/** Builds what tortures the built program, and runs it: `npm run torture -- --help` says what it takes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { untilStopped } from "../helpers/until-stopped.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUILT = here("../../node_modules/.cache/prewarm-torture");

await untilStopped(async (stop) => {
  build();
  const { main } = await import(pathToFileURL(join(BUILT, "test/torture/main.js")).href);
  return main(process.argv.slice(2), {
    tools: { bin: here("../../bin/prewarm.js"), noNames: here("no-names.mjs") },
    say: (line) => process.stdout.write(`${line}\n`),
    stop,
  }).catch((error) => {
    process.stderr.write(`torture: ${error.message}\n`);
    return 2;
  });
});

function build() {
  const tsc = here("../../node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", here(".")], { stdio: "inherit" });
  if (status !== 0) process.exit(2);
}
