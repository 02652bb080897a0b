import { type Failure, failure } from "../../domain/failure.ts";
import type { Permit } from "../../lanes/port.ts";
import type { CanaryMessage, PackedCalls, UnprovedId } from "../../ledgers/pack-port.ts";
import { type CanaryVerdict, canaryVerdict } from "./canary.ts";

/** What a canary came to, and the message that is still to be deleted, if it posted one. */
export interface CanaryTrial {
  readonly verdict: CanaryVerdict;
  readonly message: CanaryMessage | null;
  /** Why the id was refused, or nothing was found out; null where it went. */
  readonly failure: Failure | null;
}

/** Sends an id that came in a pack by the method of its kind, once; null where the permit was lost. Throws LedgerError. */
export async function tryId(
  id: UnprovedId,
  permit: Permit,
  { ledger, draining }: { readonly ledger: PackedCalls; readonly draining: AbortSignal },
): Promise<CanaryTrial | null> {
  if (!(await permit.ready(draining, 0))) return null;
  const { bot, chat } = permit.lane;
  const canary = await ledger.beginCanary(id, chat);
  const { kind, confirmation } = id;
  if (!permit.stillHolds()) {
    const why = failure("flood_wait", `${chat} takes no calls for now; none was made`);
    await ledger.endCanary(canary, { state: "failed", failure: why });
    return null;
  }
  const answer = await bot.send({ chat, kind, media: confirmation.stored.fileId });
  // The id is on trial, not the chat.
  permit.end(answer, "other");
  const verdict = canaryVerdict(kind, answer);
  if (!answer.ok) {
    const isLost = answer.failure.class === "in_doubt";
    await ledger.endCanary(canary, { state: isLost ? "unknown" : "failed", failure: answer.failure });
    return { verdict, message: null, failure: answer.failure };
  }
  const { chatId, messageId } = answer.value;
  await ledger.endCanary(canary, { state: "ready", messageId });
  return { verdict, message: { canary, bot: bot.slug, kind, chatId, messageId }, failure: null };
}

/** Deletes the message of a canary; false where the permit was lost or Telegram would not do it now. Throws LedgerError. */
export async function removeCanary(
  { canary, chatId, messageId }: CanaryMessage,
  permit: Permit,
  { ledger, draining }: { readonly ledger: PackedCalls; readonly draining: AbortSignal },
): Promise<boolean> {
  if (!(await permit.ready(draining, 0)) || !permit.stillHolds()) return false;
  const answer = await permit.lane.bot.deleteMessage(chatId, messageId);
  permit.end(answer, "other");
  const mayPass = !answer.ok && (answer.failure.class === "flood" || answer.failure.class === "transient");
  if (mayPass) return false;
  await ledger.endCanary(canary, { state: "discarded" });
  return true;
}
