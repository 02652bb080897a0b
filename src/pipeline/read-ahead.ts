import { onAbort } from "../domain/abort.ts";
import type { ByteBudget } from "../domain/byte-budget.ts";
import type { Clock } from "../domain/clock.ts";
import type { Result } from "../domain/result.ts";
import type { Task } from "../domain/task.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";
import type { Stop } from "./stop.ts";

/** An object that was read before it had a place. */
export interface ReadTask {
  readonly task: Task;
  /** What came of it; settled, but for one of {@link ReadAhead.takeAny}. */
  readonly prepared: Promise<Result<Prepared>>;
  /** When it had been read, and how long that took, in milliseconds on the engine's clock; of one that is being read, so far. */
  readonly at: number;
  readonly ms: number;
  /** What it holds in memory while it waits. */
  readonly bytes: number;
  /** Its call has ended. */
  readonly end: () => void;
  /** There will be no call: cancels what is still open. */
  readonly drop: () => void;
}

export interface ReadAheadOptions {
  readonly clock: Clock;
  readonly transfers: Transfers;
  readonly stop: Stop;
  /** Room for what is read; null where nothing is read ahead. */
  readonly budget: ByteBudget | null;
  /** Objects of up to so many bytes are in memory as a whole. */
  readonly wholeBytes: number;
  /** Called when an object was read. */
  readonly changed: () => void;
}

/** What an opened object holds: buffers of its socket and stream, and the thumbnail of a video. */
const OPENED_BYTES = 512 * 1_024;
/** What is held of one that goes by URL: what is known of it. */
const URL_BYTES = 1_024;

/** A task in here. */
interface AheadTask {
  readonly task: Task;
  /** Booked for it; once it was read, no more than it holds. */
  bytes: number;
  readonly drop: () => void;
  /** Not to be sent before this moment of the engine's clock. */
  readonly notBefore: number;
  /** Null while it is being read. */
  read: ReadTask | null;
  /** What was read of it so far. */
  readonly soFar: () => ReadTask;
}

