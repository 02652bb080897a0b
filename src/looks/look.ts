import type { Reason } from "../domain/reasons.ts";
import type { LookFacts, LostCalls } from "../ledgers/look-port.ts";
import type { CallAnswer, SeenMessage } from "../telegram/port.ts";
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
}

/** Texts of a button that does nothing. The second is for a message that a look left with the first. */
const BUTTONS = ["·", "··"] as const;
/** Refusals after which there is no button of ours: no other one says what is there, as that of a bot which was removed. */
const ABOUT_MESSAGE: readonly Reason[] = ["message_missing", "message_locked", "message_protected"];
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
  const id = await options.ledger.beginLook(facts);
  let shown: LookAnswer = "unclear";
  for (let tries = 0; tries < AGAIN && shown === "unclear"; tries++) {
    const button = BUTTONS[tries % BUTTONS.length] ?? "";
    const answer = await askIn(
      facts,
      (bot) => bot.editReplyMarkup(chatId, messageId, button),
      options,
      options.draining,
    );
    if (answer === null) break;
    if (answer.ok && answer.value !== "not modified") shown = answer.value;
    else if (!answer.ok && isDecided(answer)) shown = refusedAs(answer);
  }
  const isTouched = shown !== "missing" && shown !== "locked" && shown !== "protected";
  if (!isTouched || (await takeButton(facts, options))) await options.ledger.endLook(id);
  return shown;
}

/** A forward whose answer is lost may have left a copy of its own: its look stays open, and the next one is another look. */
async function lookByForward(facts: LookFacts, options: LookingOptions): Promise<LookAnswer> {
  const { chatId, messageId } = facts;
  for (let tries = 0; tries < AGAIN; tries++) {
    const id = await options.ledger.beginLook(facts);
    const answer = await askIn(
      facts,
      (bot) => bot.forward(chatId, options.from ?? chatId, messageId),
      options,
      options.draining,
    );
    if (answer !== null && !answer.ok && !isDecided(answer)) continue;
    if (answer === null || !answer.ok) {
      await options.ledger.endLook(id);
      return answer === null ? "unclear" : refusedAs(answer);
    }
    const copyId = answer.value.messageId;
    options.copied(copyId);
    await options.ledger.copied(id, copyId);
    if (await deleteCopy(facts, copyId, options)) await options.ledger.endLook(id);
    return answer.value;
  }
  return "unclear";
}

/** Takes the button of a look away; false where it may still be there. */
export async function takeButton(
  { bot, chatId, messageId }: Pick<LookFacts, "bot" | "chatId" | "messageId">,
  options: AskingOptions & { readonly aborting: AbortSignal },
): Promise<boolean> {
  const answer = await patiently(() =>
    askIn(
      { bot, chatId },
      (each) => each.editReplyMarkup(chatId, messageId, null),
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
    askIn({ bot, chatId }, (each) => each.deleteMessage(chatId, copyId), options, options.aborting),
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
