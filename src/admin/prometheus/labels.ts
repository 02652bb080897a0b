import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { WorkerView } from "../worker-view.ts";

export interface PrometheusOptions {
  readonly events: Emitter;
  readonly view: WorkerView;
  readonly clock: Clock;
  readonly version: string;
  /** Slugs of the configured bots. Others, which a manifest may name, are all counted as `other`. */
  readonly bots: readonly string[];
}

/** The label of a bot: its slug where it is configured. */
export function botLabel(bots: readonly string[]): (bot: string | null) => string {
  const known = new Set(bots);
  return (bot) => (bot === null ? "none" : known.has(bot) ? bot : "other");
}
