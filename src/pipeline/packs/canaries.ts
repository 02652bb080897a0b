import type { Emitter } from "../../domain/events.ts";
import { type Failure, type FailureClass, failure } from "../../domain/failure.ts";
import { unlessHeld } from "../../domain/shared-work.ts";
import type { Permit } from "../../lanes/port.ts";
import type { CanaryMessage, PackedCalls, UnprovedId } from "../../ledgers/pack-port.ts";
import type { OwnAnswers } from "../own-answers.ts";
import { type CanaryVerdict, canaryVerdict } from "./canary.ts";

/** What a canary came to, and the message that is still to be deleted, if it posted one. */
export interface CanaryTrial {
  readonly verdict: CanaryVerdict;
  readonly message: CanaryMessage | null;
  /** Why the id was refused, or nothing was found out; null where it went. */
  readonly failure: Failure | null;
}

/** Of a deletion: after these failures the message may be there. */
const MAY_BE_THERE: readonly FailureClass[] = ["transient", "in_doubt", "chat", "auth"];

/** What a deletion came to. `waits`: there was no call for now, or a wait was asked for; `unclear`: the message may be there. */
type Deletion = "gone" | "waits" | "unclear";

/** What calls of canaries need. */
export interface CanaryCalls {
  readonly ledger: PackedCalls;
  readonly draining: AbortSignal;
  readonly events: Emitter;
}

/** What it takes to try an id besides that. */
export interface TrialCalls extends CanaryCalls {
  readonly answers: OwnAnswers;
  /** Makes the caption by which its message is known where its answer is lost; null for a message without one. */
  readonly tag: () => string | null;
}

/** Whether it may have posted although no answer came: it is not made again by itself, or there would be one message more each time. */
export function isLost({ failure }: CanaryTrial): boolean {
  return failure?.class === "in_doubt";
}

/** Sends an id that came in a pack by the method of its kind, once; null where the permit was lost. Throws LedgerError. */
export async function tryId(
  id: UnprovedId,
  permit: Permit,
  { ledger, draining, answers, events, tag }: TrialCalls,
): Promise<CanaryTrial | null> {
  if (!(await permit.ready(draining, 0))) return null;
  const { bot, chat } = permit.lane;
  const caption = tag();
  const canary = await unlessHeld(ledger.beginCanary(id, chat, caption));
  if (canary === null) return null;
  const { kind, confirmation } = id;
  if (!permit.leaves()) {
    const why = failure("flood_wait", `${chat} takes no calls for now; none was made`);
    await ledger.endCanary(canary, { state: "failed", failure: why });
    return null;
  }
  const media = confirmation.stored.fileId;
  const answer = answers.check(await bot.send({ chat, kind, media, caption: caption ?? undefined }));
  // The id is on trial, not the chat.
  permit.end(answer, "other");
  const verdict = canaryVerdict(kind, answer);
  if (!answer.ok) {
    const trial = { verdict, message: null, failure: answer.failure };
    await ledger.endCanary(canary, { state: isLost(trial) ? "unknown" : "failed", failure: answer.failure });
    if (isLost(trial)) events.emit("notice", { level: "warn", text: lostWords(id, chat, caption) });
    return trial;
  }
  const { chatId, messageId } = answer.value;
  await ledger.endCanary(canary, { state: "ready", messageId });
  return { verdict, message: { canary, bot: bot.slug, kind, chatId, messageId }, failure: null };
}

function lostWords({ key, kind }: UnprovedId, chat: string, tag: string | null): string {
  const left =
    tag === null
      ? `a ${kind} without a caption may be left in ${chat}`
      : `a ${kind} with the caption ${tag} may be left in ${chat}, where a later run looks for it`;
  return `no answer came when the id of ${key} from a pack was tried: ${left}; the next run tries that id once more`;
}

/** Deletes the message of a canary, and says so where Telegram does that no more. Throws LedgerError. */
export async function removeCanary(
  { canary, chatId, messageId }: CanaryMessage,
  permit: Permit,
  { ledger, draining, events }: CanaryCalls,
): Promise<Deletion> {
  if (!(await permit.ready(draining, 0)) || !permit.leaves()) return "waits";
  const answer = await permit.lane.bot.deleteMessage(chatId, messageId);
  permit.end(answer, "other");
  const why = answer.ok ? null : answer.failure;
  if (why?.class === "flood") return "waits";
  // A group that became a supergroup has taken its messages along, under ids that nobody knows.
  if (why && why.reason !== "chat_migrated" && MAY_BE_THERE.includes(why.class)) return "unclear";
  await ledger.endCanary(canary, { state: "discarded" });
  if (why && why.reason !== "message_missing") {
    const text = `message ${messageId} of a trial stays in ${chatId} and cannot be deleted by the bot any more (${why.message}); delete it if it is in the way`;
    events.emit("notice", { level: "warn", text });
  }
  return "gone";
}
