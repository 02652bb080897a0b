import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeQuietly } from "../../ledgers/scratch-folder.ts";
import type { Plot, ScenarioName } from "../types.ts";
import { type Child, openChild } from "./child.ts";
import type { Round } from "./rounds.ts";
import type { RoundsHandlers } from "./serve-rounds.ts";

/** An experiment, and how many rounds are taken of it. */
export interface Part {
  /** Its name in the scenario. */
  readonly experiment: string;
  /** Processes that the rounds are taken in, one after the other: each lays out its memory and compiles a little differently. */
  readonly processes: number;
  /** Most rounds of one process. */
  readonly rounds: number;
  /** Fewer rounds than these are reported as cut short; 4 without it, and never more than are asked for. */
  readonly least?: number;
  /**
   * The process is not killed when its time is over, so that there is one round at least however slow the machine, and
   * `least` rounds may end up to 2 s late.
   */
  readonly patient?: boolean;
}

/** Rounds that are to be taken, and the time for them. */
export interface Assignment {
  readonly scenario: ScenarioName;
  readonly part: Part;
  /** Seconds for all processes: no round is begun that would end later. */
  readonly seconds: number;
  /** Seconds after which the running process is killed. */
  readonly mostSeconds: number;
  readonly signal: AbortSignal;
  /** Called after each round with the number of rounds so far. */
  readonly onRound: (done: number) => void;
  /** What is run; another file in tests. */
  readonly file: URL | undefined;
}

/** What came of an assignment. */
export interface Collected {
  /** Of all processes, warm-ups included. */
  readonly rounds: readonly Round[];
  /** Rounds that count. */
  readonly counted: number;
  /** One a process that came to its end, in MB. */
  readonly peakRssMb: readonly number[];
  /** Of the last round. */
  readonly plots: readonly Plot[];
  /** Why there is less than was asked for; null when there is not. */
  readonly incomplete: string | null;
}

/** What a measuring process runs. */
export const MEASURING = new URL("../measuring.js", import.meta.url);
const TIME_OVER = "the time was over before all was measured";
const STOPPED = "stopped before its end";
const LEAST_ROUNDS = 4;
const LATE_MS = 2_000;
/** Less time than this is not worth another process. */
const LEAST_MS = 700;
/**
 * The running process is killed so long after the time of all: on a slow machine the first may take what was meant for
 * the others, as one that is cut off in its warm-up says nothing at all.
 */
const GRACE_MS = 300;

/**
 * Measures in child processes, which share a folder that is gone afterwards, however they ended. Never rejects; a signal
 * ends the running one at once, and what was measured is kept.
 */
export async function collectRounds(assignment: Assignment): Promise<Collected> {
  // Made by the process that writes into it, which removes it where this one is killed.
  const folder = join(tmpdir(), `prewarm-rounds-${process.pid}-${randomUUID()}`);
  try {
    return await new Collector(assignment, folder).collect();
  } finally {
    removeQuietly(folder);
  }
}

/** Takes the rounds of one assignment. */
class Collector {
  readonly #assignment: Assignment;
  readonly #folder: string;
  readonly #least: number;
  readonly #rounds: Round[] = [];
  readonly #peakRssMb: number[] = [];
  #plots: readonly Plot[] = [];
  #counted = 0;

  constructor(assignment: Assignment, folder: string) {
    const { least = LEAST_ROUNDS, processes, rounds } = assignment.part;
    this.#assignment = assignment;
    this.#folder = folder;
    this.#least = Math.min(least, processes * rounds);
  }

  async collect(): Promise<Collected> {
    const { part, seconds, mostSeconds } = this.#assignment;
    const ends = performance.now() + seconds * 1_000;
    let trouble: string | null = null;
    for (let left = part.processes; left > 0 && trouble === null; left--) {
      const remaining = ends - performance.now();
      if (this.#counted > 0 && remaining < LEAST_MS) break;
      trouble = await this.#oneProcess(
        remaining / left,
        remaining + (mostSeconds - seconds) * 1_000 + GRACE_MS,
      );
    }
    return {
      rounds: this.#rounds,
      counted: this.#counted,
      peakRssMb: this.#peakRssMb,
      plots: this.#plots,
      incomplete: this.#whyIncomplete(trouble),
    };
  }

  /** The last process of several may have begun too late to measure anything: the others have. */
  #whyIncomplete(trouble: string | null): string | null {
    if (this.#assignment.signal.aborted) return STOPPED;
    if (trouble !== null && trouble !== TIME_OVER) return trouble;
    if (this.#counted >= this.#least) return null;
    return trouble ?? `time for ${this.#counted} of ${this.#least} rounds`;
  }

  /** Rounds for `aimMs`; killed after `mostMs`. Returns null, or what went wrong. */
  async #oneProcess(aimMs: number, mostMs: number): Promise<string | null> {
    const { part, signal, file = MEASURING } = this.#assignment;
    if (signal.aborted) return STOPPED;
    const child = openChild<RoundsHandlers>(file);
    let killed = false;
    const kill = () => {
      killed = true;
      child.kill();
    };
    const late = part.patient ? undefined : setTimeout(kill, mostMs);
    signal.addEventListener("abort", kill);
    try {
      await this.#takeRounds(child, performance.now() + aimMs);
      this.#peakRssMb.push(await child.ask("end"));
      return null;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return killed ? TIME_OVER : `the measuring process broke off: ${why}`;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", kill);
      await child.close();
    }
  }

  /** No round is begun that would, judged by the longest so far, end after `until`; the first one always is. */
  async #takeRounds(child: Child<RoundsHandlers>, until: number): Promise<void> {
    const { scenario, part, onRound } = this.#assignment;
    const { experiment, rounds, patient = false } = part;
    let longest = 0;
    const warmUps = await child.ask("open", { scenario, experiment, folder: this.#folder });
    for (let index = -warmUps; index < rounds; index++) {
      const started = performance.now();
      const lateMs = patient && this.#counted < this.#least ? LATE_MS : 0;
      if (index > 0 && started + longest > until + lateMs) return;
      const { round, plots } = await child.ask("round", index);
      this.#rounds.push(round);
      this.#plots = plots;
      if (index < 0) continue;
      longest = Math.max(longest, performance.now() - started);
      onRound(++this.#counted);
    }
  }
}
