import type { Clock } from "../domain/clock.ts";
import { unlessHeld } from "../domain/shared-work.ts";
import type { LaneBoard } from "../lanes/port.ts";
import type { Bot, CallAnswer } from "../telegram/port.ts";

/** A bot in a chat. */
export interface Place {
  /** Slug. */
  readonly bot: string;
  readonly chatId: string;
}

/** A call, and what is written down before it; see {@link askIn}. */
export interface NotedCall<T> {
  readonly make: (bot: Bot) => Promise<CallAnswer<T>>;
  readonly note?: () => Promise<void>;
}

export interface AskingOptions {
  readonly lanes: LaneBoard;
  readonly clock: Clock;
}

/** Milliseconds of the engine's clock that a slot may be away, and between two looks for one. */
const [AHEAD_MS, POLL_MS] = [5_000, 250];
/** Tries of a call that failed for trouble that passes, floods left out, and the wait between two of them. */
const [TRIES, PAUSE_MS] = [4, 3_000];

/**
 * Makes one call in a chat on a permit of its lane; makes it again after a wait that Telegram asks for, and after trouble that passes
 * and changed nothing. A lost answer is returned as it is. Null where none can be made: the lane is closed, or the signal aborted. Each time
 * `note` goes before, on the permit, so that no other process calls there between the two; where the lane is frozen meanwhile there is no call.
 */
export async function askIn<T>(
  place: Place,
  call: NotedCall<T>,
  options: AskingOptions,
  signal: AbortSignal,
): Promise<CallAnswer<T> | null> {
  const { lanes, clock } = options;
  let failures = 0;
  while (lanes.isOpenIn(place.bot, place.chatId) && !signal.aborted) {
    const answer = await onPermit(place, call, options, signal);
    const waitMs = againInMs(answer, failures);
    if (waitMs === null) return answer;
    if (answer !== null) failures += isFlood(answer) ? 0 : 1;
    await clock.sleep(waitMs, signal);
  }
  return null;
}

/** Milliseconds after which it is tried again; null for an answer that decides. `answer` is null where the lane had no slot. */
function againInMs(answer: CallAnswer<unknown> | null, failures: number): number | null {
  if (answer === null) return POLL_MS;
  if (answer.ok) return null;
  if (isFlood(answer)) return 0; // The lane is frozen for as long as it takes.
  return answer.failure.class === "transient" && failures < TRIES ? PAUSE_MS : null;
}

function isFlood(answer: CallAnswer<unknown>): boolean {
  return !answer.ok && answer.failure.class === "flood";
}

/** Null where the lane had no slot, or is not to be called. */
async function onPermit<T>(
  { bot, chatId }: Place,
  { make, note }: NotedCall<T>,
  { lanes, clock }: AskingOptions,
  signal: AbortSignal,
): Promise<CallAnswer<T> | null> {
  const permit = lanes.takeIn(bot, chatId, clock.now(), AHEAD_MS);
  if (!permit) return null;
  try {
    if (!(await permit.ready(signal, 0)) || permit.lane.chat !== chatId) return null;
    if (note && (await unlessHeld(note())) === null) return null;
    if (!permit.leaves()) {
      permit.giveBack();
      return null;
    }
    const answer = await make(permit.lane.bot);
    permit.end(answer, "other");
    return answer;
  } finally {
    permit.drop();
  }
}
