import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { CallAnswer } from "../telegram/port.ts";
import type { Lane, LaneCall } from "./lane.ts";
import type { Pace, PaceCall, Permit } from "./port.ts";
import type { SameSize } from "./same-size.ts";

export interface PermitOptions {
  readonly clock: Clock;
  readonly botPace: Pace | undefined;
  /** Null for a server that does not space uploads of one size. */
  readonly sameSize: SameSize | null;
  /** Called with what an answer said, and by which chat, while the lane still counts as busy. */
  readonly failed: (cause: Failure, asked: string) => void;
  /** Called when it posted. */
  readonly passed: () => void;
  /** Called once, when the permit is used up. */
  readonly ended: () => void;
}

/**
 * A freeze that ends within this time is waited for; a longer one sends the item back, so that it does not occupy a
 * place of the pool.
 */
const SHORT_WAIT_MS = 1_000;

/** A {@link Permit} for one of the lanes of lanes.ts. */
export class LanePermit implements Permit {
  readonly lane: Lane;
  readonly #options: PermitOptions;
  readonly #call: LaneCall = { startedAt: null };
  readonly #slotAt: number;
  /** The chat of the lane when the call began. */
  #asked: string;

  constructor(lane: Lane, options: PermitOptions) {
    this.lane = lane;
    this.#options = options;
    this.#asked = lane.chat;
    // Not before the deadline of the lane, or the next slots would be too close to the real start of this call.
    this.#slotAt = lane.pace.take(Math.max(options.clock.now(), lane.frozenUntil));
    lane.calls.add(this.#call);
  }

  async ready(signal: AbortSignal, uploadBytes: number): Promise<boolean> {
    const { clock, botPace, sameSize } = this.#options;
    const { lane } = this;
    const botAt = botPace?.take(clock.now()) ?? Number.NEGATIVE_INFINITY;
    const sizeAt = sameSize?.take(lane.bot.slug, uploadBytes, clock.now()) ?? Number.NEGATIVE_INFINITY;
    for (let now = clock.now(); ; now = clock.now()) {
      if (signal.aborted || lane.closed !== null || lane.frozenUntil > now + SHORT_WAIT_MS) {
        botPace?.giveBack(botAt);
        this.drop();
        return false;
      }
      const at = Math.max(this.#slotAt, lane.frozenUntil, botAt, sizeAt);
      if (at <= now) break;
      await clock.sleep(at - now, signal);
    }
    this.#call.startedAt = clock.now();
    this.#asked = lane.chat;
    lane.pace.started(this.#slotAt, this.#call.startedAt);
    return true;
  }

  stillHolds(): boolean {
    const { lane } = this;
    return lane.closed === null && lane.chat === this.#asked && lane.frozenUntil <= this.#options.clock.now();
  }

  end(answer: CallAnswer<unknown>, call?: "other"): void {
    if (!this.lane.calls.has(this.#call)) throw new Error("a permit that was used up ends a second time");
    const isOther = call === "other";
    this.lane.pace.ended(paceCallOf(answer, this.#slotAt, isOther));
    if (answer.ok) {
      if (!isOther) this.#posted();
    } else this.#options.failed(answer.failure, this.#asked);
    this.#close();
  }

  drop(): void {
    if (this.#call.startedAt === null && this.lane.calls.has(this.#call))
      this.lane.pace.giveBack(this.#slotAt);
    this.#close();
  }

  #posted(): void {
    this.lane.sent += 1;
    this.#options.passed();
  }

  #close(): void {
    if (this.lane.calls.delete(this.#call)) this.#options.ended();
  }
}

function paceCallOf(answer: CallAnswer<unknown>, slotAt: number, isOther: boolean): PaceCall {
  const flood = answer.ok || answer.failure.class !== "flood" ? null : answer.failure;
  return {
    slotAt,
    times: answer.times,
    floodMs: flood && (flood.retryAfterMs ?? 0),
    sent: answer.ok,
    isOther,
  };
}
