import { cpus, loadavg, totalmem } from "node:os";
import type { Environment } from "../types.ts";

/** The machine as it is now. @param version Of prewarm. */
export function environmentOf(
  version: string,
  env: Readonly<Record<string, string | undefined>>,
): Environment {
  const processors = cpus();
  return {
    prewarm: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory_mb: Math.round(totalmem() / 1e6),
    load_1m: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    ci: (env.CI ?? "") !== "" && env.CI !== "false",
  };
}
