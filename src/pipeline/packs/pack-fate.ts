import { isAsRead, type Outcome } from "../outcome.ts";
import type { ReadTask } from "../read-ahead.ts";
import type { AfterPack } from "./after-pack.ts";
import type { PackCall } from "./pack-attempts.ts";
import type { PackTask } from "./reading.ts";

/** What a pack came to, for those who look for a medium that is at fault. */
export type PackFate = "posted" | "refused" | "other";

/** What follows where Telegram took none of a pack. */
export const REFUSALS: readonly AfterPack["do"][] = ["halve", "set apart", "go singly"];

/** Whether a pack was refused by a text that speaks of a medium. */
export function isOfMedium(call: { readonly answer: PackCall["answer"] } | null): boolean {
  return call !== null && !call.answer.ok && call.answer.failure.class === "media";
}

/** Whether Telegram asked to wait. */
export function isFlood({ answer }: { readonly answer: PackCall["answer"] }): boolean {
  return !answer.ok && answer.failure.class === "flood";
}

/** What a call came to; `other` where none was made. */
export function fateOf(call: PackCall | null): PackFate {
  if (call?.answer.ok) return "posted";
  return call?.then?.do === "halve" ? "refused" : "other";
}

/** Whether this one may be what its pack was refused for, so that it goes no other way than by itself or among suspects. */
export function isSuspect(asked: number, call: PackCall | null, outcome: Outcome | undefined): boolean {
  if (!call?.then || outcome?.result.type !== "packed_again") return false;
  const { then, places } = call;
  if (then.do === "set apart") return places[then.medium] === asked;
  return then.do === "halve" || then.do === "go singly" || (then.do === "shrink" && places.length === 1);
}

/** What was read of a task that goes again as it was read. */
export function readOf({ read }: PackTask, outcome: Outcome | undefined): ReadTask | undefined {
  return outcome && isAsRead(outcome) ? read : undefined;
}
