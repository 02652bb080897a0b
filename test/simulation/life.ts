import { type Clock, sleep } from "../../src/domain/clock.ts";
import { isIterable, type Traffic } from "../helpers/traffic.ts";

/** When a process dies: at the nth call of a method of its ports, just before it or just after it was made. */
export interface Death {
  readonly method: string;
  readonly when: "before" | "after";
  left: number;
}

const NEVER = new Promise<never>(() => {});

/** The life of one process: once it is over nothing of it is called, and nothing it waits for comes. */
export class Life {
  readonly #traffic: Traffic;
  readonly #died: () => void;
  #dead = false;
  death: Death | null = null;

  constructor(traffic: Traffic, died: () => void) {
    this.#traffic = traffic;
    this.#died = died;
  }

  get isOver(): boolean {
    return this.#dead;
  }

  end(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#died();
  }

  /** The port as this process has it: calls are counted as traffic, and end with the life. */
  port<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? this.#mortal(value.bind(target), String(name)) : value;
      },
    });
  }

  clock(clock: Clock): Clock {
    const after: Clock["after"] = (ms, callback) => clock.after(ms, () => this.#dead || callback());
    return {
      scale: clock.scale,
      after,
      now: () => clock.now(),
      wall: () => clock.wall(),
      sleep: (ms, signal) => sleep(ms, after, signal),
    };
  }

  #mortal(call: (...args: unknown[]) => unknown, name: string): (...args: unknown[]) => unknown {
    return (...args) => {
      if (this.#dead || this.#dies(name, "before")) return NEVER;
      const result = call(...args);
      this.#dies(name, "after");
      if (result instanceof Promise) return this.#guard(result);
      return isIterable(result) ? this.#iterate(result) : result;
    };
  }

  #dies(name: string, when: Death["when"]): boolean {
    const { death } = this;
    if (death?.method !== name || death.when !== when || --death.left > 0) return false;
    this.end();
    return true;
  }

  #guard<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#traffic.track(work).then(
        (value) => this.#dead || resolve(value),
        (error: unknown) => this.#dead || reject(error),
      );
    });
  }

  async *#iterate<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = source[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#guard(iterator.next());
      if (next.done) return;
      yield next.value;
    }
  }
}
