import { join } from "node:path";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";
import { measure } from "../harness/measure.ts";
import type { Experiment } from "../harness/rounds.ts";
import { emptyQueue, planNew } from "./planning.ts";

/** Tasks that wait at most: the default of `--max-queue`. */
const WAITING = 500;

/** So many new objects through plan, ledger and a queue of the usual length, once: what counts is the memory of its process. */
export function millionExperiment(objects = 1_000_000): Experiment {
  return {
    open: async (folder) => {
      const ledger = await openSqliteLedger({ path: join(folder, "ledger.db"), command: "prewarm bench" });
      return {
        warmUps: 0,
        round: async () => {
          const way = { from: 0, to: objects, depth: WAITING };
          const { cpuMs, wallMs } = await measure(() => planNew(ledger, emptyQueue(), way));
          return {
            million: {
              cpu_us_per_item: (cpuMs * 1_000) / objects,
              objects_per_s: (objects * 1_000) / wallMs,
            },
          };
        },
        close: () => ledger.close(),
      };
    },
  };
}
