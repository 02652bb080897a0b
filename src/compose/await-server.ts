import { type Clock, systemClock } from "../domain/clock.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LedgerWish } from "./connect.ts";

/** As long as a server is waited for that goes away later. */
const PATIENCE_MS = 10 * 60_000;
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [500, 5_000];

/**
 * Opens a ledger again and again while its server is away, for ten minutes: a machine that boots may be up before its network, and a
 * service manager that starts a worker anew each time gives up after a few. Tells of the wait and of its end. Throws what opening throws:
 * at once for what is not mended by waiting.
 */
export async function onceThere<T>(
  open: () => Promise<T>,
  tell: NonNullable<LedgerWish["tell"]>,
  clock: Clock = systemClock(),
): Promise<T> {
  const began = clock.now();
  for (let pause = SHORTEST_PAUSE_MS, nth = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS), nth++) {
    try {
      const opened = await open();
      if (nth > 1) tell("info", `the ledger is there after ${Math.round((clock.now() - began) / 1000)} s`);
      return opened;
    } catch (error) {
      if (!isAway(error) || clock.now() - began >= PATIENCE_MS) throw error;
      if (nth === 1)
        tell("warn", `${error.message}: waiting for it, for up to ${PATIENCE_MS / 60_000} minutes`);
      await clock.sleep(pause);
    }
  }
}

function isAway(error: unknown): error is LedgerError {
  return error instanceof LedgerError && error.fault === "away";
}
