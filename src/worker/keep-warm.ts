import type { Dispatcher } from "../pipeline/dispatch.ts";
import { runTogether } from "../pipeline/run-together.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Breaker } from "./breaker.ts";

/** A loop that looks for something to do until the worker drains. `run` throws LedgerError. */
export interface Watch {
  run(): Promise<void>;
  /** Looks again soon, also at what was skipped: something has recovered. */
  again(): void;
}

/**
 * Keeps everything warm: watches its source, what others put into the ledger and what was enqueued by name, and hands
 * all of it to the lane that is free first, until it is stopped. Outages are waited out. Resolves when it was stopped
 * and what was under way has ended. Throws LedgerError.
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
