import type { Clock } from "../../src/domain/clock.ts";
import type { VirtualClock } from "./clock.ts";

/** Turns of the event loop without anything under way that count as calm: what is left waits for time to pass. */
const CALM_TURNS = 4;
/** Real milliseconds after which calls that do not end are a mistake, and no longer a slow machine. */
const STUCK_MS = 60_000;

/**
 * What is really under way: calls that have not ended, less those that a server lets wait on the same clock. Virtual time
 * goes on only when there is nothing, so that a slow machine makes a test longer, and no exchange in it.
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

  /** The port with each of its calls, and each step of what they iterate, as traffic. */
  port<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function"
          ? (...args: unknown[]) => this.#watched(value.apply(target, args))
          : value;
      },
    });
  }

  /** The clock for a server: its silent waits are not work. */
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

  /** Resolves once nothing is under way but what waits for time to pass. */
  async calm(): Promise<void> {
    const end = performance.now() + STUCK_MS;
    for (let turns = 0; turns < CALM_TURNS; turns = this.#calls > this.#asleep ? 0 : turns + 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() > end)
        throw new Error(`${this.#calls} calls hang, ${this.#asleep} of them in waits`);
    }
  }

  /** Lets time pass on `clock` until the work has ended, and returns what it returns. */
  async liveThrough<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const end = work.finally(() => {
      state.isOver = true;
    });
    end.catch(() => {});
    for (await this.calm(); !state.isOver; await this.calm()) clock.step();
    return end;
  }

  /** Lets time pass on `clock` until `end`, no faster than what happens in it. */
  async live(clock: VirtualClock, end: number): Promise<void> {
    do await this.calm();
    while (clock.step(end));
  }

  #watched(result: unknown): unknown {
    if (result instanceof Promise) return this.track(result);
    return isIterable(result) ? this.#steps(result) : result;
  }

  async *#steps<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = source[Symbol.asyncIterator]();
    for (let next = await this.track(iterator.next()); !next.done; next = await this.track(iterator.next()))
      yield next.value;
  }
}

export function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
