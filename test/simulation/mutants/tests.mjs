/**
 * Runs tests of one folder again and again in one process: modules that have not changed are not transformed again. Whoever forked it
 * sends `{ paths, changed }`, what to test and files that changed since; it answers with what failed first, or null. What is soon over
 * goes first, files and tests alike, and before that what has failed lately.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";

const [root] = process.argv.slice(2);

/** By itself vitest runs long ones first. */
class AsGiven {
  sort(files) {
    return files;
  }

  shard(files) {
    return files;
  }
}

const config = join(root, "test/vitest.config.ts");
const runner = fileURLToPath(new URL("telling-first.mjs", import.meta.url));
/** What has not come by then does not come. */
const expect = { poll: { timeout: 20_000 } };
const once = {
  bail: 1,
  retry: 0,
  maxWorkers: 1,
  reporters: [{}],
  sequence: { sequencer: AsGiven },
  runner,
  expect,
};
const vitest = await createVitest(
  "test",
  { root, config, watch: true, ...once },
  { server: { watch: null } },
);
/** Of each test, and each file of them, what it took when it last passed, in milliseconds. */
const tookMs = new Map();
/** And how often it failed; what is long ago counts for less. */
const failures = new Map();
const FADES = 0.9;

process.on("message", async ({ paths, changed }) => process.send({ failed: await run(paths, changed) }));
process.on("disconnect", async () => {
  await vitest.close();
  process.exit();
});
process.send("ready");

async function run(paths, changed) {
  for (const file of changed) vitest.invalidateFile(file);
  // What failed before would end this run at once.
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  const files = (await Promise.all(paths.map((path) => vitest.globTestSpecifications([path])))).flat();
  files.sort((a, b) => costOf(a.moduleId) - costOf(b.moduleId));
  vitest.provide(
    "costs",
    [...tookMs.keys()].map((id) => [id, costOf(id)]),
  );
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(files, true);
  const failed = testModules.find((each) => each.state() === "failed");
  if (failed) for (const [id, count] of failures) failures.set(id, count * FADES);
  for (const each of testModules) learnOf(each.moduleId, each.state(), each.diagnostic());
  for (const { children } of testModules)
    for (const each of children.allTests()) learnOf(each.id, each.result().state, each.diagnostic());
  return failed?.relativeModuleId ?? (unhandledErrors.length > 0 ? "an error beside all tests" : null);
}

function learnOf(id, state, diagnostic) {
  if (state === "passed") tookMs.set(id, diagnostic?.duration ?? 0);
  if (state !== "failed") return;
  failures.set(id, (failures.get(id) ?? 0) + 1);
}

function costOf(id) {
  return (tookMs.get(id) ?? 0) / (1 + (failures.get(id) ?? 0)) ** 2;
}
