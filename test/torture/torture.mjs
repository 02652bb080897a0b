/** Builds what tortures the built program, and runs it: `npm run torture -- --help` says what it takes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUILT = here("../../node_modules/.cache/prewarm-torture");

const { status } = spawnSync(
  process.execPath,
  [here("../../node_modules/typescript/bin/tsc"), "-p", here(".")],
  {
    stdio: "inherit",
  },
);
if (status !== 0) process.exit(2);

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
const { main } = await import(pathToFileURL(join(BUILT, "test/torture/main.js")).href);
const ended = await main(process.argv.slice(2), {
  tools: { bin: here("../../bin/prewarm.js"), noNames: here("no-names.mjs") },
  say: (line) => process.stdout.write(`${line}\n`),
  stop: stop.signal,
}).catch((error) => {
  process.stderr.write(`torture: ${error.message}\n`);
  return 2;
});
process.exit(code ?? ended);
