import { RecentRate } from "./recent-rate.ts";

/** Items and bytes a time, over all of a run and over its last minute. Moments in milliseconds of one clock. */
export class Rates {
  readonly #recent: RecentRate;
  #startedAt: number;

  constructor(now: number) {
    this.#startedAt = now;
    this.#recent = new RecentRate(now);
  }

  /** Times run from here; what was counted before stays counted. */
  start(now: number): void {
    this.#startedAt = now;
    this.#recent.start(now);
  }

  /** An item got its id. */
  add(now: number, bytes: number): void {
    this.#recent.add(now, bytes);
  }

  /** The part of a snapshot that says how fast it goes; `done` is the number of items that got an id since the start. */
  figures(now: number, done: number) {
    const durationMs = now - this.#startedAt;
    const recent = this.#recent.perMinute(now);
    return {
      durationMs,
      perMinute: durationMs > 0 ? (done * 60_000) / durationMs : 0,
      recentPerMinute: recent.items,
      recentBytesPerSecond: recent.bytes / 60,
    };
  }
}
