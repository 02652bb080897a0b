import type { R2Operations } from "./work-forecast.ts";

/** What a check of a ledger is going to do, and what that takes. */
export interface CheckPlan {
  /** Ids to be checked. */
  readonly ids: number;
  /** Of all that the filters take, where only a sample is checked. */
  readonly of: number;
  /** Rows that readers find no id by, so that there is nothing to check. */
  readonly without: number;
  /** How the bucket is asked; null where it is not. */
  readonly way: "list" | "head" | null;
  /** What the listing begins with. */
  readonly below: string;
  readonly operations: R2Operations;
  /** Questions to Telegram at the most; 0 where it is not asked. */
  readonly calls: number;
  /** Of them, a minute, for all bots together. */
  readonly callsPerMin: number;
  readonly etaSeconds: number;
}
