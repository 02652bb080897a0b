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
    const asked = machine.wall();
    const there = await database.read(() => one<{ ms: number }>(SERVER_MS));
    const back = machine.wall();
    return new ServerClock((there?.ms ?? asked) - (asked + back) / 2, () => machine.wall());
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

const SERVER_MS = "select extract(epoch from clock_timestamp()) * 1000 as ms";
