import type { Dispatcher } from "./dispatch.ts";
import type { Feeder } from "./feed.ts";
import { runTogether } from "./run-together.ts";
import type { Stop } from "./stop.ts";

/**
 * List, skip what the ledger has, order, hand each object to the lane that is free first, write down what came back.
 * Resolves when the source is used up and all of it has ended, or when the run was stopped and what was under way has
 * ended. Throws LedgerError; everything else is reported by events.
 */
export async function prewarm(feeder: Feeder, dispatcher: Dispatcher, stop: Stop): Promise<void> {
  await runTogether([feeder, dispatcher], stop);
}
