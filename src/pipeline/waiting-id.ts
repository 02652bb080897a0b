import type { UnprovedId } from "../ledgers/pack-port.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import type { LookVerdict } from "../looks/port.ts";
import type { CanaryVerdict } from "./packs/canary.ts";
import { notTaken } from "./packs/left-canaries.ts";

/** Of a message that was found, while nobody knows what its id is worth. */
export const UNTRIED: LookVerdict = {
  is: "open",
  why: "its message was found in a pack, and whether the id serves its own method could not be tried yet; the next run does",
};

/** Returns which id of this content, of those that wait to be tried, came in a pack; undefined where none did. */
export function waitingIdOf(
  waiting: readonly UnprovedId[],
  { bot, kind, content }: Pick<UnprovedId, "bot" | "kind" | "content">,
): UnprovedId | undefined {
  return waiting.find((each) => each.bot === bot && each.kind === kind && each.content === content);
}

/** Tries an id that waits once more; `stored` is what readers find from then on, where it served its method. Throws LedgerError. */
export async function tryWaiting(
  id: UnprovedId,
  ledger: Ledger,
  judge: (id: UnprovedId) => Promise<CanaryVerdict>,
): Promise<{ readonly verdict: LookVerdict; readonly stored: StoredId | null }> {
  const { attempt, confirmation } = id;
  const worth = await judge(id);
  if (worth === "open") {
    await ledger.leaveUnproved(attempt);
    return { verdict: UNTRIED, stored: null };
  }
  if (worth === "rich_only") {
    await ledger.discard(attempt, notTaken(id));
    return { verdict: { is: "absent" }, stored: null };
  }
  const { stored } = await ledger.confirm(attempt, confirmation);
  return { verdict: { is: "found", media: { ...confirmation, ...confirmation.stored } }, stored };
}
