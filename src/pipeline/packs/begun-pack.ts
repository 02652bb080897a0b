import { LaneHeld, TakenElsewhere } from "../../domain/shared-work.ts";
import type { AttemptFacts, AttemptId, Ledger } from "../../ledgers/port.ts";
import { type Attempts, uploadBytes } from "../attempt.ts";
import { unsentFor } from "../begin-attempt.ts";
import { SAME_CONTENT, type Unsent } from "../outcome.ts";
import type { ReadyTask } from "./reading.ts";

/** Attempts of one call, as they were written down, and the tasks that they are of. */
export interface BegunPack {
  readonly going: readonly ReadyTask[];
  readonly facts: readonly AttemptFacts[];
  readonly ids: readonly AttemptId[];
  readonly bytes: number;
  /** Why the others are not sent, by their places among those that were asked for. */
  readonly left: ReadonlyMap<number, Unsent>;
}

export interface BeginPackOptions {
  readonly factsOf: (going: readonly ReadyTask[]) => readonly AttemptFacts[];
  readonly ledger: Ledger;
  /** Claims the hash of an object that was not read, where that has become known. */
  readonly attempts: Attempts;
}

/**
 * Writes down the attempts of one call, but for those that need none by now (see {@link beginAttempt}), or that another process is at, or was
 * since the ledger was asked about them; null where the lane is not to be called.
 */
export async function beginPack(
  ready: readonly ReadyTask[],
  options: BeginPackOptions,
): Promise<BegunPack | null> {
  let going = ready;
  const left = new Map<number, Unsent>();
  while (going.length > 0) {
    const facts = options.factsOf(going);
    const begun = await beginAll(going, facts, options);
    if (begun === "held") return null;
    if (begun.type === "begun") return { going, facts, ids: begun.attempts, bytes: bytesOf(going), left };
    for (const [{ asked }, why] of begun.left) left.set(asked, why);
    going = begun.going;
  }
  return { going, facts: [], ids: [], bytes: 0, left };
}

type Begun =
  | { readonly type: "begun"; readonly attempts: readonly AttemptId[] }
  /** None was; `going` is to be tried once more. */
  | {
      readonly type: "not_all";
      readonly going: readonly ReadyTask[];
      readonly left: ReadonlyMap<ReadyTask, Unsent>;
    }
  | "held";

async function beginAll(
  asked: readonly ReadyTask[],
  facts: readonly AttemptFacts[],
  { ledger, attempts }: BeginPackOptions,
): Promise<Begun> {
  const reads = asked.map(({ content }) => content);
  try {
    const answer = await ledger.beginAllRead(facts, reads);
    if (answer.type === "begun") return answer;
    const why = new Map(answer.left);
    return part(asked, (each, nth) => {
      const one = why.get(nth);
      if (!one) return each;
      if (one.type !== "learned") return unsentFor(one, each.content);
      const content = { ...each.content, sha256: one.content };
      return attempts.claimsHash(each.task, one.content) ? { ...each, content } : SAME_CONTENT;
    });
  } catch (error) {
    if (error instanceof LaneHeld) return "held";
    if (!(error instanceof TakenElsewhere)) throw error;
    return part(asked, (each, nth) => (nth === error.nth ? { type: "elsewhere" } : each));
  }
}

/** Parts those that may go from those that do not. */
function part(
  asked: readonly ReadyTask[],
  judge: (each: ReadyTask, nth: number) => ReadyTask | Unsent,
): Extract<Begun, { type: "not_all" }> {
  const going: ReadyTask[] = [];
  const left = new Map<ReadyTask, Unsent>();
  for (const [nth, each] of asked.entries()) {
    const judged = judge(each, nth);
    if ("type" in judged) left.set(each, judged);
    else going.push(judged);
  }
  return { type: "not_all", going, left };
}

/** Bytes of all uploads together. */
export function bytesOf(ready: readonly ReadyTask[]): number {
  return ready.reduce((sum, { prepared }) => sum + uploadBytes(prepared), 0);
}
