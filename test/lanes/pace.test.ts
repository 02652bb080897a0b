import { describe, expect, it } from "vitest";
import { FixedPace } from "../../src/lanes/pace.ts";
import { seededRandom } from "../../src/sandbox/profiles.ts";
import { gap } from "./clocked-lanes.ts";

describe("a fixed pace", () => {
  it("gives out slots at an even distance, the first at once", () => {
    const pace = new FixedPace(20);
    expect(pace.next(1_000)).toBe(1_000);
    expect([1, 2, 3].map(() => pace.take(1_000))).toEqual([1_000, 1_000 + gap(20), 1_000 + 2 * gap(20)]);
    expect(pace.next(1_000)).toBe(1_000 + 3 * gap(20));
    expect(pace.take(60_000)).toBe(60_000);
  });

  it("takes back the last slot, and no other", () => {
    const pace = new FixedPace(20);
    const [first, second] = [pace.take(0), pace.take(0)];
    pace.giveBack(first);
    expect(pace.next(0)).toBe(2 * gap(20));
    pace.giveBack(second);
    expect(pace.next(0)).toBe(gap(20));
  });

  it("takes back a slot whose call had begun, if it is the last, however late that was", () => {
    const pace = new FixedPace(20);
    const [first, second] = [pace.take(0), pace.take(0)];
    pace.started(first, 0);
    pace.started(second, gap(20) + 1_000);
    pace.giveBack(first);
    expect(pace.next(0)).toBe(2 * gap(20) + 700);
    pace.giveBack(second);
    expect(pace.next(0)).toBe(gap(20));
  });

  it("keeps the distance from a call that began late, although the last slot was given back", () => {
    const pace = new FixedPace(20);
    const [first, second] = [pace.take(0), pace.take(0)];
    pace.started(second, gap(20));
    pace.started(first, 2_000);
    pace.giveBack(second);
    expect(pace.next(0)).toBe(2_000 - 300 + 2 * gap(20));
  });

  it("lets a call be a little late, and moves the rest for one that is later", () => {
    const pace = new FixedPace(20);
    pace.started(pace.take(0), 300);
    expect(pace.next(0)).toBe(gap(20));
    pace.started(pace.take(0), gap(20) + 1_300);
    expect(pace.next(0)).toBe(2 * gap(20) + 1_000);
  });

  it("moves the rest once where calls that were given out together are equally late", () => {
    const pace = new FixedPace(6_000_000, Number.POSITIVE_INFINITY);
    const slots = Array.from({ length: 20 }, () => pace.take(0));
    for (const slot of slots) pace.started(slot, slot + 50);
    expect(pace.next(0)).toBeLessThan(51);
  });

  it.each([
    [20, 1],
    [20, 2],
    [60, 3],
    [7, 4],
  ])("of %i/min puts no more calls into any minute, however timers wobble (seed %i)", (perMinute, seed) => {
    const random = seededRandom(seed);
    const pace = new FixedPace(perMinute);
    const begun: number[] = [];
    for (let now = 0; now < 1_200_000; ) {
      const slot = pace.take(now);
      const wobble = Math.min(300, gap(perMinute) / 10);
      // Mostly on time; now and then an object takes long to read.
      now = slot + random() * (random() < 0.05 ? 20_000 : wobble);
      pace.started(slot, now);
      begun.push(now);
    }
    const most = Math.max(
      ...begun.map((from) => begun.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect(most).toBe(perMinute);
  });

  it("uses at least 97 % of its rate", () => {
    for (const perMinute of [7, 20, 60, 1_800])
      expect(60_000 / gap(perMinute) / perMinute).toBeGreaterThan(0.97);
    const pace = new FixedPace(20);
    const slots = Array.from({ length: 101 }, () => pace.take(0));
    expect(slots.at(-1)).toBeLessThan((100 * 3_000) / 0.97);
  });
});
