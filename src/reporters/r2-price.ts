import { LIMITS } from "../domain/limits.ts";
import type { R2Operations } from "../domain/work-forecast.ts";
import { count } from "./format.ts";

/** US dollars for so many operations of class A, as if none were free; 0 for less than none. */
export function classAPrice(operations: number): number {
  return price(operations, LIMITS.r2.classADollarsPerMillion);
}

/** US dollars for these operations, as if none were free. */
export function r2Price({ classA, classB }: R2Operations): number {
  return classAPrice(classA) + price(classB, LIMITS.r2.classBDollarsPerMillion);
}

/** What these operations cost at R2, in a phrase; traffic out of R2 is free. */
export function priceText(operations: R2Operations): string {
  const { classA, classB } = operations;
  const { classAFreePerMonth, classBFreePerMonth } = LIMITS.r2;
  const isFree = classA <= classAFreePerMonth && classB <= classBFreePerMonth;
  const free = isFree
    ? "within what is free a month: 1,000,000 and 10,000,000"
    : "without the free ones: 1,000,000 and 10,000,000 a month";
  const amounts = `about ${count(classA)} Class A and ${count(classB)} Class B operations`;
  return `${amounts}, ${dollars(r2Price(operations))} (${free})`;
}

/** `$1,234.50`; `under $0.01` for less than that. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.005) return "under $0.01";
  const [whole = "", cents = ""] = amount.toFixed(2).split(".");
  return `$${count(Number(whole))}.${cents}`;
}

function price(operations: number, perMillion: number): number {
  return (Math.max(0, operations) / 1_000_000) * perMillion;
}
