import type { Clock } from "../domain/clock.ts";
import type { Watch } from "./keep-warm.ts";

/** Milliseconds of the engine's clock for which a worker does nothing else before what is left of packs is done. */
const FIRST_MS = 120_000;

/**
 * Does what an earlier process left of packs (`finish`) before anything else is done, or, where its lanes have to wait for longer,
 * beside that. Returns what goes on beside. Throws LedgerError.
 */
export async function finishFirst(finish: () => Promise<void>, clock: Clock): Promise<Watch> {
  const finishing = finish();
  const early = new AbortController();
  await Promise.race([finishing, clock.sleep(FIRST_MS, early.signal)]).finally(() => early.abort());
  return { run: () => finishing, again: () => {} };
}
