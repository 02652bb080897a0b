import { listingCost } from "../domain/listing-cost.ts";
import { count, interval } from "./format.ts";

/** What listing a bucket costs a month, in the sentence that a worker says at its start. */
export function listingLine(bucket: { readonly objects: number; readonly intervalMs: number }): string {
  const { operationsPerMonth, dollarsPerMonth, dollarsBeyondFree } = listingCost(bucket);
  const free =
    dollarsBeyondFree > 0
      ? `${dollars(dollarsBeyondFree)} beyond the first million, which is free`
      : "the first million a month is free";
  return `listing ${count(bucket.objects)} objects every ${interval(bucket.intervalMs)}: ${count(operationsPerMonth)} Class A operations a month, ${dollars(dollarsPerMonth)} (${free})`;
}

function dollars(amount: number): string {
  const [whole = "", cents = ""] = amount.toFixed(2).split(".");
  return `$${count(Number(whole))}.${cents}`;
}
