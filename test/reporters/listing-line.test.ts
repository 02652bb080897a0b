import { describe, expect, it } from "vitest";
import { listingLine } from "../../src/reporters/listing-line.ts";

const MINUTE = 60_000;

describe("what a listing costs", () => {
  it.each([
    { objects: 0, intervalMs: 5 * MINUTE, cost: "8,640 Class A operations a month, $0.04" },
    { objects: 1_000, intervalMs: 5 * MINUTE, cost: "8,640 Class A operations a month, $0.04" },
    { objects: 1_001, intervalMs: 5 * MINUTE, cost: "17,280 Class A operations a month, $0.08" },
    { objects: 12_345, intervalMs: 5 * MINUTE, cost: "112,320 Class A operations a month, $0.51" },
    { objects: 1, intervalMs: 2_592, cost: "1,000,000 Class A operations a month, $4.50" },
  ])("$objects objects each $intervalMs ms: $cost", ({ objects, intervalMs, cost }) => {
    expect(listingLine({ objects, intervalMs })).toContain(`: ${cost} (the first million a month is free)`);
  });

  it("says what is paid beyond the first million", () => {
    expect(listingLine({ objects: 1_000_000, intervalMs: 5 * MINUTE })).toBe(
      "listing 1,000,000 objects every 5m: 8,640,000 Class A operations a month, $38.88 ($34.38 beyond the first million, which is free)",
    );
    expect(listingLine({ objects: 30e6, intervalMs: 90_000 })).toBe(
      "listing 30,000,000 objects every 1m30s: 864,000,000 Class A operations a month, $3,888.00 ($3,883.50 beyond the first million, which is free)",
    );
  });
});
