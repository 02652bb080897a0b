import type { Clock } from "../../domain/clock.ts";
import type { Lane } from "./lane.ts";
import type { Pace, PaceCall } from "./pace.ts";

export interface TicketOptions {
  readonly clock: Clock;
  readonly botPace: Pace | undefined;
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
  #slot: number;
  #state: "held" | "calling" | "over" = "held";

  constructor(lane: Lane, options: TicketOptions) {
    this.lane = lane;
    this.#options = options;
    this.#slot = lane.pace.take(options.clock.now());
    lane.busy += 1;
  }

  /** Waits for the slot. False when the lane was frozen or closed meanwhile, or on abort: the ticket is then dropped. */
  async ready(signal: AbortSignal): Promise<boolean> {
    const { clock, botPace } = this.#options;
    const botSlot = botPace?.take(clock.now()) ?? Number.NEGATIVE_INFINITY;
    for (;;) {
      const now = clock.now();
      const at = Math.max(this.#slot, this.lane.frozenUntil, botSlot);
      if (signal.aborted || this.lane.closed !== null || this.lane.frozenUntil > now + SHORT_WAIT_MS) {
        botPace?.giveBack(botSlot);
        this.drop();
        return false;
      }
      if (at <= now) break;
      await clock.sleep(at - now, signal);
    }
    this.#state = "calling";
    this.lane.pace.started(this.#slot, clock.now());
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
    if (this.#state === "held") this.lane.pace.giveBack(this.#slot);
    this.#close();
  }

  #close(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.lane.busy -= 1;
    this.#options.ended();
  }
}
