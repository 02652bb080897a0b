import type { Clock } from "../../domain/clock.ts";
import { one } from "../sql/steps.ts";
import type { Database } from "./database.ts";

/** The clock of the database, by how far this machine's is from it. */
export class ServerClock {
  #offset: number;
  readonly now: () => number;

  private constructor(offset: number, now: () => number) {
    // Whole, so that a moment that goes there and back is the same.
    this.#offset = Math.round(offset);
    this.now = () => now() + this.#offset;
  }

  /** With a clock of its own, for tests, there is no other. `machine` is that of this machine. */
  static async of(
    database: Database,
    given: (() => number) | undefined,
    machine: Clock,
  ): Promise<ServerClock> {
    if (given) return new ServerClock(0, given);
    let best = await differenceTo(database, machine);
    for (let asked = 1; asked < MOST_ASKED && best.tookMs > QUICK_MS; asked++) {
      const next = await differenceTo(database, machine);
      if (next.tookMs < best.tookMs) best = next;
    }
    return new ServerClock(best.offset, () => machine.wall());
  }

  /** A moment of this machine as one of the database. */
  there(unixMs: number): number {
    return unixMs + this.#offset;
  }

  /** A moment of the database as one of this machine. */
  here(unixMs: number): number {
    return unixMs - this.#offset;
  }
}

/** An answer that took no longer, in milliseconds, tells the time as well as is needed; one that a standstill held up does not. */
const QUICK_MS = 100;
const MOST_ASKED = 3;

/** How far the database's clock is ahead of this machine's, in milliseconds, and how long it took to ask: the answer may be off by half of that. */
async function differenceTo(database: Database, machine: Clock): Promise<{ offset: number; tookMs: number }> {
  const asked = machine.wall();
  const there = await database.read(() => one<{ ms: number }>(SERVER_MS));
  const back = machine.wall();
  return { offset: (there?.ms ?? asked) - (asked + back) / 2, tookMs: back - asked };
}

const SERVER_MS = "select extract(epoch from clock_timestamp()) * 1000 as ms";
