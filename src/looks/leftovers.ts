import type { LeftLook } from "../ledgers/look-port.ts";
import { candidatesOf } from "./candidates.ts";
import { deleteCopy, takeButton } from "./look.ts";
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
  const copies = await strayCopies(left, options);
  for (const id of copies) if (!(await deleteCopy(left, id, options))) return false;
  if (copies.length === 0 && !options.draining.aborted) tellStray(left, options);
  return !options.draining.aborted;
}

/** Copies of a message that were made when this look was. In channels a copy says of what it is one; elsewhere none is told from others. */
async function strayCopies(left: LeftLook, options: LeftoversOptions): Promise<number[]> {
  const { bot, chatId, startedAt, messageId } = left;
  const sights = new Sights({ bot, chatId }, options);
  const around = { bot, chatId, startedAt, settledAt: startedAt + options.afterMs };
  const { ids } = candidatesOf(around, await options.ledger.neighbours(around), MOST);
  const copies: number[] = [];
  for (const id of ids) {
    const seen = await sights.probe(left, id, "forward");
    if (typeof seen !== "string" && seen.originId === messageId && id !== messageId) copies.push(id);
  }
  return copies;
}

function tellStray({ bot, chatId, messageId }: LeftLook, { events }: LeftoversOptions): void {
  const text = `a copy of message ${messageId} may be left in ${chatId}, made by bot ${bot} while it looked for a lost message; delete it if it is in the way`;
  events.emit("notice", { level: "warn", text });
}
