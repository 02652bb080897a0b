import type { StopCause } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { codeOfSignal } from "./signals.ts";

/** What decides how a run ends. */
export interface Ending {
  readonly cause: StopCause | null;
  /** Items of this run that failed or are unknown, those left from earlier runs included. */
  readonly bad: number;
  /** Why each bot that has no lane left is out. */
  readonly botsOut: readonly { readonly failure: Failure }[];
}

/** The published table: a signal wins over 4, 4 over 5, 5 over 3. */
export function exitCodeOf({ cause, bad, botsOut }: Ending): number {
  if (cause?.type === "signal") return codeOfSignal(cause.signal);
  if (cause?.type === "no_lane" || cause?.type === "denied") return codeOfOutage(cause.failure);
  if (cause?.type === "source") return cause.failure.class === "config" ? 2 : 1;
  if (botsOut.length > 0) return Math.max(...botsOut.map(({ failure }) => codeOfOutage(failure)));
  if (cause) return 5;
  return bad > 0 ? 3 : 0;
}

/** What somebody has to mend is 4; a server out of reach, which may pass, is 1. */
function codeOfOutage({ class: failureClass }: Failure): number {
  return failureClass === "transient" ? 1 : 4;
}
