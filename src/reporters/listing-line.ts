import { LIMITS } from "../domain/limits.ts";
import { count, interval } from "./format.ts";
import { classAPrice, dollars } from "./r2-price.ts";

/** Thirty days. */
const MONTH_MS = 30 * 86_400_000;

/**
 * What listing a bucket costs a month, in the sentence that a worker logs at its start: Class A operations (one a page, and
 * an empty bucket has a page too), their price as if none were free, and the price if the account uses its free ones for
 * nothing else. `intervalMs` is real time between two listings, above 0.
 */
export function listingLine(bucket: { readonly objects: number; readonly intervalMs: number }): string {
  const { objects, intervalMs } = bucket;
  const { pageObjects, classAFreePerMonth } = LIMITS.r2;
  const pages = Math.max(1, Math.ceil(objects / pageObjects));
  const operations = Math.round((pages * MONTH_MS) / intervalMs);
  const beyond = classAPrice(operations - classAFreePerMonth);
  const free =
    beyond > 0
      ? `${dollars(beyond)} beyond the first million, which is free`
      : "the first million a month is free";
  return `listing ${count(objects)} objects every ${interval(intervalMs)}: ${count(operations)} Class A operations a month, ${dollars(classAPrice(operations))} (${free})`;
}
