import type { HealthPart } from "./events.ts";
import type { Failure } from "./failure.ts";

/** A part of the outside world that is out of order. */
export interface Outage {
  readonly part: HealthPart;
  readonly failure: Failure;
  /** Unix milliseconds. */
  readonly since: number;
}
