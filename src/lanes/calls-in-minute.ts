import type { PaceCall } from "./port.ts";

export const MINUTE_MS = 60_000;
/** Slack added to a minute, in milliseconds. */
const SLACK_MS = 100;
/** A pace with more calls a minute than these is even enough without a list of them. */
const MOST_LISTED = 600;
/** Answers of which the fastest says how long a server takes that is not kept waiting. */
const REMEMBERED = 32;

/** A call that has left: when it was carried out at the latest, as far as is known. */
interface LeftCall {
  /** Null for one of another owner of the lane. */
  readonly slotAt: number | null;
  readonly at: number;
}

/**
 * Keeps every minute of a lane, from whichever call on, from getting more calls than are allowed, as the server counts them. Calls count from when they
 * really leave, which may be long after their slots: each is written down before, and a database may stand still meanwhile. One whose answer comes later
 * than the fastest of the last ones was perhaps on its way for as much longer (a busy machine, a network), and counts from then. Moments on the engine's clock.
 */
export class CallsInMinute {
  readonly #most: number;
  /** The last calls, the oldest first; as many as may be in a minute. */
  #left: readonly LeftCall[];
  /** Slots whose calls have not left. */
  readonly #due = new Set<number>();
  /** Milliseconds from the end of a request to its answer, of the last calls. */
  readonly #answers: number[] = [];

  /** `before` is when earlier calls left. */
  constructor(mostInMinute: number, before: readonly number[] = []) {
    this.#most = Math.max(1, Math.floor(mostInMinute));
    this.#left = before.map((at) => ({ slotAt: null, at }));
  }

  /** The first moment from `now` on at which one more call may leave. Those that have not left yet may do so as late as that. */
  roomAt(now: number): number {
    if (this.#most > MOST_LISTED) return now;
    const first = this.#left.at(-Math.max(1, this.#most - this.#due.size));
    return first === undefined ? now : Math.max(now, first.at + MINUTE_MS + SLACK_MS);
  }

  /** A slot was given out. */
  taken(slotAt: number): void {
    if (this.#most <= MOST_LISTED) this.#due.add(slotAt);
  }

  /** There is no call in this slot. */
  givenBack(slotAt: number): void {
    if (!this.#due.delete(slotAt)) this.#left = this.#left.filter((call) => call.slotAt !== slotAt);
  }

  /** The call of a slot left at `at`. */
  left(slotAt: number, at: number): void {
    if (!this.#due.delete(slotAt)) return;
    this.#keep([...this.#left, { slotAt, at }]);
  }

  /** The call of a slot was answered; those that left with it, in further slots, were carried out with it. */
  answered({ slotAt, times: { started, bodyEnd, ended }, isOther }: PaceCall): void {
    const call = this.#left.find((each) => each.slotAt === slotAt);
    if (call === undefined || isOther) return;
    this.#answers.push(ended - (bodyEnd ?? started));
    if (this.#answers.length > REMEMBERED) this.#answers.shift();
    const at = Math.max(call.at, ended - Math.min(...this.#answers));
    this.#keep(
      this.#left.map((each) => (each.at === call.at && each.slotAt !== null ? { ...each, at } : each)),
    );
  }

  #keep(calls: readonly LeftCall[]): void {
    this.#left = [...calls].sort((a, b) => a.at - b.at).slice(-this.#most);
  }
}
