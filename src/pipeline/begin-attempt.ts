import { isProvisional } from "../domain/content.ts";
import { LaneHeld, TakenElsewhere } from "../domain/shared-work.ts";
import type { Task } from "../domain/task.ts";
import type { AttemptFacts, BeginAnswer, Ledger, ReadContent } from "../ledgers/port.ts";
import type { Prepared } from "../transfers/port.ts";
import type { Outcome } from "./outcome.ts";

/** An attempt that was begun, or why it was not. */
type Begun =
  | Extract<BeginAnswer, { type: "begun" }>
  | Extract<Outcome["result"], { type: "known" | "in_doubt" | "elsewhere" | "put_off" }>;

/**
 * Writes an attempt down. A hash that is known before the call, be it since another key of the same content was read, may show that the content is ready by now, also under another ETag;
 * another process may be at it, or was since the ledger was asked about it; and the lane may be one that is not to be called.
 */
export async function beginAttempt(
  ledger: Ledger,
  facts: AttemptFacts,
  read: ReadContent | null,
): Promise<Begun> {
  try {
    if (read === null) return { type: "begun", attempt: await ledger.begin(facts) };
    const answer = await ledger.beginRead(facts, read);
    return answer.type === "begun" ? answer : { content: read.sha256, ...answer };
  } catch (error) {
    if (error instanceof TakenElsewhere) return { type: "elsewhere" };
    if (error instanceof LaneHeld) return { type: "put_off", ms: 0 };
    throw error;
  }
}

/**
 * What stands for the content of an object that was not read, and may have been learned since it was decided on; null where its hash was
 * known then.
 */
export function unreadOf({ content, replace, evenInDoubt }: Task): ReadContent | null {
  if (!isProvisional(content)) return null;
  return { sha256: content, evenIfKnown: replace, evenInDoubt: evenInDoubt ?? null };
}

/** What is known of the content of an object before its call; null where it was not read. */
export function readOf(task: Task, prepared: Prepared): ReadContent | null {
  const sha256 = prepared.sha256();
  if (sha256 === null) return null;
  return { sha256, evenIfKnown: task.replace, evenInDoubt: task.evenInDoubt ?? null };
}
