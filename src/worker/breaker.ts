import type { Clock } from "../domain/clock.ts";
import type { Emitter, StopCause } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Result } from "../domain/result.ts";
import type { Outages } from "./outages.ts";

/** The parts of the outside world that all work depends on. */
export type Outside = "r2" | "telegram";

export interface BreakerOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly outages: Outages;
  /** Checks, without changing anything, whether a part answers again. */
  readonly ask: Readonly<Record<Outside, () => Promise<Result<unknown>>>>;
  /** Ends the checking. */
  readonly draining: AbortSignal;
  /** Parts that were away already before the work began. */
  readonly away: readonly (readonly [part: Outside, cause: Failure])[];
  /** A part answers again: work may go on. */
  readonly onBack: () => void;
}

/**
 * After this many consecutive failures, assume an outage: every further ambiguous call could leave an `unknown` row.
 */
const IN_A_ROW = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** Reasons for which a part of the outside world is to blame, and not the object. */
const PART_OF: Readonly<Partial<Record<Reason, Outside>>> = {
  r2_unavailable: "r2",
  r2_interrupted: "r2",
  r2_key_unknown: "r2",
  r2_signature_wrong: "r2",
  r2_region_wrong: "r2",
  r2_denied: "r2",
  r2_clock_skew: "r2",
  bucket_missing: "r2",
  endpoint_wrong: "r2",
  connect_failed: "telegram",
  send_interrupted: "telegram",
  send_stalled: "telegram",
  telegram_busy: "telegram",
  answer_lost: "telegram",
  server_error: "telegram",
  bad_answer: "telegram",
};

/**
 * Holds all work while R2 or Telegram is away, so that an outage leaves neither failed nor `unknown` rows behind:
 * closed -> (five failures in a row, or a refusal) open, checking with growing pauses -> (it answers) half open, one
 * call at a time -> (one that succeeds) closed. A failure in half open opens it again, and the pauses go on growing:
 * a server that answers questions but fails at posts must not cost an `unknown` row every few seconds.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #rows: Record<Outside, number> = { r2: 0, telegram: 0 };
  readonly #pauses: Record<Outside, number> = { r2: FIRST_PAUSE_MS, telegram: FIRST_PAUSE_MS };
  #halfOpen = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    options.events
      .on("call", ({ failure }) => this.#heard(failure))
      .on("retry", ({ failure }) => this.#failed(failure, "r2"))
      .on("item", ({ error, left }) => {
        // A failure that was only found in the ledger happened at another time.
        if (error && !left) this.#failed(failure(error.reason, error.message), "r2");
      });
  }

  /** Opens for the parts that were away before the work began. */
  begin(): void {
    for (const [part, cause] of this.#options.away) this.open(part, cause);
  }

  /** Whether a part is away; it is checked until it answers. */
  get isOpen(): boolean {
    const { outages } = this.#options;
    return outages.has("r2") || outages.has("telegram");
  }

  /** Whether nothing may be started now, with `active` tasks running. */
  holds(active: number): boolean {
    return this.isOpen || (this.#halfOpen && active > 0);
  }

  /** Takes what would have ended a run; true when it is dealt with here: the part is checked until it answers. */
  takes(cause: StopCause): boolean {
    if (cause.type !== "denied" && cause.type !== "source") return false;
    const part = PART_OF[cause.failure.reason];
    if (part) this.open(part, cause.failure);
    return part !== undefined;
  }

  /** Holds everything until this part answers. */
  open(part: Outside, cause: Failure): void {
    const { outages } = this.#options;
    const isNew = !outages.has(part);
    outages.begin(part, cause);
    if (isNew) void this.#askUntilBack(part);
  }

  /** A refusal of one object still shows that Telegram is there. */
  #heard(cause: Failure | null): void {
    if (cause !== null && tellsNothing(cause)) return;
    if (cause !== null && PART_OF[cause.reason] === "telegram") {
      this.#failed(cause, "telegram");
      return;
    }
    this.#halfOpen = false;
    this.#worksAgain("telegram");
    if (cause === null) this.#worksAgain("r2");
  }

  #worksAgain(part: Outside): void {
    this.#rows[part] = 0;
    if (!this.#options.outages.has(part)) this.#pauses[part] = FIRST_PAUSE_MS;
  }

  /** A failed call is reported as `call`, and again as a retry or an end: each part counts only one of these. */
  #failed(cause: Failure, heardFor: Outside): void {
    if (PART_OF[cause.reason] !== heardFor) return;
    this.#rows[heardFor] += 1;
    if (this.#rows[heardFor] >= (this.#halfOpen ? 1 : IN_A_ROW)) this.open(heardFor, cause);
  }

  async #askUntilBack(part: Outside): Promise<void> {
    const { clock, draining, ask, outages, onBack } = this.#options;
    while (!draining.aborted) {
      const pause = this.#pauses[part];
      this.#pauses[part] = Math.min(pause * 2, LONGEST_PAUSE_MS);
      await clock.sleep(pause, draining);
      if (draining.aborted) return;
      const answer = await ask[part]();
      if (answer.ok) break;
      outages.begin(part, answer.failure);
    }
    if (draining.aborted) return;
    this.#rows[part] = 0;
    this.#halfOpen = true;
    outages.end(part);
    onBack();
  }
}

/** A call that broke off on our side, or while its object was read, says nothing about Telegram. */
function tellsNothing({ reason }: Failure): boolean {
  return reason === "stopped" || PART_OF[reason] === "r2";
}
