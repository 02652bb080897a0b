import type { Clock } from "../domain/clock.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { Bot, ChatInfo } from "../telegram/port.ts";

/** A warmup chat as it was configured: a numeric id or an @username. */
export interface LaneWish {
  readonly bot: Bot;
  readonly chat: string;
}

/** A lane that can be sent to. */
interface LaneFound {
  readonly bot: Bot;
  readonly chat: ChatInfo;
  /** The id it was configured by, where the group has become a supergroup with another. */
  readonly movedFrom?: string;
  /** The name it was configured by (an @username), where that is not its id. */
  readonly alias?: string;
  /** Why it was not asked about, or not to the end: a wait, after which it may be called, or a server that did not answer. */
  readonly unasked?: Failure;
  /** Nobody said what its chat is: the type is a guess. */
  readonly isAssumed?: true;
}

/** A lane of a run or a worker; one that cannot be sent to for now says why. */
export interface LaneToOpen extends LaneFound {
  readonly closed?: Failure | undefined;
}

export interface Preflight {
  readonly open: readonly LaneFound[];
  readonly refused: readonly { readonly wish: LaneWish; readonly failure: Failure }[];
}

/** A wait up to this long is waited out here; a lane that has to wait for longer is taken unasked, and called after it. */
const LONGEST_WAIT_MS = 10_000;

/** Pauses between the tries of a question that a transient failure left unanswered. */
const PAUSES_MS = [1_000, 3_000];

/**
 * Checks each lane without posting (getMe, getChat, getChatMember), all lanes at once; a chat that is named twice is one
 * lane. After a short wait or a transient failure it asks again, since those say nothing about rights.
 */
export async function preflight(wishes: readonly LaneWish[], clock: Clock): Promise<Preflight> {
  const ask: Ask = async (question) => {
    for (const pause of PAUSES_MS) {
      const answer = await question();
      if (answer.ok || !mayPass(answer.failure)) return answer;
      await clock.sleep(Math.max(pause, (answer.failure.retryAfterMs ?? 0) + 1));
    }
    return question();
  };
  const tokens = new Map<Bot, Promise<Result<unknown>>>();
  const answers = await Promise.all(
    wishes.map(async (wish) => {
      if (wish.chat === wish.bot.id) return { wish, result: failed<LaneFound>(itself(wish)) };
      const token = tokens.get(wish.bot) ?? ask(() => wish.bot.getMe());
      tokens.set(wish.bot, token);
      return { wish, result: await tryLane(wish, token, { ask, isMoved: false }) };
    }),
  );
  const open = new Map<string, LaneFound>();
  const refused: { wish: LaneWish; failure: Failure }[] = [];
  for (const { wish, result } of answers) {
    if (!result.ok) refused.push({ wish, failure: result.failure });
    else open.set(`${wish.bot.slug}|${result.value.chat.id}`, result.value);
  }
  return withoutWeather({ open: [...open.values()], refused });
}

/**
 * Where a server was reached for one lane, what kept it from answering about another passes: that one is taken unasked, and
 * its first call shows.
 */
function withoutWeather({ open, refused }: Preflight): Preflight {
  if (open.length === 0) return { open, refused };
  const passing = refused.filter(({ failure }) => failure.class === "transient");
  const unasked = passing.map(({ wish, failure }) => ({ ...assumedLane(wish), unasked: failure }));
  return { open: [...open, ...unasked], refused: refused.filter((each) => !passing.includes(each)) };
}

type Ask = <T>(question: () => Promise<Result<T>>) => Promise<Result<T>>;

async function tryLane(
  { bot, chat }: LaneWish,
  token: Promise<Result<unknown>>,
  { ask, isMoved }: { readonly ask: Ask; readonly isMoved: boolean },
): Promise<Result<LaneFound>> {
  // First, since a wait or a refusal in answer to it is about all chats of the bot.
  const me = await token;
  if (!me.ok) return laneAfter(me.failure, assumedLane({ bot, chat }));
  const found = await ask(() => bot.getChat(chat));
  if (!found.ok) {
    const { migrateTo } = found.failure;
    if (migrateTo === undefined) return laneAfter(ofChat(found.failure, chat), assumedLane({ bot, chat }));
    if (isMoved)
      return failed(failure("chat_migrated", `chat ${chat} became ${migrateTo}, and that leads nowhere`));
    const moved = await tryLane({ bot, chat: migrateTo }, token, { ask, isMoved: true });
    return moved.ok ? ok({ ...moved.value, movedFrom: chat }) : moved;
  }
  const right = await ask(() => bot.canPost(found.value));
  const lane = { bot, chat: found.value, ...(found.value.id === chat ? {} : { alias: chat }) };
  return right.ok
    ? ok(lane)
    : laneAfter(
        right.failure.reason === "refused_unclear" ? ofChat(right.failure, chat) : right.failure,
        lane,
      );
}

/** A lane that nobody is asked about. */
export function untriedLane(wish: LaneWish): LaneToOpen {
  const lane = assumedLane(wish);
  return wish.chat === wish.bot.id ? { ...lane, closed: itself(wish) } : lane;
}

function itself({ chat }: LaneWish): Failure {
  return failure("chat_is_bot", `warmup chat ${chat} is the bot's own id, and a bot cannot write to itself`);
}

/** What has to wait is a lane all the same; after any other answer it is none. */
function laneAfter(cause: Failure, lane: LaneFound): Result<LaneFound> {
  return cause.class === "flood" ? ok({ ...lane, unasked: cause }) : failed(cause);
}

function mayPass({ reason, class: failureClass, retryAfterMs = 0 }: Failure): boolean {
  if (reason === "refused_unclear") return false;
  return failureClass === "transient" || (failureClass === "flood" && retryAfterMs <= LONGEST_WAIT_MS);
}

/** Whatever else was said in answer to a question about a chat, it is no word about media. */
function ofChat(cause: Failure, chat: string): Failure {
  const message = `chat ${chat}: ${cause.message}`;
  if (cause.reason === "refused_unclear") return failure("chat_refuses", message);
  return cause.class === "chat" ? { ...cause, message } : cause;
}

/** All lanes that were tried, those that are out as they were configured. */
export function lanesOf({ open, refused }: Preflight): LaneToOpen[] {
  const closed = refused.map(({ wish, failure }) => ({ ...assumedLane(wish), closed: failure }));
  return [...open, ...closed];
}

/** The id of a person tells what the chat is; others do not. */
function assumedLane({ bot, chat }: LaneWish): LaneFound {
  const info = assumedChat(chat);
  return info.type === "private" ? { bot, chat: info } : { bot, chat: info, isAssumed: true };
}

/**
 * What can be assumed of a chat that was not looked up: channels and groups have negative ids
 * (core.telegram.org/bots/api#chat); an @username belongs to a channel or supergroup.
 */
export function assumedChat(chat: string): ChatInfo {
  return { id: chat, type: /^\d+$/.test(chat) ? "private" : "channel", title: chat };
}
