import { describe, expect, it } from "vitest";
import { SameSize } from "../../src/lanes/same-size.ts";

describe("same-size spacing", () => {
  it.each([
    [0, 0],
    [100_000, 0],
    [100_001, 200],
    [2_000_000, 200],
    [2_000_001, 200.0001],
    [5_000_000, 500],
    [8_999_999, 899.9999],
    [9_000_000, 900],
    [49_990_000, 900],
  ])("puts uploads of %i bytes %d ms apart", (bytes, distance) => {
    const spacing = new SameSize();
    const slots = [1, 2, 3].map(() => spacing.take("default", bytes, 1_000));
    expect(slots[0]).toBe(1_000);
    expect(slots[1]).toBeCloseTo(1_000 + distance, 6);
    expect(slots[2]).toBeCloseTo(1_000 + 2 * distance, 6);
  });

  it("takes back what was booked last, and nothing else", () => {
    const spacing = new SameSize();
    const [first, second] = [1, 2].map(() => spacing.take("default", 5_000_000, 0));
    spacing.giveBack("default", 5_000_000, first ?? 0);
    expect(spacing.take("default", 5_000_000, 0)).toBe(1_000);
    spacing.giveBack("default", 5_000_000, 1_000);
    spacing.giveBack("default", 5_000_000, second ?? 0);
    spacing.giveBack("default", 1_000, 0);
    expect(spacing.take("default", 5_000_000, 0)).toBe(500);
  });

  it("counts each bot and each size for itself", () => {
    const spacing = new SameSize();
    spacing.take("default", 5_000_000, 0);
    expect(spacing.take("other", 5_000_000, 0)).toBe(0);
    expect(spacing.take("default", 5_000_001, 0)).toBe(0);
    expect(spacing.take("default", 5_000_000, 0)).toBe(500);
  });

  it("asks for no wait once the distance has passed", () => {
    const spacing = new SameSize();
    spacing.take("default", 5_000_000, 0);
    expect(spacing.take("default", 5_000_000, 499)).toBe(500);
    expect(spacing.take("default", 5_000_000, 1_000)).toBe(1_000);
  });

  it("forgets only what binds nobody any more, among any number of sizes", () => {
    const spacing = new SameSize();
    for (let bytes = 200_000; bytes < 203_000; bytes += 1) spacing.take("default", bytes, 0);
    spacing.take("default", 9_000_000, 1_000);
    for (let bytes = 300_000; bytes < 303_000; bytes += 1) spacing.take("default", bytes, 1_100);
    expect(spacing.take("default", 9_000_000, 1_200)).toBe(1_900);
    expect(spacing.take("default", 302_000, 1_200)).toBe(1_300);
    expect(spacing.take("default", 200_000, 1_200)).toBe(1_200);
  });
});
