import type { Clock } from "../domain/clock.ts";
import type { Emitter, HealthPart } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";

/** A part that is out of order. `since` is Unix milliseconds. */
export interface Trouble {
  readonly part: HealthPart;
  readonly failure: Failure;
  readonly since: number;
}

/** What is out of order now, each part at most once; told when it begins, when its reason changes, and when it is over. */
export class Troubles {
  readonly #clock: Clock;
  readonly #events: Emitter;
  readonly #now = new Map<HealthPart, Trouble>();

  constructor(clock: Clock, events: Emitter) {
    this.#clock = clock;
    this.#events = events;
  }

  get all(): readonly Trouble[] {
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
