import { LIMITS } from "../domain/limits.ts";
import type { R2Operations } from "../domain/work-forecast.ts";

/** How the bucket is asked: by a listing, or by a HEAD for each key. */
export type R2Way = "list" | "head";

export interface R2Question {
  /** Keys that are asked about. */
  readonly keys: number;
  /** Keys that a listing would go through, as far as that is known: those that the ledger has there. */
  readonly listed: number;
}

/** Which way costs less: a page of 1,000 keys costs what 12.5 HEADs do, so few keys among many are asked for alone. */
export function cheaperWay({ keys, listed }: R2Question): R2Way {
  const { classADollarsPerMillion, classBDollarsPerMillion } = LIMITS.r2;
  return pagesOf(listed) * classADollarsPerMillion < keys * classBDollarsPerMillion ? "list" : "head";
}

/** What that way takes, if all is as the ledger says; what is not is asked for once more by a HEAD. */
export function operationsOf(way: R2Way, { keys, listed }: R2Question): R2Operations {
  return way === "list" ? { classA: pagesOf(listed), classB: 0 } : { classA: 0, classB: keys };
}

function pagesOf(listed: number): number {
  return Math.max(1, Math.ceil(listed / LIMITS.r2.pageObjects));
}
