import type { Clock } from "../../../src/domain/clock.ts";
import { isIterable } from "../../helpers/traffic.ts";
import type { Draw } from "./draw.ts";
import type { Schedule } from "./schedule.ts";

/** Milliseconds that a call across a port takes at least and at most, there and back. */
type Way = readonly [least: number, most: number];

/** When a process dies, counted in moments of its life, and by how much the clock of its machine is off. */
interface Machine {
  readonly dieAt: number | null;
  readonly offMs: number;
}

/** How calls of a port go. */
export interface PortWay {
  readonly name: string;
  readonly there: Way;
  readonly back: Way;
  /** Called between the effect of a call and its answer. */
  readonly settle?: (method: string) => void;
  /** The method that takes effect only after all that were called before it. */
  readonly last?: string;
}

/** Something for ever: a promise of its own each time, or all that waits for it would stay in memory. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/**
 * A process that may die at each call across a port (before it, after its effect, before its answer) and at each timer.
 * Once it is dead none of its timers fires and no port answers it.
 */
export class Mortal {
  readonly clock: Clock;
  readonly died: Promise<void>;
  /** Where it died. */
  place = "";
  isDead = false;
  moments = 0;
  readonly #schedule: Schedule;
  readonly #draw: Draw;
  readonly #onDeath: () => void;
  #dieAt: number;
  #bury: () => void = () => {};
  #standsUntil = 0;

  /** It dies at moment `dieAt` of its life, counted from 1, if it lives to see that. */
  constructor(schedule: Schedule, draw: Draw, { dieAt, offMs }: Machine, onDeath: () => void) {
    this.#schedule = schedule;
    this.#draw = draw;
    this.#dieAt = dieAt ?? Number.POSITIVE_INFINITY;
    this.#onDeath = onDeath;
    this.died = new Promise((resolve) => {
      this.#bury = resolve;
    });
    this.clock = schedule.clockOf(this, (happen) => () => this.passes("timer") && happen(), offMs);
  }

  /** Ends it now. */
  die(place: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.place = place;
    this.#schedule.forget(this);
    this.#onDeath();
    this.#bury();
  }

  /** It stands still for so many milliseconds, as one that is stopped: nothing of what it is told, and no timer, reaches it before. */
  stand(ms: number): void {
    this.#standsUntil = this.#schedule.now() + ms;
    this.#schedule.hold(this, ms);
  }

  /** It waits for what is on its way for up to so many milliseconds; it may die before that. */
  async travel(place: string, most: number): Promise<void> {
    if (!this.passes(place)) return never();
    await this.#still(Math.max(this.#draw.from(0, most), this.#standsUntil - this.#schedule.now()));
  }

  #still(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#schedule.after(ms, resolve, this);
    });
  }

  /** It has ended by itself: nothing of it is left. */
  end(): void {
    this.isDead = true;
    this.#schedule.forget(this);
  }

  /** Whether it lives on after this moment. */
  passes(place: string): boolean {
    if (this.isDead) return false;
    this.moments += 1;
    if (this.moments >= this.#dieAt) this.die(place);
    return !this.isDead;
  }

  port<T extends object>(target: T, way: PortWay, sync: readonly string[] = []): T {
    const before = new Set<Promise<unknown>>();
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || sync.includes(String(name))) return value;
        const call = value.bind(target);
        const ask = (...args: unknown[]) =>
          this.#call(`${way.name}.${String(name)}`, way, () => call(...args));
        if (name === way.last)
          return (...args: unknown[]) => Promise.allSettled(before).then(() => ask(...args));
        return (...args: unknown[]) => {
          const answer = ask(...args);
          if (answer instanceof Promise) before.add(answer);
          return answer;
        };
      },
    });
  }

  #call(name: string, way: PortWay, call: () => unknown): unknown {
    if (!this.passes(`before ${name}`)) return never();
    const isPages = /\.(?:list|select)$/.test(name);
    return isPages ? this.#pages(name, way, call() as AsyncIterable<unknown>) : this.#asked(name, way, call);
  }

  async #asked(name: string, way: PortWay, call: () => unknown): Promise<unknown> {
    const answer = this.#schedule.track(this.#exchange(name, way, call));
    const settled = await answer.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const standsMs = this.#standsUntil - this.#schedule.now();
    if (standsMs > 0) await this.#still(standsMs);
    if (!this.passes(`before the answer of ${name}`)) return never();
    if ("error" in settled) throw settled.error;
    return settled.value;
  }

  async #exchange(name: string, way: PortWay, call: () => unknown): Promise<unknown> {
    await this.#travel(way.there);
    try {
      return await call();
    } finally {
      if (this.passes(`after the effect of ${name}`)) {
        await this.#travel(way.back);
        way.settle?.(name);
      }
    }
  }

  async #travel([least, most]: Way): Promise<void> {
    if (most > 0) await this.#schedule.pause(this.#draw.from(least, most), this);
  }

  async *#pages(name: string, way: PortWay, source: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    if (!isIterable(source)) throw new Error(`${name} has no pages`);
    const iterator = source[Symbol.asyncIterator]();
    for (let word: unknown; ; ) {
      const next = (await this.#asked(name, way, () => iterator.next(word))) as IteratorResult<unknown>;
      if (next.done) return;
      word = yield next.value;
    }
  }
}
