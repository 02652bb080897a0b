import { defineConfig } from "vitest/config";

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    include: ["test/**/*.test.ts"],
    // By itself vitest leaves one of two cores idle.
    maxWorkers: 2,
    // No file leaves anything behind in its process, and to load the same modules for each takes a minute and a half of CPU.
    isolate: false,
    // They end what hangs. No test may be so slow, on whatever machine, and none is held against them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 100_000 } },
    env: { FORCE_COLOR: "0" },
  },
});
