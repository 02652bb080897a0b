import type { LeftLook } from "../ledgers/look-port.ts";
import type { Place } from "./asking.ts";
import { candidatesOf } from "./candidates.ts";
import { type KnownPostsOptions, knownPosts } from "./known-posts.ts";
import { deleteCopy, type LookAnswer, takeButton } from "./look.ts";
import { isCopyOf } from "./match.ts";
import { Sights, type SightsOptions } from "./sights.ts";

export interface LeftoversOptions extends SightsOptions, KnownPostsOptions {
  /** Milliseconds of the wall after which a call posts no more. */
  readonly afterMs: number;
}

/** Ids that are looked at for a copy whose id nobody knows. */
const MOST = 20;
/** Other chats of which a message of ours is tried, where a copy of one is to show which ids there are. */
const CHATS_TRIED = 3;
/** Moments of the ledger are that coarse. */
const SECOND_MS = 1_000;

/** Takes away what looks left in chats: buttons, and copies of messages. Throws LedgerError. */
export async function clearLeft(bots: readonly string[], options: LeftoversOptions): Promise<void> {
  const left = await options.ledger.leftLooks(bots);
  const strays = left.filter(isStray);
  const unshown = new Set<string>();
  const taken = new Set(left.flatMap((one) => (one.copyId === null ? [] : [placeOf(one, one.copyId)])));
  // What is known goes before what is looked for, and that in the order in which copies stand in the chat: one that was taken for the copy of
  // a later look would say that what stands behind it came later still.
  for (const each of [...left.filter((one) => !isStray(one)), ...strays]) {
    if (options.draining.aborted) return;
    if (!options.lanes.isOpenIn(each.bot, each.chatId)) continue;
    const lane = `${each.bot}|${each.chatId}`;
    // What looks for a copy copies as well: where no answers come, each of many that are left would leave more of them. And what was
    // not shown may be the copy of this one.
    if (isStray(each) && unshown.has(lane)) continue;
    const beside = strays.filter(({ chatId }) => chatId === each.chatId);
    const sights = new Sights({ bot: each.bot, chatId: each.chatId }, options);
    const end = await clear(each, { beside, taken, sights }, options);
    if (end === "cleared") await options.ledger.endLook(each.look);
    if (end === "unshown") unshown.add(lane);
  }
}

/** A copy may be left of which nobody knows the id. */
function isStray({ way, copyId }: LeftLook): boolean {
  return way === "forward" && copyId === null;
}

function placeOf({ bot, chatId }: Place, messageId: number): string {
  return `${bot}|${chatId}|${messageId}`;
}

/** What became of what may be left: `stands` where it is known and was not taken away, `unshown` where what was not shown may be it. */
type Cleared = "cleared" | "stands" | "unshown";

interface Strays {
  /** All in this chat. */
  readonly beside: readonly LeftLook[];
  /** Copies of which it is known whose they are. */
  readonly taken: Set<string>;
  readonly sights: Sights;
}

async function clear(left: LeftLook, strays: Strays, options: LeftoversOptions): Promise<Cleared> {
  if (left.way === "edit") return (await takeButton(left, options)) ? "cleared" : "stands";
  if (left.copyId !== null) return (await deleteCopy(left, left.copyId, options)) ? "cleared" : "stands";
  const ids = (await idsOfStray(left, options)) ?? (await idsBelowMark(left, strays.sights, options));
  // Until a message of ours is known there, nobody can say where to look.
  if (ids === null) return "unshown";
  const stray = await clearStray(left, itselfLast(ids, left), strays, options);
  if (stray !== "none") return stray;
  // Another process was about to look, and has gone on while this one waited for its turn.
  const now = (await options.ledger.leftLooks([left.bot])).find(({ look }) => look === left.look);
  if (now && now.copyId !== null) return clear(now, strays, options);
  if (now) tellStray(left, options);
  return "cleared";
}

