import type { Reason } from "../domain/reasons.ts";
import type { LookFacts, LookId, LostCalls } from "../ledgers/look-port.ts";
import type { Bot, CallAnswer, SeenMessage } from "../telegram/port.ts";
import { type AskingOptions, askIn } from "./asking.ts";

/** What a look showed: a message, none, one that may not be asked for this way, a chat that allows no such way, or nothing that decides. */
export type LookAnswer = SeenMessage | "missing" | "locked" | "protected" | "unclear";

export interface LookOptions extends AskingOptions {
  readonly ledger: LostCalls;
  /** No look begins any more. */
  readonly draining: AbortSignal;
  /** Nothing is called any more, not even to take away what a look left. */
  readonly aborting: AbortSignal;
}

interface LookingOptions extends LookOptions {
  /** The chat that a forward copies from, where that is another one. */
  readonly from?: string | undefined;
  /** Hears of a copy that is in the chat now, or was. */
  readonly copied: (copyId: number) => void;
  /** Hears whether any answer came to a forward: without one each of its calls may have left a copy. */
  readonly answered: (isAnswered: boolean) => void;
}

/** Texts of a button that does nothing. The second is for a message that a look left with the first. */
const BUTTONS = ["·", "··"] as const;
/** Refusals after which there is no button of ours: no other one says what is there, as that of a bot which was removed. */
const ABOUT_MESSAGE: readonly Reason[] = ["message_missing", "message_locked", "message_protected"];
/** What an edit showed that left no button. */
const UNTOUCHED: ReadonlySet<LookAnswer> = new Set(["missing", "locked", "protected"]);
/** A look whose answer is lost is made again so often. */
const AGAIN = 3;

/**
 * Looks at one message. The look is in the ledger before its first call, and ends there once nothing of it is left in the chat: the
 * button is taken away, the copy deleted. Throws LedgerError.
 */
export async function look(facts: LookFacts, options: LookingOptions): Promise<LookAnswer> {
  if (options.draining.aborted) return "unclear";
  return facts.way === "edit" ? lookByEdit(facts, options) : lookByForward(facts, options);
}

async function lookByEdit(facts: LookFacts, options: LookingOptions): Promise<LookAnswer> {
  const { chatId, messageId } = facts;
  const begun: LookId[] = [];
  let shown: LookAnswer = "unclear";
  for (let tries = 0; tries < AGAIN && shown === "unclear"; tries++) {
    const button = BUTTONS[tries % BUTTONS.length] ?? "";
    const { answer, look } = await askNoted(
      facts,
      (bot) => bot.editReplyMarkup(chatId, messageId, button),
      options,
    );
    if (look !== null) begun.push(look);
    if (answer === null) break;
    shown = shownBy(answer);
  }
  const isClear = begun.length === 0 || UNTOUCHED.has(shown) || (await takeButton(facts, options));
  if (isClear) for (const look of begun) await options.ledger.endLook(look);
  return shown;
}

function shownBy(answer: CallAnswer<SeenMessage | "not modified">): LookAnswer {
  if (answer.ok) return answer.value === "not modified" ? "unclear" : answer.value;
  return isDecided(answer) ? refusedAs(answer) : "unclear";
}

/** A forward whose answer is lost may have left a copy of its own: its look stays open, and the next one is another look. */
async function lookByForward(facts: LookFacts, options: LookingOptions): Promise<LookAnswer> {
  const { chatId, messageId } = facts;
  const { ledger, copied, answered, from = chatId } = options;
  for (let tries = 0; tries < AGAIN; tries++) {
    const { answer, look } = await askNoted(facts, (bot) => bot.forward(chatId, from, messageId), options);
    if (look === null) return "unclear";
    if (answer !== null && !answer.ok && !isDecided(answer)) continue;
    answered(true);
    if (answer === null || !answer.ok) {
      await ledger.endLook(look);
      return answer === null ? "unclear" : refusedAs(answer);
    }
    const copyId = answer.value.messageId;
    copied(copyId);
    await ledger.copied(look, copyId);
    if (await deleteCopy(facts, copyId, options)) await ledger.endLook(look);
    return answer.value;
  }
  answered(false);
  return "unclear";
}

/**
 * Makes a call that may leave something in the chat, for which there is a look in the ledger from right before it on. A process that begins
 * takes each look that it finds there for one that a crash left, and ends it: one that waited for its turn meanwhile would be made unseen.
 */
async function askNoted<T>(
  facts: LookFacts,
  make: (bot: Bot) => Promise<CallAnswer<T>>,
  options: LookOptions,
): Promise<{ readonly answer: CallAnswer<T> | null; readonly look: LookId | null }> {
  const { ledger, draining } = options;
  let look: LookId | null = null;
  const note = async () => {
    const before = look;
    look = null;
    // Of one that was refused, or not made, nothing is there.
    if (before !== null) await ledger.endLook(before);
    look = await ledger.beginLook(facts);
  };
  const answer = await askIn(facts, { make, note }, options, draining);
  return { answer, look };
}

/** Takes the button of a look away; false where it may still be there. */
export async function takeButton(
  { bot, chatId, messageId }: Pick<LookFacts, "bot" | "chatId" | "messageId">,
  options: AskingOptions & { readonly aborting: AbortSignal },
): Promise<boolean> {
  const answer = await patiently(() =>
    askIn(
      { bot, chatId },
      { make: (each) => each.editReplyMarkup(chatId, messageId, null) },
      options,
      options.aborting,
    ),
  );
  return answer !== null && (answer.ok || ABOUT_MESSAGE.includes(answer.failure.reason));
}

/** Deletes the copy that a forward made; false where it may still be there. */
export async function deleteCopy(
  { bot, chatId }: Pick<LookFacts, "bot" | "chatId">,
  copyId: number,
  options: AskingOptions & { readonly aborting: AbortSignal },
): Promise<boolean> {
  const answer = await patiently(() =>
    askIn({ bot, chatId }, { make: (each) => each.deleteMessage(chatId, copyId) }, options, options.aborting),
  );
  return answer !== null && (answer.ok || answer.failure.reason === "message_missing");
}

/** What was asked for is done when it is asked for twice. */
async function patiently<T>(ask: () => Promise<CallAnswer<T> | null>): Promise<CallAnswer<T> | null> {
  let answer = await ask();
  for (let tries = 1; tries < AGAIN && answer && !answer.ok && !isDecided(answer); tries++)
    answer = await ask();
  return answer;
}

type RefusedLook = Extract<CallAnswer<unknown>, { ok: false }>;

/** Whether it is known that nothing was changed, and why. */
function isDecided({ failure }: RefusedLook): boolean {
  return failure.class !== "in_doubt";
}

function refusedAs({ failure }: RefusedLook): Exclude<LookAnswer, SeenMessage> {
  if (failure.reason === "message_missing") return "missing";
  if (failure.reason === "message_locked") return "locked";
  return failure.reason === "message_protected" ? "protected" : "unclear";
}
