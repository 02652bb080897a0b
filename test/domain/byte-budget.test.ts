import { describe, expect, it } from "vitest";
import { ByteBudget } from "../../src/domain/byte-budget.ts";

describe("a budget of bytes", () => {
  it("gives room until it is used up, and again once it is released", () => {
    const budget = new ByteBudget(100);
    expect([budget.reserve(60), budget.reserve(41), budget.reserve(40), budget.used]).toEqual([
      true,
      false,
      true,
      100,
    ]);
    budget.release(60);
    expect([budget.reserve(60), budget.reserve(1)]).toEqual([true, false]);
  });

  it("has whoever keeps bytes give way, and no further than is needed", () => {
    const budget = new ByteBudget(100);
    let kept = 90;
    budget.reserve(kept);
    const asked: number[] = [];
    const giveUp = (bytes: number) => {
      asked.push(bytes);
      kept -= bytes;
      budget.release(bytes);
    };
    budget.keptBy({ bytes: () => kept, giveUp });
    expect([budget.reserve(10), budget.reserve(30), budget.used]).toEqual([true, true, 100]);
    // What is not kept cannot give way: nothing is given up in vain.
    expect(budget.reserve(61)).toBe(false);
    expect(asked).toEqual([30]);
  });
});
