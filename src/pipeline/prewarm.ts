import { Dispatcher, type DispatchParts } from "./dispatch.ts";
import { Feeder, type FeedParts } from "./feed.ts";
import { Intake, type IntakeParts } from "./intake.ts";

export type PrewarmParts = Omit<DispatchParts, "feeding" | "over"> &
  Omit<FeedParts, "intake"> &
  Pick<IntakeParts, "capacity">;

/**
 * List, skip what the ledger has, order, hand each object to the lane that is free first, write down what came back.
 * Resolves when the source is used up and all of it has ended, or when the run was stopped and what was under way has
 * ended. Throws LedgerError; everything else is told by events.
 */
export async function prewarm(parts: PrewarmParts): Promise<void> {
  const judge = { ...parts.plan, force: false, retryWeak: false, only: null };
  const intake = new Intake({ ...parts, judge });
  const feeder = new Feeder({ ...parts, intake });
  const dispatcher = new Dispatcher({
    ...parts,
    feeding: () => !feeder.ended,
    over: (task) => intake.over(task),
  });
  const feeding = feeder.run().catch((error: unknown) => {
    parts.stop.abort();
    throw error;
  });
  await Promise.all([feeding, dispatcher.run()]);
}
