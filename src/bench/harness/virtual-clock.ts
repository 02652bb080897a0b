import { type Clock, sleep } from "../../domain/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Where a {@link VirtualClock} begins. */
interface ClockBeginning {
  /** Its first `now()`, in milliseconds; 5,000 by default. */
  readonly now?: number;
  /** Its `wall()` at `now()` 0, in Unix milliseconds; a moment of November 2023 by default. */
  readonly wall?: number;
}

/**
 * The clock of every test in which time passes: it stands still until the test moves it, so that no machine is too slow.
 * `advance` is for parts that wait for nothing but time, `runToEnd` for a whole piece of work, `step` for a test that
 * decides itself when all that is under way has ended (see {@link Traffic} in traffic.ts).
 */
export class VirtualClock implements Clock {
  readonly scale = 1;
  /** Milliseconds by which timers wake too early, as real ones may. */
  earlyMs = 0;
  readonly #wall: number;
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor({ now = 5_000, wall = 1_700_000_000_000 }: ClockBeginning = {}) {
    this.#now = now;
    this.#wall = wall;
  }

  // Bound, as those of the system's clock are: parts may take one method of it alone.
  readonly now = (): number => this.#now;

  readonly wall = (): number => this.#wall + this.#now;

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const early = ms > this.earlyMs ? this.earlyMs : 0;
    const timer = { at: this.#now + Math.max(0, ms - early), callback };
    if (Number.isFinite(ms)) this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => sleep(ms, this.after, signal);

  /** Moves time on by `ms`, waking each sleeper at its moment and letting it act before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    do await settled();
    while (this.step(end));
  }

  /** Goes on to the next timer and wakes it; false when there is none until `end`, which it then is (never the end of all time). */
  step(end = Number.POSITIVE_INFINITY): boolean {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    const moment = first && first.at <= end ? first.at : end;
    if (Number.isFinite(moment)) this.#now = Math.max(this.#now, moment);
    if (!first || first.at > end) return false;
    this.#timers.delete(first);
    first.callback();
    return true;
  }

  /** Goes from timer to timer until the work has ended, and returns what it returns. Hangs if it waits for nothing. */
  async runToEnd<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const end = work.finally(() => {
      state.isOver = true;
    });
    while (!state.isOver) {
      await settled();
      if (!state.isOver) this.step();
    }
    return end;
  }
}

/** All that can go on without time passing has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
