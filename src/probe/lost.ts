import type { Ledger } from "../ledgers/port.ts";
import type { LostProbe } from "../ledgers/probe-port.ts";
import { candidatesOf } from "../looks/candidates.ts";
import type { SeenMessage } from "../telegram/port.ts";
import type { ProbeLane } from "./lane.ts";

/** Ids that are looked at for a message whose answer was lost. */
const MOST = 20;

/** What became of a message whose answer was lost: deleted, proved not to be there, or nobody knows. */
export type LostEnd = "deleted" | "absent" | "unclear";

/**
 * Looks for a message of a probe whose answer was lost, by copies of those that it can be, and takes it away with them. The
 * lane must have posted since. Throws LedgerError.
 */
export async function findLost(lost: LostProbe, lane: ProbeLane, ledger: Ledger): Promise<LostEnd> {
  const { attempt, bot, chatId, startedAt, endedAt, lastBegun } = lost;
  const around = { bot, chatId, startedAt, settledAt: endedAt, attempt, lastBegun };
  const { ids, open } = candidatesOf(around, await ledger.neighbours(around), MOST);
  for (const id of ids) {
    const copy = await lane.patiently(() => lane.forward(id));
    if (copy.ok && tagOf(copy.value) === lost.tag) {
      await lane.removeLost(id);
      await ledger.closeLost(attempt, "absent");
      return "deleted";
    }
    if (!copy.ok && copy.failure.reason !== "message_missing") return "unclear";
  }
  if (open === "no_post_before" || open === "too_many") return "unclear";
  await ledger.closeLost(attempt, "absent");
  return "absent";
}

function tagOf({ caption, blocks }: SeenMessage): string | null {
  return caption ?? blocks?.[0]?.caption ?? null;
}
