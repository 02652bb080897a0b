import { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { Warmer, WarmPass } from "./warmer.ts";
import { WorkLog } from "./work-log.ts";

export interface NewWayOptions extends Omit<WarmPass, "events"> {
  /** Called after each item with the number of items that have ended. */
  readonly ended?: (items: number) => void;
}

/** Warms everything below a prefix by prewarm. Items that were skipped do not count. */
export async function newWay(warmer: Warmer, { ended, ...pass }: NewWayOptions): Promise<WorkLog> {
  const log = new WorkLog(warmer.clock.now);
  const events = new Emitter()
    .on("active", () => log.started())
    .on("item", (item) => {
      note(log, item);
      ended?.(log.done.length + log.failed);
    });
  await warmer.warm({ ...pass, events });
  return log;
}

/** The phases are those that prewarm reports of each item. */
function note(log: WorkLog, { status, latency, error }: ItemResult): void {
  if (status === "skipped") return;
  if (status === "ready" || status === "weak")
    log.succeeded({ ...latency, work: latency.download + latency.send });
  else log.failedOne(error?.message ?? status);
}
