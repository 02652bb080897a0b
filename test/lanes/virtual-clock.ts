import { type Clock, sleep } from "../../src/domain/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  readonly scale = 1;
  /** Milliseconds by which timers wake too early, as real ones may. */
  earlyMs = 0;
  #now = 5_000;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_700_000_000_000 + this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const early = ms > this.earlyMs ? this.earlyMs : 0;
    const timer = { at: this.#now + Math.max(0, ms - early), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(ms, (time, callback) => this.after(time, callback), signal);
  }

  /** Moves time on by `ms`, waking each sleeper at its moment and letting it act before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#first(end); next; next = this.#first(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  #first(end: number): Timer | undefined {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

/** All that can go on without time passing has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
