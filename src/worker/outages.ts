import type { Clock } from "../domain/clock.ts";
import type { Emitter, HealthPart } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { Outage } from "../domain/outage.ts";

/** What is out of order now, each part at most once. Emits when an outage begins, when its reason changes, and when it is over. */
export class Outages {
  readonly #clock: Clock;
  readonly #events: Emitter;
  readonly #now = new Map<HealthPart, Outage>();

  constructor(clock: Clock, events: Emitter) {
    this.#clock = clock;
    this.#events = events;
  }

  get all(): readonly Outage[] {
    return [...this.#now.values()];
  }

  has(part: HealthPart): boolean {
    return this.#now.has(part);
  }

  begin(part: HealthPart, failure: Failure): void {
    const known = this.#now.get(part);
    this.#now.set(part, { part, failure, since: known?.since ?? this.#clock.wall() });
    if (known?.failure.reason !== failure.reason) this.#events.emit("health", { part, failure });
  }

  end(part: HealthPart): void {
    if (this.#now.delete(part)) this.#events.emit("health", { part, failure: null });
  }
}
