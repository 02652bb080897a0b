import type { Dispatcher } from "../pipeline/dispatch.ts";
import { runTogether } from "../pipeline/run-together.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Breaker } from "./breaker.ts";

/** Looks for something to do, again and again, until the worker drains. Throws LedgerError. */
export interface Watch {
  run(): Promise<void>;
  /** Something is back that had been away: looks again soon, also at what was passed over. */
  again(): void;
}

/**
 * Keeps everything warm: watches its source, what others put into the ledger and what was asked for by name, and hands all
 * of it to the lane that is free first, until it is stopped. Outages are waited out.
 * Resolves when it was stopped and what was under way has ended. Throws LedgerError.
 */
export async function keepWarm(
  dispatcher: Dispatcher,
  watches: readonly Watch[],
  breaker: Breaker,
  stop: Stop,
): Promise<void> {
  breaker.begin();
  await runTogether([dispatcher, ...watches], stop);
}
