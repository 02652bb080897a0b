import { type Clock, sleep } from "../../../src/domain/clock.ts";
import type { Draw } from "./draw.ts";

/** Something that is going to happen, and to whom; null for the world outside of all processes. */
interface Coming {
  at: number;
  readonly owner: object | null;
  readonly happen: () => void;
}

/** Turns of the event loop in which nothing is under way before the next thing happens. */
const CALM_TURNS = 2;
/** After so many turns work under way waits for something that never comes. */
const STUCK_TURNS = 100_000;
const BEGINNING = Date.UTC(2026, 0, 31, 12);

/**
 * The order of all that happens, which is the seed's choice: timers and answers wait here, one at a time comes about, and
 * the next only once everything that follows from it has. No real time passes. What falls on the same moment comes in any
 * order.
 */
export class Schedule {
  readonly scale = 1;
  steps = 0;
  /** Asked after each step, once all that follows from it has happened, whether to go on. */
  onCalm: () => boolean | Promise<boolean> = () => true;
  readonly #draw: Draw;
  readonly #coming = new Set<Coming>();
  #busy = 0;
  readonly #outside = new Set<Promise<unknown>>();
  #now = 0;
  #wall = BEGINNING;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  readonly now = (): number => this.#now;

  /** Unix milliseconds, as the machine's clock says. */
  readonly wall = (): number => Math.floor(this.#wall + this.#now);

  /** The same as another machine's clock says, which nobody sets. */
  readonly elsewhere = (): number => Math.floor(BEGINNING + this.#now);

  /** The machine's clock is set forward, or back. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  after(ms: number, happen: () => void, owner: object | null = null): () => void {
    const coming = { at: this.#now + Math.max(0, ms), owner, happen };
    if (Number.isFinite(ms)) this.#coming.add(coming);
    return () => this.#coming.delete(coming);
  }

  /** A clock whose timers end with their owner, on a machine whose own is off by so much. */
  clockOf(owner: object, fires: (happen: () => void) => () => void, offMs = 0): Clock {
    const after: Clock["after"] = (ms, happen) => this.after(ms, fires(happen), owner);
    const { scale, now } = this;
    const wall = () => this.wall() + offMs;
    return { scale, now, wall, after, sleep: (ms, signal) => sleep(ms, after, signal) };
  }

  /** Work that goes on without waiting for anything but its pauses. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work;
    } finally {
      this.#busy -= 1;
    }
  }

  /** Work that really goes on elsewhere, and takes no time here. */
  async outside<T>(work: Promise<T>): Promise<T> {
    this.#outside.add(work);
    try {
      return await work;
    } finally {
      this.#outside.delete(work);
    }
  }

  /** Tracked work waits for other tracked work, until the function returned is called. */
  waits(): () => void {
    this.#busy -= 1;
    return () => {
      this.#busy += 1;
    };
  }

  /** A pause in work that is tracked. Never ends when its owner does. */
  pause(ms: number, owner: object | null): Promise<void> {
    this.#busy -= 1;
    return new Promise((resolve) => {
      this.after(
        ms,
        () => {
          this.#busy += 1;
          resolve();
        },
        owner,
      );
    });
  }

  /** Nothing of what is to come for it comes within so many milliseconds. */
  hold(owner: object, ms: number): void {
    for (const coming of this.#coming)
      if (coming.owner === owner) coming.at = Math.max(coming.at, this.#now + ms);
  }

  /** All that is to come for it does not come any more. */
  forget(owner: object): void {
    for (const coming of this.#coming) if (coming.owner === owner) this.#coming.delete(coming);
  }

  /** Lets one thing after another happen until the work has ended; false when it has not after `most` of them, waits for nothing, or is not to go on. */
  async until(work: Promise<unknown>, most: number): Promise<boolean> {
    const state = { isOver: false };
    const over = () => {
      state.isOver = true;
    };
    work.then(over, over);
    for (let steps = 0; steps < most; steps++) {
      await this.#calm();
      if (!(await this.onCalm())) return false;
      if (state.isOver) return true;
      if (!this.#step()) return false;
    }
    return false;
  }

  #step(): boolean {
    let next: Coming | null = null;
    let ties = 0;
    for (const coming of this.#coming) {
      if (next && coming.at > next.at) continue;
      ties = next && coming.at === next.at ? ties + 1 : 1;
      if (ties === 1 || this.#draw.chance(1 / ties)) next = coming;
    }
    if (!next) return false;
    this.#coming.delete(next);
    this.#now = Math.max(this.#now, next.at);
    this.steps += 1;
    next.happen();
    return true;
  }

  async #calm(): Promise<void> {
    for (let turns = 0, quiet = 0; quiet < CALM_TURNS; turns++) {
      for (const work of this.#outside) await work;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#busy > 0 || this.#outside.size > 0 ? 0 : quiet + 1;
      if (turns > STUCK_TURNS) throw new Error(`${this.#busy} calls hang`);
    }
  }
}
