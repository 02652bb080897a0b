import type { CheckedId, CheckedStatus } from "../domain/checked-id.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { FailureClass } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";

/** What ended badly for one reason. */
export interface CheckReason {
  readonly status: CheckedStatus;
  readonly reason: Reason;
  readonly class: FailureClass;
  readonly count: number;
  /** A key. */
  readonly example: string;
  readonly message: string;
}

/** A check of a ledger at one moment. Milliseconds of the engine's clock. */
export interface CheckSnapshot {
  readonly durationMs: number;
  readonly total: number;
  readonly counts: Readonly<Record<CheckedStatus, number>>;
  /** Ids of which the ledger does not say any more what is not true. */
  readonly fixed: number;
  readonly reasons: readonly CheckReason[];
  /** Questions to Telegram. */
  readonly calls: number;
  readonly floodWaits: number;
}

/** Counts what a check finds. */
export class CheckTally {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #counts = { ok: 0, deleted: 0, changed: 0, dead: 0, unchecked: 0 };
  readonly #reasons = new Map<string, CheckReason>();
  #fixed = 0;
  #calls = 0;
  #floodWaits = 0;

  constructor(events: Emitter, clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    events.on("checked", (id) => this.#add(id));
    events.on("asked", ({ failure }) => {
      this.#calls += 1;
      if (failure?.class === "flood") this.#floodWaits += 1;
    });
  }

  snapshot(): CheckSnapshot {
    return {
      durationMs: this.#clock.now() - this.#startedAt,
      total: Object.values(this.#counts).reduce((sum, each) => sum + each, 0),
      counts: { ...this.#counts },
      fixed: this.#fixed,
      reasons: [...this.#reasons.values()],
      calls: this.#calls,
      floodWaits: this.#floodWaits,
    };
  }

  #add({ key, status, failure, fixed }: CheckedId): void {
    this.#counts[status] += 1;
    if (fixed) this.#fixed += 1;
    if (failure === null) return;
    const { reason, class: failureClass, message } = failure;
    const name = `${status} ${reason}`;
    const known = this.#reasons.get(name);
    const first = { status, reason, class: failureClass, example: key, message };
    this.#reasons.set(name, { ...(known ?? first), count: (known?.count ?? 0) + 1 });
  }
}
