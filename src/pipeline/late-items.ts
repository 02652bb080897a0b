import type { Emitter } from "../domain/events.ts";
import type { Late } from "./as-they-come.ts";
import type { Planned } from "./plan.ts";

/** Tells the end of what has ended although the run drains, so that what the ledger has is in its results too; what was to be sent is left. */
export function lateItems(events: Emitter, draining: AbortSignal): Late<Planned> {
  return {
    draining,
    take: (planned) => {
      if (planned.type === "item") events.emit("item", planned.item);
    },
  };
}
