/**
 * Runs tests of one folder again and again in one process: modules that have not changed are not transformed again. Whoever forked it
 * sends `{ paths, changed }`, what to test and files that changed since; it answers with what failed first, or null. Files that are soon
 * over go first, and those that have failed before.
 */
import { join } from "node:path";
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
const once = { bail: 1, retry: 0, maxWorkers: 1, reporters: [{}], sequence: { sequencer: AsGiven } };
const vitest = await createVitest(
  "test",
  { root, config, watch: true, ...once },
  { server: { watch: null } },
);
/** Of each test file, what it took when it last passed, in milliseconds, and how often it failed. */
const tookMs = new Map();
const failures = new Map();

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
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(files, true);
  for (const each of testModules)
    if (each.state() === "passed") tookMs.set(each.moduleId, each.diagnostic().duration);
  const failed = testModules.find((each) => each.state() === "failed");
  if (failed) failures.set(failed.moduleId, (failures.get(failed.moduleId) ?? 0) + 1);
  return failed?.relativeModuleId ?? (unhandledErrors.length > 0 ? "an error beside all tests" : null);
}

function costOf(file) {
  return (tookMs.get(file) ?? 0) / (1 + (failures.get(file) ?? 0));
}
