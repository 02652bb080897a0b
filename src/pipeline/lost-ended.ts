import { failure } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Task } from "../domain/task.ts";
import type { Confirmation, StoredId } from "../ledgers/port.ts";
import type { LookVerdict } from "../looks/port.ts";
import type { Ended } from "./plan.ts";
import { errorFields, idFields, itemResult } from "./results.ts";

/** An object whose message was there. */
export function foundItem(
  { entry, bot, kind }: Task,
  stored: StoredId,
  { weakness }: Pick<Confirmation, "weakness">,
): Ended {
  const about = { key: entry.key, bot, bytes: entry.bytes, entry, resolved: "found" } as const;
  const status = weakness ? "weak" : "ready";
  return {
    type: "item",
    item: itemResult({ ...about, status, reason: weakness?.reason ?? null, ...idFields(stored, kind) }),
  };
}

/** An object that stays `unknown`: its message may be there, or may yet come. */
export function stillUnknown(
  { entry, bot, kind }: Task,
  verdict: Extract<LookVerdict, { is: "later" | "open" }>,
  reason: Reason | null,
): Ended {
  const isLater = verdict.is === "later";
  const text = isLater
    ? `its message may still come; it can be looked for from ${new Date(verdict.at).toISOString()} on`
    : `it was not sent again: ${verdict.why}`;
  const about = { key: entry.key, bot, kind, bytes: entry.bytes, entry, left: true };
  const cause = failure(reason ?? "answer_lost", text);
  const when = isLater ? { lookAt: verdict.at } : { resolvedWhy: verdict.why };
  return { type: "item", item: itemResult({ ...about, ...when, status: "unknown", ...errorFields(cause) }) };
}
