import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Round } from "./rounds.ts";

/** What a measured process says. */
export type Told =
  /** A warm-up does not count, but may hold figures that are no times. */
  | { readonly type: "round"; readonly round: Round; readonly counts: boolean }
  | { readonly type: "end"; readonly peakRssMb: number };

export interface Assignment {
  /** A name in experiments.ts. */
  readonly experiment: string;
  /** Rounds are taken in so many processes, one after the other: each lays out its memory and compiles a little differently. */
  readonly processes: number;
  /** Most rounds of one process. */
  readonly rounds: number;
  /** Seconds for all of them: no round is begun that would end later. */
  readonly seconds: number;
  /** Seconds after which the running process is killed; {@link Assignment.seconds} without it. */
  readonly mostSeconds?: number;
  readonly signal: AbortSignal;
  /** Told after each round: how many there are. */
  readonly onRound: (done: number) => void;
  /** What is run; another file in tests. */
  readonly file?: URL;
}

export interface Collected {
  /** Of all processes, warm-ups included. */
  readonly rounds: readonly Round[];
  /** Rounds that count. */
  readonly counted: number;
  /** One a process that came to its end, in MB. */
  readonly peakRssMb: readonly number[];
  /** Why there is less than was asked for; null when there is not. */
  readonly incomplete: string | null;
}

const FILE = new URL("../measuring-child.js", import.meta.url);
const TIME_OVER = "the time was over before all was measured";
/** With fewer than these a process that was cut off is told. */
const LEAST_ROUNDS = 4;
/** Less time than this is not worth another process. */
const LEAST_MS = 700;
/**
 * The running process is killed so long after the time of all: on a slow machine the first may take what was meant for
 * the others, as one that is cut off in its warm-up says nothing at all.
 */
const GRACE_MS = 300;

/**
 * Measures in child processes, which share a folder that is gone afterwards, however they ended. Never rejects; a signal ends the running one at once, and what was measured is kept.
 */
export async function collectRounds(assignment: Assignment): Promise<Collected> {
  const folder = mkdtempSync(join(tmpdir(), `prewarm-rounds-${process.pid}-`));
  try {
    return await inFolder(assignment, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function inFolder(assignment: Assignment, folder: string): Promise<Collected> {
  const { processes, seconds, mostSeconds = seconds, signal, onRound } = assignment;
  const ends = performance.now() + seconds * 1_000;
  const rounds: Round[] = [];
  const peakRssMb: number[] = [];
  let counted = 0;
  let incomplete: string | null = null;
  for (let left = processes; left > 0 && incomplete === null; left--) {
    const remaining = ends - performance.now();
    if (counted > 0 && remaining < LEAST_MS) break;
    const time = { aim: remaining / left, most: remaining + (mostSeconds - seconds) * 1_000 + GRACE_MS };
    incomplete = await oneProcess(assignment, folder, time, (told) => {
      if (told.type === "end") peakRssMb.push(told.peakRssMb);
      else {
        rounds.push(told.round);
        if (told.counts) onRound(++counted);
      }
    });
  }
  // The last process of several may have begun too late to say anything; the others have.
  const isEnough = incomplete === TIME_OVER && counted >= LEAST_ROUNDS;
  const trouble = isEnough ? null : incomplete;
  return { rounds, counted, peakRssMb, incomplete: signal.aborted ? "stopped before its end" : trouble };
}

/** Answers null, or what went wrong. */
async function oneProcess(
  { experiment, rounds, signal, file = FILE }: Assignment,
  folder: string,
  ms: { readonly aim: number; readonly most: number },
  onTold: (told: Told) => void,
): Promise<string | null> {
  if (signal.aborted) return "stopped before its end";
  // Its own flags: a profiler or debugger of this process would take part in what is measured.
  const child = fork(file, [experiment, folder, String(rounds), String(ms.aim / 1_000)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = () => child.kill("SIGKILL");
  const late = setTimeout(kill, ms.most);
  signal.addEventListener("abort", kill);
  try {
    return await endOf(child, onTold);
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", kill);
  }
}

function endOf(child: ChildProcess, onTold: (told: Told) => void): Promise<string | null> {
  let [errors, ended] = ["", false];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.on("message", (told: Told) => {
    ended ||= told.type === "end";
    onTold(told);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`the measuring process did not start: ${error.message}`));
    child.on("close", (_code, signal) => {
      if (ended) resolve(null);
      else if (signal === "SIGKILL") resolve(TIME_OVER);
      else resolve(`the measuring process broke off: ${reasonIn(errors)}`);
    });
  });
}

/** The line of an uncaught error that says what it is. */
function reasonIn(errors: string): string {
  const lines = errors.split("\n");
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0] ?? "").trim() || "it said nothing";
}
