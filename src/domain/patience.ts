import type { Clock } from "./clock.ts";
import type { Failure } from "./failure.ts";
import type { Result } from "./result.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How often, and after which pauses, something is tried again that failed for a reason that may pass. */
export interface Patience {
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds of the clock before the next try, of which `tries` have been retries. */
  pauseMs(tries: number): number;
}

/** The patience of a run (`--retries`), with everything it asks for: pauses double, and are spread so that no two fall together. */
export function patienceOf(retries: number, random: () => number): Patience {
  return {
    retries,
    pauseMs: (tries) => Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (0.5 + random() / 2),
  };
}

/** For those who wait for an answer themselves, and for whom a second and a third try are enough. */
export const HASTE: Patience = { retries: 2, pauseMs: (tries) => 100 * 4 ** tries };

interface Asking {
  readonly patience: Patience;
  readonly clock: Clock;
  /** Ends the pauses, and with them the tries. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a failure is worth another try. */
  readonly mayPass: (failure: Failure) => boolean;
  /** Told of the failure after which it is asked again for the first time. */
  readonly told?: (failure: Failure) => void;
}

/** Asks until there is a value, what failed will not pass, the patience is at its end, or the signal aborts. */
export async function askPatiently<T>(
  ask: () => Promise<Result<T>>,
  { patience, clock, signal, mayPass, told }: Asking,
): Promise<Result<T>> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (answer.ok || signal?.aborted || tries >= patience.retries || !mayPass(answer.failure)) return answer;
    if (tries === 0) told?.(answer.failure);
    await clock.sleep(patience.pauseMs(tries), signal);
  }
}
