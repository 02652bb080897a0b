import { LostCallDecided } from "../domain/shared-work.ts";
import type { LostCalls } from "../ledgers/look-port.ts";
import type { PackedCalls } from "../ledgers/pack-port.ts";
import type { LostProbe, ProbePosts } from "../ledgers/probe-port.ts";
import { candidatesOf, type OpenEnd } from "./candidates.ts";
import { deleteCopy, type LookAnswer } from "./look.ts";
import { matchOf } from "./match.ts";
import { Sights, type SightsOptions } from "./sights.ts";
import { type LookPatience, settledAt } from "./when.ts";

export interface LostCanariesOptions extends SightsOptions {
  readonly ledger: LostCalls & PackedCalls & ProbePosts;
  readonly patience: LookPatience;
}

/** Ids that are looked at for one of them. */
const MOST = 20;

type NotFound = "absent" | "unclear" | "unchecked";

/** What copies showed of a chat so far. */
interface ChatSeen {
  readonly sights: Sights;
  readonly answers: Map<number, LookAnswer>;
  /** A message was shown. */
  shows: boolean;
}

/**
 * Looks for messages that tried an id, or were a probe's, and whose answers were lost, once these can come no more; deletes those that are there.
 * They are asked for by copies, as those that looks left are. Throws LedgerError.
 */
export async function clearLostCanaries(
  bots: readonly string[],
  options: LostCanariesOptions,
): Promise<void> {
  const { ledger, lanes, draining, events } = options;
  const chats = new Map<string, ChatSeen>();
  let deleted = 0;
  for (const lost of await ledger.lostProbes(bots)) {
    const { bot, chatId } = lost;
    if (draining.aborted || mayYetCome(lost, options) || !lanes.isOpenIn(bot, chatId)) continue;
    const chat = chats.get(`${bot}|${chatId}`) ?? {
      sights: new Sights({ bot, chatId }, options),
      answers: new Map(),
      shows: false,
    };
    chats.set(`${bot}|${chatId}`, chat);
    if (await isCleared(lost, chat, options)) deleted += 1;
  }
  const messages = deleted === 1 ? "1 message" : `${deleted} messages`;
  const text = `deleted ${messages} by which ids were tried, and whose answers were lost`;
  if (deleted > 0) events.emit("notice", { level: "info", text });
}

function mayYetCome(lost: LostProbe, { clock, patience }: LostCanariesOptions): boolean {
  return patience.afterMs > 0 && settledFor(lost, patience) > clock.wall();
}

/** Nobody knows whether it was given up by its own process, or found by the next one. */
function settledFor({ startedAt, endedAt }: LostProbe, patience: LookPatience): number {
  return settledAt({ startedAt, endedAt, reason: "process_died" }, patience);
}

/** Deletes the message where it is found, and returns true; else writes down what is known of it. */
async function isCleared(lost: LostProbe, chat: ChatSeen, options: LostCanariesOptions): Promise<boolean> {
  const found = await find(lost, chat, options);
  if (typeof found === "number") return isRemoved(lost, found, options);
  if (found !== "unclear" && !options.draining.aborted) await close(lost, found, options);
  return false;
}

/** Returns the id of the message; `unclear` where it is to be looked for another time, `unchecked` where nobody can tell. */
async function find(
  lost: LostProbe,
  chat: ChatSeen,
  { ledger, patience }: LostCanariesOptions,
): Promise<number | NotFound> {
  const { attempt, bot, chatId, startedAt, lastBegun } = lost;
  const around = { bot, chatId, attempt, startedAt, settledAt: settledFor(lost, patience), lastBegun };
  const neighbours = await ledger.neighbours(around);
  // Until a message of ours is known there, nobody can say where to look.
  if (neighbours.length === 0) return "unclear";
  const asked = new Set<number>();
  for (;;) {
    // A copy is a message behind which nothing of it can be.
    const { ids, open } = candidatesOf(around, chat.sights.withCopies(neighbours), MOST);
    const id = ids.find((each) => !asked.has(each));
    // Without answers each of many looks would leave copies.
    if (chat.sights.unanswered > 0) return "unclear";
    if (id === undefined) return notAmong([...asked], chat, open);
    asked.add(id);
    const seen = chat.answers.get(id) ?? (await chat.sights.probe(lost, id, "forward"));
    chat.answers.set(id, seen);
    if (typeof seen !== "string" && matchOf(seen, { chatId, messageId: id }, [lost])) return id;
    if (seen !== "unclear" && !(await showsOurs(lost, chat, ledger))) return unshown(chat);
  }
}

function unshown({ sights }: ChatSeen): NotFound {
  return sights.unanswered > 0 ? "unclear" : "unchecked";
}

/** Whether copies show what is there: where they do not show a message of ours, be it since the chat is protected, they prove nothing. */
async function showsOurs(lost: LostProbe, chat: ChatSeen, ledger: LostCalls): Promise<boolean> {
  chat.shows ||= [...chat.answers.values()].some((each) => typeof each !== "string");
  if (chat.shows) return true;
  for (const id of await ledger.lastPosts(lost.bot, lost.chatId))
    chat.shows ||=
      chat.sights.unanswered === 0 && typeof (await chat.sights.probe(lost, id, "forward")) !== "string";
  return chat.shows;
}

function notAmong(ids: readonly number[], { answers }: ChatSeen, open: OpenEnd | null): NotFound {
  if (ids.some((id) => answers.get(id) === "unclear")) return "unclear";
  return open === null || open === "no_post_after" ? "absent" : "unchecked";
}

/** Its message is written down before it is deleted: who comes next does so where this one cannot. */
async function isRemoved(lost: LostProbe, messageId: number, options: LostCanariesOptions): Promise<boolean> {
  const { attempt, bot, chatId } = lost;
  await options.ledger.endCanary(attempt, { state: "ready", messageId });
  const isGone = await deleteCopy({ bot, chatId }, messageId, options);
  if (isGone) await options.ledger.endCanary(attempt, { state: "discarded" });
  return isGone;
}

async function close(
  { attempt, bot, chatId, tag }: LostProbe,
  state: Exclude<NotFound, "unclear">,
  { ledger, events }: LostCanariesOptions,
): Promise<void> {
  const isOurs = await ledger.closeLost(attempt, state).then(() => true, unlessDecided);
  if (state === "absent" || !isOurs) return;
  const text = `a message of bot ${bot} with the caption ${tag} may be left in ${chatId}: an id was tried by it, its answer was lost, and it cannot be looked for; delete it if it is in the way`;
  events.emit("notice", { level: "warn", text });
}

/** Another process has found it meanwhile. */
function unlessDecided(error: unknown): false {
  if (error instanceof LostCallDecided) return false;
  throw error;
}
