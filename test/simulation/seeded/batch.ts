import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { play } from "./play.ts";
import { scenarioOf } from "./scenario.ts";
import { shrunk } from "./shrink.ts";

/** Seeds that are played one after another by one process. */
export interface Batch {
  readonly from: number;
  readonly count: number;
  /** Only those of them that have packs. */
  readonly packs?: boolean | undefined;
}

/** How the schedule of one seed went. */
export interface Told {
  readonly seed: number;
  readonly steps: number;
  readonly crashes: number;
  readonly wrongs: readonly string[];
  /** Parts that it fails without as well, separated by commas. */
  readonly without: string;
}

/** Plays a batch and tells of each schedule; resolves when it has ended, or soon after the signal. */
export type PlayBatch = (batch: Batch, tell: (told: Told) => void, stop: AbortSignal) => Promise<void>;

/** Plays it here. */
export const playHere: PlayBatch = async ({ from, count, packs = false }, tell, stop) => {
  for (let seed = from; seed < from + count && !stop.aborted; seed++) {
    const scenario = scenarioOf(seed);
    if (packs && !scenario.packs) continue;
    const { wrongs, steps, crashes } = await play(scenario);
    const without = wrongs.length > 0 ? [...(await shrunk(scenarioOf(seed)))].join(",") : "";
    tell({ seed, steps, crashes, wrongs, without });
  }
};

/** Plays it in a process of its own, which a schedule that never ends or takes all memory brings down alone. */
export const playApart: PlayBatch = ({ from, count, packs }, tell, stop) => {
  const args = [String(from), String(count), ...(packs ? ["packs"] : [])];
  const child = fork(fileURLToPath(import.meta.url), args, { execArgv: [] });
  let next = from;
  child.on("message", (told: Told) => {
    next = told.seed + 1;
    tell(told);
  });
  const kill = () => child.kill("SIGKILL");
  stop.addEventListener("abort", kill);
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => {
      stop.removeEventListener("abort", kill);
      if (code !== 0 && !stop.aborted) {
        const wrongs = [`the process that played it ended by ${signal ?? code}`];
        tell({ seed: next, steps: 0, crashes: 0, wrongs, without: "" });
      }
      resolve();
    });
  });
};

/** The process of {@link playApart}: it ends with the one that started it, and is ended by that one only. */
async function playForParent(): Promise<void> {
  const [from = 0, count = 0] = process.argv.slice(2, 4).map(Number);
  const packs = process.argv[4] === "packs";
  const orphaned = () => process.exit(1);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
  process.on("disconnect", orphaned);
  await playHere({ from, count, packs }, (told) => process.send?.(told), new AbortController().signal);
  process.off("disconnect", orphaned);
  process.disconnect();
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) await playForParent();
