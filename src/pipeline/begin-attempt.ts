import type { ContentId } from "../domain/content.ts";
import type { NotSent } from "../domain/known-content.ts";
import { LaneHeld, TakenElsewhere } from "../domain/shared-work.ts";
import type { Task } from "../domain/task.ts";
import type { AttemptFacts, BeginAnswer, Ledger, ReadContent, StoredId } from "../ledgers/port.ts";
import type { Prepared } from "../transfers/port.ts";
import { SAME_CONTENT, type Unsent } from "./outcome.ts";

/**
 * Writes an attempt down, unless its content turns out to need none: be it since another key of the same content was read, it may be ready by now,
 * also under another ETag, or in doubt, or on its way; another process may be at it, or was since the ledger was asked about it; and the lane
 * may be one that is not to be called. `claims` claims the hash of an object that was not read, where that has become known.
 */
export async function beginAttempt(
  ledger: Ledger,
  facts: AttemptFacts,
  read: ReadContent,
  claims: (content: ContentId) => boolean,
): Promise<Extract<BeginAnswer, { type: "begun" }> | Unsent> {
  try {
    const answer = await ledger.beginRead(facts, read);
    if (answer.type === "begun") return answer;
    if (answer.type !== "learned") return unsentFor(answer, read);
    if (!claims(answer.content)) return SAME_CONTENT;
    return await beginAttempt(ledger, facts, { ...read, sha256: answer.content }, claims);
  } catch (error) {
    if (error instanceof TakenElsewhere) return { type: "elsewhere" };
    if (error instanceof LaneHeld) return { type: "put_off", ms: 0 };
    throw error;
  }
}

/** What becomes of content that is not sent. */
export function unsentFor(why: NotSent<StoredId>, { sha256 }: ReadContent): Unsent {
  return why.type === "under_way" ? SAME_CONTENT : { content: sha256, ...why };
}

/**
 * What is known of the content of an object before its call: its hash, where it was read or that was known when it was decided on; else what
 * stands for it, and may have been learned since.
 */
export function readOf({ content, replace, evenInDoubt }: Task, prepared: Prepared): ReadContent {
  const sha256 = prepared.sha256() ?? content;
  return { sha256, evenIfKnown: replace, evenInDoubt: evenInDoubt ?? null };
}
