import { writeSync } from "node:fs";

// Loaded before the program of a whole process: says at its end what it used, and ends with the process that started it.
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(
    3,
    JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakRssMb: (maxRSS * 1_024) / 1e6 }),
  );
});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.channel?.unref();
