import { failure } from "../domain/failure.ts";
import { AttemptLost } from "../domain/shared-work.ts";

/** Why an object is in doubt whose call was answered, but not in time for the ledger. */
export const STOOD_STILL = failure(
  "process_died",
  "this process stood still for longer than its attempt was its own; it was noted as in doubt",
);

/** Records how an attempt ended; does `otherwise` where others have noted that meanwhile, since it is not this process's any more. */
export async function unlessLost<T>(record: () => Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await record();
  } catch (error) {
    if (!(error instanceof AttemptLost)) throw error;
    return otherwise();
  }
}
