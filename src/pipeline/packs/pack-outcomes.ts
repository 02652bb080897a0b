import { failure } from "../../domain/failure.ts";
import type { AttemptId } from "../../ledgers/port.ts";
import type { PackAnswer } from "../../telegram/pack-port.ts";
import type { Outcome } from "../outcome.ts";
import type { AfterPack } from "./after-pack.ts";
import type { BegunPack } from "./begun-pack.ts";
import type { ReadyTask } from "./reading.ts";

/** The answer to a call for several tasks, and what follows where it failed. */
interface PackEnd {
  readonly answer: PackAnswer;
  readonly then: AfterPack | null;
}

/** Returns what the call of these tasks came to for each of them, in their order. */
export function outcomesOf(
  ready: readonly ReadyTask[],
  { facts, ids }: BegunPack,
  answered: PackEnd,
): Outcome[] {
  const message = { rows: ready.length };
  const { started, ended } = answered.answer.times;
  const send = ended - started;
  return ready.flatMap((each, index): Outcome[] => {
    const [fact, attempt] = [facts[index], ids[index]];
    if (fact === undefined || attempt === undefined) return [];
    const spent = { ...each.spent, send, place: (each.spent.place + send) / ready.length };
    const pack = { id: fact.pack?.id ?? "", size: ready.length, index, message };
    const result = resultOf(each, { index, attempt }, answered);
    return [{ facts: fact, pack, spent, transfer: each.prepared.transfer, result }];
  });
}

function resultOf(
  { task, prepared }: ReadyTask,
  { index, attempt }: { readonly index: number; readonly attempt: AttemptId },
  { answer, then }: PackEnd,
): Outcome["result"] {
  const content = prepared.sha256() ?? task.content;
  const { mime, shown } = prepared;
  const sent = answer.ok ? answer.value.blocks[index]?.sent : null;
  if (sent) return { type: "sent", attempt, sent, content, mime, shown };
  const cause = answer.ok ? failure("bad_answer", "its block holds no file_id") : answer.failure;
  const isItsOwn = then === null || then.do === "each" || (then.do === "fail one" && then.medium === index);
  if (!isItsOwn) return { type: "packed_again", attempt, failure: cause };
  return { type: "failed", attempt, failure: cause, startedAt: answer.times.started, content };
}
