import { describe, expect, it } from "vitest";
import { listingCost } from "../../src/domain/listing-cost.ts";
import { listingLine } from "../../src/reporters/listing-line.ts";

const MINUTE = 60_000;

describe("what a listing costs", () => {
  it.each([
    { objects: 0, intervalMs: 5 * MINUTE, operations: 8_640, dollars: 0.03888, beyond: 0 },
    { objects: 1_000, intervalMs: 5 * MINUTE, operations: 8_640, dollars: 0.03888, beyond: 0 },
    { objects: 1_001, intervalMs: 5 * MINUTE, operations: 17_280, dollars: 0.07776, beyond: 0 },
    { objects: 12_345, intervalMs: 5 * MINUTE, operations: 112_320, dollars: 0.50544, beyond: 0 },
    { objects: 1_000_000, intervalMs: 5 * MINUTE, operations: 8_640_000, dollars: 38.88, beyond: 34.38 },
    { objects: 1, intervalMs: 2_592, operations: 1_000_000, dollars: 4.5, beyond: 0 },
  ])("$objects objects each $intervalMs ms: $operations operations", ({ objects, intervalMs, ...cost }) => {
    const found = listingCost({ objects, intervalMs });
    expect(found.operationsPerMonth).toBe(cost.operations);
    expect(found.dollarsPerMonth).toBeCloseTo(cost.dollars, 9);
    expect(found.dollarsBeyondFree).toBeCloseTo(cost.beyond, 9);
  });

  it("has no price without an interval", () => {
    expect(() => listingCost({ objects: 1, intervalMs: 0 })).toThrow(RangeError);
  });

  it("is said in a sentence", () => {
    expect(listingLine({ objects: 12_345, intervalMs: 5 * MINUTE })).toBe(
      "listing 12,345 objects every 5m: 112,320 Class A operations a month, $0.51 (the first million a month is free)",
    );
    expect(listingLine({ objects: 30e6, intervalMs: 90_000 })).toBe(
      "listing 30,000,000 objects every 1m30s: 864,000,000 Class A operations a month, $3,888.00 ($3,883.50 beyond the first million, which is free)",
    );
  });
});
