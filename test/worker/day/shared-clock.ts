import { type Clock, sleep } from "../../../src/domain/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** One virtual time for a worker and the servers it talks to. It stands still but for {@link SharedClock.step}. */
export class SharedClock implements Clock {
  readonly scale = 1;
  readonly #epoch = Date.UTC(2026, 0, 31);
  readonly #timers = new Set<Timer>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), callback };
    if (Number.isFinite(ms)) this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(ms, (time, callback) => this.after(time, callback), signal);
  }

  /** Goes on to the next timer and wakes it; false when there is none until `end`, which it then is. */
  step(end: number): boolean {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    this.#now = Math.max(this.#now, Math.min(first?.at ?? end, end));
    if (!first || first.at > end) return false;
    this.#timers.delete(first);
    first.callback();
    return true;
  }
}

/** So many turns of the event loop without anything under way count as calm: what is left waits for time to pass. */
const CALM_TURNS = 4;
const STUCK_MS = 60_000;

/**
 * What is really under way: calls of the worker that have not ended, less those that a server lets wait on the same clock.
 * Time goes on only when there is nothing, so that a slow machine makes a day longer, and no exchange in it.
 */
export class Traffic {
  #calls = 0;
  #asleep = 0;

  track<T>(work: Promise<T>): Promise<T> {
    this.#calls += 1;
    return work.finally(() => {
      this.#calls -= 1;
    });
  }

  /** The clock for a server: its silent waits are no work. */
  clockOf(clock: Clock): Clock {
    const sleep = (ms: number, signal?: AbortSignal) => {
      this.#asleep += 1;
      return clock.sleep(ms, signal).finally(() => {
        this.#asleep -= 1;
      });
    };
    const { scale } = clock;
    const after: Clock["after"] = (ms, callback) => clock.after(ms, callback);
    return { scale, after, sleep, now: () => clock.now(), wall: () => clock.wall() };
  }

  async calm(): Promise<void> {
    const end = performance.now() + STUCK_MS;
    for (let turns = 0; turns < CALM_TURNS; turns = this.#calls > this.#asleep ? 0 : turns + 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() > end)
        throw new Error(`${this.#calls} calls hang, ${this.#asleep} of them in waits`);
    }
  }
}
