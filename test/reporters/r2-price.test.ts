import { expect, it } from "vitest";
import { dollars, priceText, r2Price } from "../../src/reporters/r2-price.ts";

it("counts class A at $4.50 and class B at $0.36 a million", () => {
  expect(r2Price({ classA: 1_000_000, classB: 0 })).toBe(4.5);
  expect(r2Price({ classA: 0, classB: 1_000_000 })).toBe(0.36);
});

it("says what is free", () => {
  expect(priceText({ classA: 120, classB: 240_000 })).toBe(
    "about 120 Class A and 240,000 Class B operations, $0.09 (within what is free a month: 1,000,000 and 10,000,000)",
  );
  expect(priceText({ classA: 40_000, classB: 60_000_000 })).toBe(
    "about 40,000 Class A and 60,000,000 Class B operations, $21.78 (without the free ones: 1,000,000 and 10,000,000 a month)",
  );
});

it.each([
  [0, "$0.00"],
  [0.004, "under $0.01"],
  [0.005, "$0.01"],
  [1_234.5, "$1,234.50"],
])("writes %f as %s", (amount, text) => {
  expect(dollars(amount)).toBe(text);
});