/** The ids that a copy can have which was made when this look was; null where no message of ours is known there. */
async function idsOfStray(
  { look, behind, bot, chatId, startedAt }: LeftLook,
  { ledger, afterMs }: LeftoversOptions,
): Promise<readonly number[] | null> {
  // Among attempts it stands behind the last that had begun, and before the next, and among looks by its number, though a clock that was
  // put back may say otherwise.
  const order = { attempt: behind + 1, lastBegun: behind, look };
  const around = { bot, chatId, startedAt, settledAt: startedAt + afterMs, ...order };
  const neighbours = await ledger.neighbours(around);
  return neighbours.length === 0 ? null : candidatesOf(around, neighbours, MOST).ids;
}

/**
 * The same once its call can post no more: a message of ours of another chat is copied there, and taken away again, behind which nothing
 * of it can be; null where there is none, or it cannot be copied.
 */
async function idsBelowMark(
  left: LeftLook,
  sights: Sights,
  options: LeftoversOptions,
): Promise<readonly number[] | null> {
  const { clock, afterMs } = options;
  if (clock.wall() < left.startedAt + afterMs + SECOND_MS) return null;
  return (await isMarked(left, sights, options)) ? idsOfStray(left, options) : null;
}

async function isMarked(left: LeftLook & Place, sights: Sights, options: LeftoversOptions): Promise<boolean> {
  for await (const { chatId, messageId } of knownPosts(left, options, CHATS_TRIED)) {
    if (typeof (await sights.probe(left, messageId, "forward", chatId)) !== "string") return true;
    if (sights.unanswered > 0) return false;
  }
  return false;
}

/**
 * What was asked for is no copy of itself, unless it has this id in another chat: taken for that, it would be known no more that it is a copy of
 * another message, and copies of it would not be known either.
 */
function itselfLast(ids: readonly number[], { messageId }: LeftLook): readonly number[] {
  return ids.includes(messageId) ? [...ids.filter((id) => id !== messageId), messageId] : ids;
}

/**
 * Deletes the first of these that is a copy which one of these looks made: each that was left made one at most, and those before it have
 * theirs. One that this bot may not delete may be another bot's, and its own stand behind that. What was not shown may be it, and is asked for
 * another time; where nothing can be forwarded nobody can tell.
 */
async function clearStray(
  left: LeftLook,
  ids: readonly number[],
  strays: Strays,
  options: LeftoversOptions,
): Promise<Cleared | "none"> {
  const { beside, taken, sights } = strays;
  let end: Cleared | "none" = "none";
  for (const id of ids.filter((each) => !taken.has(placeOf(left, each)))) {
    const seen = await sights.probe(left, id, "forward");
    if (seen === "protected") break;
    if (sights.unanswered > 0) return "unshown";
    if (seen === "unclear" && end === "none") end = "unshown";
    const makers = makersOf(id, seen, beside);
    if (makers.length === 0) continue;
    end = await takeAway(left, id, strays, options);
    if (end === "cleared" || makers.every(({ bot }) => bot === left.bot)) return end;
  }
  return end === "none" && options.draining.aborted ? "unshown" : end;
}

function makersOf(id: number, seen: LookAnswer, beside: readonly LeftLook[]): readonly LeftLook[] {
  return typeof seen === "string" ? [] : beside.filter((each) => isCopyOf(each, seen, id));
}

/** A copy of the one that it deletes is known by it. */
async function takeAway(
  left: LeftLook,
  id: number,
  { taken }: Strays,
  options: LeftoversOptions,
): Promise<Cleared> {
  await options.ledger.copied(left.look, id);
  taken.add(placeOf(left, id));
  return (await deleteCopy(left, id, options)) ? "cleared" : "stands";
}

function tellStray({ bot, chatId, messageId }: LeftLook, { events }: LeftoversOptions): void {
  const text = `a copy of message ${messageId} may be left in ${chatId}, made by bot ${bot} while it looked for a lost message; delete it if it is in the way`;
  events.emit("notice", { level: "warn", text });
}
