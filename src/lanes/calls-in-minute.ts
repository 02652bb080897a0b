export const MINUTE_MS = 60_000;
/** Slack added to a minute, in milliseconds. */
const SLACK_MS = 100;
/** A pace with more calls a minute than these is even enough without a list of them. */
const MOST_LISTED = 600;

/**
 * Keeps every minute of a lane, from whichever call on, from getting more calls than are allowed. Calls count from when they really leave, which may be
 * long after their slots: each is written down before, and a database may stand still meanwhile. Moments on the engine's clock.
 */
export class CallsInMinute {
  readonly #most: number;
  /** When the last calls left, the oldest first; as many as may be in a minute. */
  #left: readonly number[];
  /** Slots whose calls have not left. */
  readonly #due = new Set<number>();

  /** `before` is when earlier calls left. */
  constructor(mostInMinute: number, before: readonly number[] = []) {
    this.#most = Math.max(1, Math.floor(mostInMinute));
    this.#left = before;
  }

  /** The first moment from `now` on at which one more call may leave. Those that have not left yet may do so as late as that. */
  roomAt(now: number): number {
    if (this.#most > MOST_LISTED) return now;
    const first = this.#left.at(-Math.max(1, this.#most - this.#due.size));
    return first === undefined ? now : Math.max(now, first + MINUTE_MS + SLACK_MS);
  }

  /** A slot was given out. */
  taken(slotAt: number): void {
    if (this.#most <= MOST_LISTED) this.#due.add(slotAt);
  }

  /** There is no call in this slot. */
  givenBack(slotAt: number): void {
    if (!this.#due.delete(slotAt)) this.#left = this.#left.filter((at) => at !== slotAt);
  }

  /** The call of a slot left at `at`. */
  left(slotAt: number, at: number): void {
    if (!this.#due.delete(slotAt)) return;
    this.#left = [...this.#left, at].sort((a, b) => a - b).slice(-this.#most);
  }
}
