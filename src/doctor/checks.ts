import type { Check } from "./check.ts";
import { CONFIGURATION } from "./configuration.ts";
import { LEDGER } from "./ledger.ts";
import { PACE } from "./pace.ts";
import { R2 } from "./r2.ts";
import { RUNTIME } from "./runtime.ts";
import { TELEGRAM } from "./telegram.ts";
import { WORKER } from "./worker.ts";

/** Every check, in the order in which findings are told. */
export const CHECKS: readonly Check[] = [
  ...RUNTIME,
  ...CONFIGURATION,
  ...R2,
  ...TELEGRAM,
  ...LEDGER,
  ...PACE,
  ...WORKER,
];
