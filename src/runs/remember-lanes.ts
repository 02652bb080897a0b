import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { LaneState } from "../ledgers/lane-memory.ts";
import type { Ledger } from "../ledgers/port.ts";

export interface RememberLanesOptions {
  readonly ledger: Ledger;
  readonly events: Emitter;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Writes down which lanes each bot has from now on, and which of them are out, so that `status` takes no chat for open that was
 * deleted, or that nobody configures any more, and what each chat is. Follows them until the ledger is closed. Throws LedgerError.
 */
export async function rememberLanes(
  lanes: readonly LaneToOpen[],
  { ledger, events, now }: RememberLanesOptions,
): Promise<void> {
  const known = new Map<string, Map<string, LaneState>>();
  const types = new Map(await ledger.chatTypes());
  for (const { chat, isAssumed } of lanes) if (!isAssumed) types.set(chat.id, chat.type);
  const learn = (bot: string, chat: string, closed: Failure | null | undefined): boolean => {
    const own = known.get(bot) ?? new Map<string, LaneState>();
    known.set(bot, own);
    const before = own.get(chat);
    if (before && (before.out?.reason ?? null) === (closed?.reason ?? null)) return false;
    const out = closed ? { reason: closed.reason, message: closed.message, since: now() } : null;
    own.set(chat, { chat, type: types.get(chat), out });
    return true;
  };
  const write = (bot: string) => ledger.keepLaneStates(bot, [...(known.get(bot)?.values() ?? [])]);
  for (const { bot, chat, closed } of lanes) learn(bot.slug, chat.id, closed);
  await Promise.all([...known.keys()].map(write));
  events.on("lane", ({ bot, chat, closed }) => {
    // What cannot be written down is no reason to end what goes on.
    if (learn(bot, chat, closed)) void write(bot).catch(() => {});
  });
}
