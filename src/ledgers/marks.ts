import type { ForgottenKeys } from "./forget-port.ts";
import type { ReportedIds } from "./reported.ts";

/** A ledger in which what is not true any more is marked, beside whoever writes to it. */
export interface LedgerMarks extends ForgottenKeys {
  markDead: ReportedIds["markDead"];
  close(): Promise<void>;
}
