import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { removeQuietly } from "../../ledgers/scratch-folder.ts";
import { builtFile } from "./child.ts";
import type { RoundFigures } from "./rounds.ts";

/** A program to be run from its start to its end, in a new folder. */
export interface WholeProcess {
  /** The file, and what is on its command line. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its folder is made. */
  readonly folder: string;
}

/** What a program used, start-up, compiling and all threads included; times in milliseconds. */
export interface Usage {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakRssMb: number;
}

/** What every program needs of the system. No other variable reaches it, or settings of the user's would. */
const OF_THE_SYSTEM = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

/** Runs a program to its end. Throws, with the last line that it said, when it fails. */
export async function runWhole({ file, args, env, folder }: WholeProcess): Promise<Usage> {
  const cwd = mkdtempSync(join(folder, "process-"));
  const usage = builtFile(new URL("./usage.js", import.meta.url));
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", usage.href, file, ...args], {
    cwd,
    env: { ...ofTheSystem(), ...env },
    stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
  });
  try {
    const said = [text(child.stderr as Readable), text(child.stdio[3] as Readable)] as const;
    const [code] = await once(child, "exit");
    const wallMs = performance.now() - started;
    const [errors, used] = await Promise.all(said);
    if (code !== 0)
      throw new Error(`${args.join(" ")} ended with ${code}: ${errors.trim().split("\n").at(-1)}`);
    return { wallMs, ...JSON.parse(used) };
  } finally {
    removeQuietly(cwd);
  }
}

/** `prewarm` itself, as it was built. */
export const PREWARM = fileURLToPath(new URL("../../../bin/prewarm.js", import.meta.url));

/** What of it is a figure of a round in which `items` went through. */
export function usageFigures({ cpuMs, wallMs, peakRssMb }: Usage, items: number): RoundFigures {
  return {
    cpu_us_per_item: (cpuMs * 1_000) / items,
    wall_us_per_item: (wallMs * 1_000) / items,
    peak_rss_mb: peakRssMb,
  };
}

function ofTheSystem(): Record<string, string> {
  return Object.fromEntries(
    OF_THE_SYSTEM.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}
