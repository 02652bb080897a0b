import type { LeftLook } from "../ledgers/look-port.ts";
import { candidatesOf } from "./candidates.ts";
import { deleteCopy, takeButton } from "./look.ts";
import { isCopyOf } from "./match.ts";
import { Sights, type SightsOptions } from "./sights.ts";

export interface LeftoversOptions extends SightsOptions {
  /** Milliseconds of the wall after which a call posts no more. */
  readonly afterMs: number;
}

/** Ids that are looked at for a copy whose id nobody knows. */
const MOST = 20;

/** Takes away what looks left in chats: buttons, and copies of messages. Throws LedgerError. */
export async function clearLeft(bots: readonly string[], options: LeftoversOptions): Promise<void> {
  const left = await options.ledger.leftLooks(bots);
  for (const each of left) {
    if (options.draining.aborted) return;
    if (!options.lanes.isOpenIn(each.bot, each.chatId)) continue;
    if (await isCleared(each, options)) await options.ledger.endLook(each.look);
  }
}

async function isCleared(left: LeftLook, options: LeftoversOptions): Promise<boolean> {
  if (left.way === "edit") return takeButton(left, options);
  if (left.copyId !== null) return deleteCopy(left, left.copyId, options);
  const ids = await idsOfStray(left, options);
  // Until a message of ours is known there, nobody can say where to look.
  if (ids === null) return false;
  const stray = await strayCopy(left, ids, options);
  if (stray !== null) return deleteCopy(left, stray, options);
  if (options.draining.aborted) return false;
  tellStray(left, options);
  return true;
}

/** The ids that a copy can have which was made when this look was; null where no message of ours is known there. */
async function idsOfStray(
  { bot, chatId, startedAt }: LeftLook,
  { ledger, afterMs }: LeftoversOptions,
): Promise<readonly number[] | null> {
  const around = { bot, chatId, startedAt, settledAt: startedAt + afterMs };
  const neighbours = await ledger.neighbours(around);
  return neighbours.length === 0 ? null : candidatesOf(around, neighbours, MOST).ids;
}

/** The copy that this look made; null where none of these is one. */
async function strayCopy(
  left: LeftLook,
  ids: readonly number[],
  options: LeftoversOptions,
): Promise<number | null> {
  const sights = new Sights({ bot: left.bot, chatId: left.chatId }, options);
  for (const id of ids) {
    const seen = await sights.probe(left, id, "forward");
    if (typeof seen !== "string" && isCopyOf(left, seen, id)) return id;
  }
  return null;
}

function tellStray({ bot, chatId, messageId }: LeftLook, { events }: LeftoversOptions): void {
  const text = `a copy of message ${messageId} may be left in ${chatId}, made by bot ${bot} while it looked for a lost message; delete it if it is in the way`;
  events.emit("notice", { level: "warn", text });
}
