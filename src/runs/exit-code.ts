import type { StopCause } from "../domain/events.ts";
import { codeOfSignal } from "./signals.ts";

/** What decides how a run ends. */
export interface Ending {
  readonly cause: StopCause | null;
  /** Items of this run that failed or are unknown, those left from earlier runs included. */
  readonly bad: number;
}

/** The published table: a signal wins over 4, 4 over 5, 5 over 3. */
export function exitCodeOf({ cause, bad }: Ending): number {
  if (cause?.type === "signal") return codeOfSignal(cause.signal);
  if (cause?.type === "no_lane" || cause?.type === "denied") return 4;
  if (cause?.type === "source") return cause.failure.class === "config" ? 2 : 1;
  if (cause) return 5;
  return bad > 0 ? 3 : 0;
}
