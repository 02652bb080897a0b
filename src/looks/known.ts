import type { LostCall } from "../ledgers/look-port.ts";
import type { LookVerdict } from "./port.ts";
import { type LookPatience, settledAt } from "./when.ts";

export interface KnownFacts {
  /** Slugs of the bots that take part. */
  readonly bots: readonly string[];
  readonly patience: LookPatience;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Returns what is known of a lost call without asking; null where it has to be asked for. */
export function knownOf(call: LostCall, { bots, patience, now }: KnownFacts): LookVerdict | null {
  const { tag, chatId, state, bot } = call;
  if (state === "absent") return { is: "absent" };
  if (tag === null) return { is: "unchecked", why: "it was sent without a tag to know it by" };
  if (chatId === null) return { is: "unchecked", why: "nobody wrote down in which chat" };
  if (!bots.includes(bot)) return { is: "unchecked", why: `bot ${bot} takes no part` };
  const at = settledAt(call, patience);
  // Without a time to wait it is looked for at once, however coarse the moments of the ledger are.
  return patience.afterMs > 0 && at > now ? { is: "later", at } : null;
}
