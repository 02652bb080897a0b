import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./long-first.ts";
import { Retries } from "./retries.ts";
import { Skips } from "./skips.ts";

/** How many times as many inputs are drawn as usual (`helpers/holds`); above 1 they are others each time. */
const DRAWS = Math.max(1, Number(process.env.FC_RUNS ?? 1));

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts", "test/**/*.large.test.ts"],
    globalSetup: ["test/postgres-door.ts"],
    // A quarter of the time of all tests is waiting. By itself vitest leaves one of two cores idle.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    // No file leaves anything behind in its process, and to load the same modules for each takes a minute and a half of CPU.
    isolate: false,
    // They end what hangs. No test may be so slow, on whatever machine, and none is held against them.
    testTimeout: 120_000 * DRAWS,
    hookTimeout: 120_000,
    // Told at the end of the run, which fails when they are too many. A second try would draw other inputs, and hide what the first one found.
    retry: DRAWS > 1 ? 0 : 1,
    reporters: ["default", new Retries(), new Skips()],
    expect: { poll: { timeout: 100_000 } },
    env: { FORCE_COLOR: "0" },
  },
});