/**
 * Reads the next objects while others are sent, so that a place at Telegram never waits for R2. It holds their tasks, which have
 * left the queue, within a budget of bytes; a failed read is kept as well, and fails its task once that has a place.
 */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #readings = new Map<Task, AheadTask>();
  readonly #ofBot = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  /** Those that can be cancelled still. */
  readonly #open = new Set<AbortController>();
  /** Those that are kept for later. */
  #kept = 0;
  #isFull = false;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
    onAbort(options.stop.aborting, () => {
      for (const cancel of this.#open) cancel.abort();
    });
  }

  /** Whether there is no point in {@link begin}: nothing is read ahead, or there is no room until something is taken out. */
  get isFull(): boolean {
    return this.#isFull || this.#options.budget === null;
  }

  /** Tasks in here. */
  get size(): number {
    return this.#readings.size;
  }

  /** Tasks of a bot in here. */
  of(bot: string): number {
    return this.#ofBot.get(bot) ?? 0;
  }

  /** Begins to read an object; false where there is no room for it. */
  begin(task: Task): boolean {
    const bytes = this.#mostOf(task);
    this.#isFull = !this.#options.budget?.reserve(bytes);
    if (this.#isFull) return false;
    this.#add(this.#read(task, bytes));
    return true;
  }

  /** Takes out the first object that was read and may be sent at `now`, of those whose bot is accepted. */
  take(now: number, accept: (bot: string) => boolean): ReadTask | undefined {
    for (const { read, notBefore } of this.#readings.values()) {
      if (!read || notBefore > now || !accept(read.task.bot)) continue;
      this.#remove(read.task);
      return read;
    }
    return undefined;
  }

  /** Takes out the first object of a bot that may be sent at `now`, also one that is still being read. */
  takeAny(now: number, bot: string): ReadTask | undefined {
    for (const { task, notBefore, read, soFar } of this.#readings.values()) {
      if (task.bot !== bot || notBefore > now) continue;
      this.#remove(task);
      return read ?? soFar();
    }
    return undefined;
  }

  /**
   * Books room for an object that waits with others until one call takes them all; returns what gives it back, once; null where there is
   * no room. Where nothing is read ahead nothing is booked.
   */
  hold(task: Task, read: ReadTask | undefined): (() => void) | null {
    const { budget, transfers } = this.#options;
    if (!budget) return ignore;
    const bytes = read?.bytes ?? (transfers.guess(task) === "url" ? URL_BYTES : this.#mostOf(task));
    if (!budget.reserve(bytes)) return null;
    return () => {
      budget.release(bytes);
      this.#isFull = false;
    };
  }

  /** Keeps what was read for the next try, which `task` is; false where there is no room. */
  keep(read: ReadTask, task: Task): boolean {
    const { bytes, drop } = read;
    if (!this.#options.budget?.reserve(bytes)) return false;
    const again = { ...read, task };
    this.#add({ task, bytes, drop, notBefore: task.notBefore, read: again, soFar: () => again });
    return true;
  }

  /** The first moment at which something that was kept may be sent; Infinity where nothing waits so. */
  nextDue(now: number): number {
    if (this.#kept === 0) return Number.POSITIVE_INFINITY;
    const due = [...this.#readings.values()].map(({ notBefore }) => notBefore).filter((at) => at > now);
    return Math.min(...due, Number.POSITIVE_INFINITY);
  }

  /** Cancels what is read for these bots; returns their tasks, in their order. */
  giveUp(isMeant: (bot: string) => boolean): Task[] {
    const meant = [...this.#ofBot.keys()].filter(isMeant);
    if (meant.length === 0) return [];
    const given = [...this.#readings.values()].filter(({ task }) => meant.includes(task.bot));
    for (const { task, drop } of given) {
      this.#remove(task);
      drop();
    }
    return given.map(({ task }) => task);
  }

  /** Resolves when no read is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #read(task: Task, bytes: number): AheadTask {
    const { clock, transfers, stop, changed } = this.#options;
    const began = clock.now();
    const cancel = new AbortController();
    if (stop.aborting.aborted) cancel.abort();
    this.#open.add(cancel);
    const end = () => void this.#open.delete(cancel);
    const prepared = transfers.prepare(task, cancel.signal);
    const drop = () => {
      end();
      cancel.abort();
      prepared.then((read) => read.ok && read.value.drop(), ignore);
    };
    const readOf = (held: number): ReadTask => {
      const at = clock.now();
      return { task, prepared, at, ms: at - began, bytes: held, end, drop };
    };
    const reading: AheadTask = { task, bytes, drop, notBefore: 0, read: null, soFar: () => readOf(bytes) };
    const ready = (held: number) => {
      this.#holdsOnly(reading, held);
      reading.read = readOf(held);
      this.#running.delete(running);
      changed();
    };
    const little = Math.min(bytes, URL_BYTES);
    const isHeld = (read: Result<Prepared>) => read.ok && read.value.transfer !== "url";
    const running = prepared.then(
      (read) => ready(isHeld(read) ? bytes : little),
      () => ready(little),
    );
    this.#running.add(running);
    return reading;
  }

  /** By what is known before it is read. */
  #mostOf({ entry }: Task): number {
    return entry.bytes <= this.#options.wholeBytes ? entry.bytes : OPENED_BYTES;
  }

  /** Gives back what was booked beyond what it turned out to hold, unless it was taken out meanwhile. */
  #holdsOnly(reading: AheadTask, held: number): void {
    if (held >= reading.bytes || this.#readings.get(reading.task) !== reading) return;
    this.#options.budget?.release(reading.bytes - held);
    reading.bytes = held;
    this.#isFull = false;
  }

  #add(reading: AheadTask): void {
    const { bot } = reading.task;
    if (reading.notBefore > 0) this.#kept += 1;
    this.#readings.set(reading.task, reading);
    this.#ofBot.set(bot, this.of(bot) + 1);
  }

  #remove(task: Task): void {
    const reading = this.#readings.get(task);
    if (!reading) return;
    this.#readings.delete(task);
    if (reading.notBefore > 0) this.#kept -= 1;
    const left = this.of(task.bot) - 1;
    if (left > 0) this.#ofBot.set(task.bot, left);
    else this.#ofBot.delete(task.bot);
    this.#options.budget?.release(reading.bytes);
    this.#isFull = false;
  }
}

function ignore(): void {}
