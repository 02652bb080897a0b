import { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import { Round } from "./round.ts";
import type { Warmer, WarmPass } from "./warmer.ts";

/** Everything below a prefix by prewarm. What was there already counts as nothing. */
export async function newWay(warmer: Warmer, pass: Omit<WarmPass, "events">): Promise<Round> {
  const round = new Round(warmer.clock.now);
  const events = new Emitter().on("active", () => round.started()).on("item", (item) => note(round, item));
  await warmer.warm({ ...pass, events });
  return round;
}

/** Phases are those that prewarm tells of each item itself. */
function note(round: Round, { status, latency }: ItemResult): void {
  if (status === "skipped") return;
  if (status === "ready" || status === "weak")
    round.succeeded({ ...latency, work: latency.download + latency.send });
  else round.failedOne();
}
