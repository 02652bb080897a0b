import { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import { Round } from "./round.ts";
import type { Warmer, WarmPass } from "./warmer.ts";

export interface NewWayOptions extends Omit<WarmPass, "events"> {
  /** Told after each item how many have ended. */
  readonly ended?: (items: number) => void;
}

/** Everything below a prefix by prewarm. What was there already counts as nothing. */
export async function newWay(warmer: Warmer, { ended, ...pass }: NewWayOptions): Promise<Round> {
  const round = new Round(warmer.clock.now);
  const events = new Emitter()
    .on("active", () => round.started())
    .on("item", (item) => {
      note(round, item);
      ended?.(round.done.length + round.failed);
    });
  await warmer.warm({ ...pass, events });
  return round;
}

/** Phases are those that prewarm tells of each item itself. */
function note(round: Round, { status, latency, error }: ItemResult): void {
  if (status === "skipped") return;
  if (status === "ready" || status === "weak")
    round.succeeded({ ...latency, work: latency.download + latency.send });
  else round.failedOne(error?.message ?? status);
}
