/** Loaded into a worker with --import: at SIGUSR2 collects garbage and appends the bytes that are left to a file. */
import { appendFileSync } from "node:fs";

const file = process.env.PREWARM_SOAK_HEAP;

if (file !== undefined && globalThis.gc !== undefined) {
  process.on("SIGUSR2", () => {
    // Twice: what the first round finalizes is freed by the second.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, rss, external } = process.memoryUsage();
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), heapUsed, rss, external })}\n`);
  });
}
