import { describe, expect, it } from "vitest";
import { PaceBuckets } from "../../src/report/pace-buckets.ts";

const MINUTE = 60_000;

describe("pace over time", () => {
  it("is what was sent in the minute before", () => {
    const pace = new PaceBuckets();
    for (let second = 0; second < 180; second += 3)
      pace.add(second * 1_000, { messages: 1, media: 2, allowed: 20 });
    const points = pace.points(0);
    expect(points[0]).toEqual({ at: 0, messages: 0, media: 0, allowed: 20 });
    expect(points.at(-1)).toMatchObject({ messages: 20, media: 40, allowed: 20 });
    expect(Math.max(...points.map(({ messages }) => messages))).toBe(20);
  });

  it.each([MINUTE, 60 * MINUTE, 30 * 24 * 60 * MINUTE])(
    "has a bounded number of points over %d ms, in any order",
    (span) => {
      const [forth, back] = [new PaceBuckets(), new PaceBuckets()];
      const moments = Array.from({ length: 5_000 }, (_, at) => 1.7e12 + (at * span) / 5_000);
      for (const at of moments) forth.add(at, { messages: 1 });
      for (const at of moments.toReversed()) back.add(at, { messages: 1 });
      const points = forth.points(1.7e12);
      expect(points.length).toBeLessThanOrEqual(241);
      expect(points.map(({ messages }) => messages)).toEqual(
        back.points(1.7e12).map(({ messages }) => messages),
      );
      const middle = points[Math.floor(points.length * 0.8)]?.messages ?? 0;
      expect(middle / ((5_000 * MINUTE) / Math.max(span, MINUTE))).toBeCloseTo(span === MINUTE ? 0.8 : 1, 1);
    },
  );

  it("is nothing where nothing was sent", () => {
    expect(new PaceBuckets().points(0)).toEqual([]);
  });
});
