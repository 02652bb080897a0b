/** So many a minute, all of which may come at once. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** `now` is milliseconds of a clock that does not go back. */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
    this.#left = perMinute;
    this.#at = now();
  }

  /** Takes `count` if there are so many left, else none. */
  takes(count: number): boolean {
    this.#refill();
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Whole seconds until {@link takes} takes so many; at most a minute. */
  wait(count: number): number {
    this.#refill();
    const lacking = Math.min(count, this.#perMinute) - this.#left;
    return Math.max(1, Math.ceil((lacking * 60) / this.#perMinute));
  }

  #refill(): void {
    const now = this.#now();
    this.#left = Math.min(this.#perMinute, this.#left + ((now - this.#at) * this.#perMinute) / 60_000);
    this.#at = now;
  }
}
