import { expect, it } from "vitest";
import { RateLimit } from "../../src/ids/rate-limit.ts";

it("gives out so many a minute, all at once or one by one, and says how long the next have to wait", () => {
  let now = 0;
  const limit = new RateLimit(60, () => now);
  expect([limit.takes(60), limit.takes(1)]).toEqual([true, false]);
  expect([limit.wait(1), limit.wait(30), limit.wait(1_000)]).toEqual([1, 30, 60]);
  now += 30_000;
  expect([limit.takes(31), limit.takes(30), limit.takes(1)]).toEqual([false, true, false]);
  now += 3_600_000;
  expect([limit.takes(61), limit.takes(60)]).toEqual([false, true]);
});
