import { LIMITS } from "./limits.ts";

/** What it costs a month to list a bucket again and again. */
export interface ListingCost {
  /** Class A operations: one a page, and an empty bucket has one too. */
  readonly operationsPerMonth: number;
  /** As if nothing were free. */
  readonly dollarsPerMonth: number;
  /** If the account uses its free operations for nothing else. */
  readonly dollarsBeyondFree: number;
}

/** Thirty days. */
const MONTH_MS = 30 * 86_400_000;

/** The cost of listing so many objects every `intervalMs` milliseconds of real time. Throws RangeError unless it is above 0. */
export function listingCost({
  objects,
  intervalMs,
}: {
  readonly objects: number;
  readonly intervalMs: number;
}): ListingCost {
  if (!(intervalMs > 0)) throw new RangeError(`an interval must be above 0 ms, not ${intervalMs}`);
  const { pageObjects, classADollarsPerMillion, classAFreePerMonth } = LIMITS.r2;
  const pages = Math.max(1, Math.ceil(objects / pageObjects));
  const operationsPerMonth = Math.round((pages * MONTH_MS) / intervalMs);
  const dollars = (operations: number) => (Math.max(0, operations) / 1_000_000) * classADollarsPerMillion;
  return {
    operationsPerMonth,
    dollarsPerMonth: dollars(operationsPerMonth),
    dollarsBeyondFree: dollars(operationsPerMonth - classAFreePerMonth),
  };
}
