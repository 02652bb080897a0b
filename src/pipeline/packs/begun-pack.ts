import { LaneHeld, TakenElsewhere } from "../../domain/shared-work.ts";
import type { AttemptFacts, AttemptId, Ledger } from "../../ledgers/port.ts";
import { uploadBytes } from "../attempt.ts";
import type { ReadyTask } from "./reading.ts";

/** Attempts of one call, as they were written down, and the tasks that they are of. */
export interface BegunPack {
  readonly going: readonly ReadyTask[];
  readonly facts: readonly AttemptFacts[];
  readonly ids: readonly AttemptId[];
  readonly bytes: number;
}

/**
 * Writes down the attempts of one call, but for those that another process is at, or was since the ledger was asked about them; null
 * where the lane is not to be called.
 */
export async function beginPack(
  ready: readonly ReadyTask[],
  factsOf: (going: readonly ReadyTask[]) => readonly AttemptFacts[],
  ledger: Ledger,
): Promise<BegunPack | null> {
  let going = ready;
  while (going.length > 0) {
    const facts = factsOf(going);
    try {
      return { going, facts, ids: await ledger.beginAll(facts), bytes: bytesOf(going) };
    } catch (error) {
      if (error instanceof LaneHeld) return null;
      if (!(error instanceof TakenElsewhere)) throw error;
      going = going.filter((_, nth) => nth !== error.nth);
    }
  }
  return { going, facts: [], ids: [], bytes: 0 };
}

/** Bytes of all uploads together. */
export function bytesOf(ready: readonly ReadyTask[]): number {
  return ready.reduce((sum, { prepared }) => sum + uploadBytes(prepared), 0);
}
