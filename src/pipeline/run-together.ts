import type { Stop } from "./stop.ts";

/**
 * Runs these loops side by side until all have ended. When one breaks, the others are cut off and waited for, since what is
 * under way still writes to the ledger; then what broke is thrown.
 */
export async function runTogether(loops: readonly { run(): Promise<void> }[], stop: Stop): Promise<void> {
  const running = loops.map((loop) =>
    loop.run().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}
