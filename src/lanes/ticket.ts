import type { Clock } from "../domain/clock.ts";
import type { Lane, LaneCall } from "./lane.ts";
import type { Pace, PaceCall } from "./pace.ts";
import type { SameSize } from "./same-size.ts";

export interface TicketOptions {
  readonly clock: Clock;
  readonly botPace: Pace | undefined;
  /** Null for a server that does not space uploads of one size. */
  readonly sameSize: SameSize | null;
  /** Called once, when the ticket is used up. */
  readonly ended: () => void;
}

/** A freeze that ends this soon is waited for; a longer one sends the item back, so that no place sleeps on it. */
const SHORT_WAIT_MS = 1_000;

/**
 * The right to make one call on a lane. Given out (slot taken) -> ready() -> call -> end(), or given back by drop().
 * The lane counts it as busy all that time.
 */
export class Ticket {
  readonly lane: Lane;
  readonly #options: TicketOptions;
  readonly #call: LaneCall = { startedAt: null };
  readonly #slot: number;

  constructor(lane: Lane, options: TicketOptions) {
    this.lane = lane;
    this.#options = options;
    // Not before its deadline, or the slots behind it would stand too close to its real start.
    this.#slot = lane.pace.take(Math.max(options.clock.now(), lane.frozenUntil));
    lane.calls.add(this.#call);
  }

  /**
   * Waits for the slot, of the lane and of its bot; `uploadBytes` is the size of all files of the call, 0 by url.
   * False when the lane was frozen or closed meanwhile, or on abort: the ticket is then dropped.
   */
  async ready(signal: AbortSignal, uploadBytes: number): Promise<boolean> {
    const { clock, botPace, sameSize } = this.#options;
    const { lane } = this;
    const botSlot = botPace?.take(clock.now()) ?? Number.NEGATIVE_INFINITY;
    const sizeSlot = sameSize?.take(lane.bot.slug, uploadBytes, clock.now()) ?? Number.NEGATIVE_INFINITY;
    for (let now = clock.now(); ; now = clock.now()) {
      if (signal.aborted || lane.closed !== null || lane.frozenUntil > now + SHORT_WAIT_MS) {
        botPace?.giveBack(botSlot);
        this.drop();
        return false;
      }
      const at = Math.max(this.#slot, lane.frozenUntil, botSlot, sizeSlot);
      if (at <= now) break;
      await clock.sleep(at - now, signal);
    }
    this.#call.startedAt = clock.now();
    lane.pace.started(this.#slot, this.#call.startedAt);
    return true;
  }

  /** The call is over. */
  end(call: PaceCall): void {
    this.lane.pace.ended(call);
    if (call.sent) this.lane.sent += 1;
    this.#close();
  }

  /** Not used: the slot goes back. Safe to call at any time. */
  drop(): void {
    if (this.#call.startedAt === null && this.lane.calls.has(this.#call)) this.lane.pace.giveBack(this.#slot);
    this.#close();
  }

  #close(): void {
    if (this.lane.calls.delete(this.#call)) this.#options.ended();
  }
}
