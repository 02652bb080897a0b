/** Preloaded: says at the end how late the event loop of the main thread was. */
import { writeSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const STDERR = 2;
const NS_A_MS = 1e6;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // What is compiled and loaded at the start is no matter of the disk.
  setTimeout(() => delay.reset(), Number(process.env.PREWARM_SETTLE_MS ?? 2_000)).unref();
  process.on("exit", () => {
    const [p50, p99] = [50, 99].map((share) => (delay.percentile(share) / NS_A_MS).toFixed(1));
    writeSync(STDERR, `event loop late by ${p50} ms (P50), ${p99} ms (P99)\n`);
  });
}
