import { describe, expect, it } from "vitest";
import { AdaptivePace } from "../../src/lanes/adaptive.ts";
import type { FoundPace } from "../../src/lanes/found-pace.ts";
import { InheritedPace } from "../../src/lanes/inherited-pace.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { Pace } from "../../src/lanes/port.ts";
import { gap } from "./clocked-lanes.ts";

const MINUTE = 60_000;
const NONE = Number.NEGATIVE_INFINITY;

/** Makes calls at the moments that a pace gives, from `now` on for `ms`. */
function callsOf(pace: Pace, now: number, ms: number): number[] {
  const calls: number[] = [];
  for (let at = pace.take(now); at < now + ms; at = pace.take(at)) {
    pace.started(at, at);
    pace.left?.(at, at);
    calls.push(at);
  }
  return calls;
}

/** The most calls in any minute, its end left out. */
function mostInMinute(calls: readonly number[]): number {
  return Math.max(...calls.map((from) => calls.filter((at) => at >= from && at < from + MINUTE).length));
}

describe("the pace of a lane that was another process's", () => {
  it.each([
    { before: "evenly", past: Array.from({ length: 20 }, (_, nth) => nth * gap(20)) },
    { before: "all at once", past: Array.from({ length: 20 }, (_, nth) => 40_000 + nth * 100) },
    { before: "twice as fast as it may", past: Array.from({ length: 40 }, (_, nth) => nth * 1_500) },
    { before: "a little", past: [59_000, 59_900] },
  ])("gets no more calls in any minute than are allowed, where it was called $before", ({ past }) => {
    const now = MINUTE;
    const pace = new InheritedPace(new FixedPace(20), { calls: past, nextAt: NONE }, 20);
    const calls = callsOf(pace, now, 4 * MINUTE);
    expect(mostInMinute(calls)).toBeLessThanOrEqual(20);
    for (const at of calls)
      expect(
        [...past, ...calls].filter((each) => each > at - MINUTE && each <= at).length,
      ).toBeLessThanOrEqual(20);
    expect(calls.length).toBeGreaterThan(55);
  });

  it("keeps its distance from the last call, and waits for what its owner had booked", () => {
    const pace = (calls: number[], nextAt: number) =>
      new InheritedPace(new FixedPace(20), { calls, nextAt }, 20);
    expect(pace([10_000], NONE).next(10_100)).toBe(10_000 + MINUTE / 20);
    expect(pace([10_000], 19_000).next(10_100)).toBe(19_000);
    expect(pace([], NONE).next(10_100)).toBe(10_100);
  });

  it("is the pace behind it again once no earlier call is in the minute", () => {
    const inner = new FixedPace(600);
    const pace = new InheritedPace(inner, { calls: [0], nextAt: NONE }, 20);
    const calls = callsOf(pace, 0, 3 * MINUTE);
    expect(calls.filter((at) => at < MINUTE).length).toBeLessThanOrEqual(20);
    expect(mostInMinute(calls)).toBeGreaterThan(500);
  });

  it("gives a slot back", () => {
    const pace = new InheritedPace(new FixedPace(60), { calls: [], nextAt: NONE }, 60);
    const slotAt = pace.take(0);
    pace.giveBack(slotAt);
    expect(pace.take(0)).toBe(slotAt);
  });
});

describe("a pace that goes on where another one ended", () => {
  const found = (more: Partial<FoundPace>): FoundPace => ({
    perMinute: 20,
    limit: null,
    probeInMs: null,
    probes: 0,
    firstAgoMs: 1_000,
    calls: 30,
    refusals: 0,
    ...more,
  });
  const going = (pace: FoundPace, most = 1_800) =>
    new AdaptivePace({ start: 20, most, found: { pace, now: 5_000 } });

  it.each([
    { from: found({ perMinute: 47 }), perMinute: 47, memory: null },
    { from: found({ perMinute: 7 }), perMinute: 20, memory: null },
    { from: found({ perMinute: 35, limit: 30 }), perMinute: 29.7, memory: 30 },
    { from: found({ perMinute: 11, limit: 12 }), perMinute: 11.88, memory: 12 },
  ])("begins at $perMinute", ({ from, perMinute, memory }) => {
    const pace = going(from);
    expect(pace.perMinute).toBeCloseTo(perMinute, 9);
    expect(pace.memory()).toBe(memory);
  });

  it("goes no faster than its bot may", () => {
    expect(going(found({ perMinute: 4_000 })).perMinute).toBe(1_800);
  });

  it("hands on what it was given, where nothing happened since, less the time that went by", () => {
    const from = found({ perMinute: 29.7, limit: 30, probeInMs: 40_000, probes: 2, refusals: 3 });
    const pace = going(from);
    expect(JSON.parse(pace.found(15_000))).toEqual({ ...from, probeInMs: 30_000, firstAgoMs: 11_000 });
  });

  it("counts slots that are taken and not used yet, and no more those that are given back", () => {
    const open = () => new InheritedPace(new FixedPace(6_000), { calls: [0], nextAt: NONE }, 3);
    const pace = open();
    const [first, second] = [pace.take(30_000), pace.take(30_000)];
    expect(pace.next(30_000)).toBe(MINUTE + 100);
    pace.giveBack(second);
    expect(pace.next(30_000)).toBeLessThan(31_000);
    pace.take(30_000);
    expect(pace.next(30_000)).toBe(MINUTE + 100);
    pace.started(first, 35_000);
    pace.left(first, 35_000);
    expect(pace.next(MINUTE - 1)).toBe(MINUTE + 100);
    expect(open().next(MINUTE + 100)).toBe(MINUTE + 100);
  });

  it("goes by the first of its calls that is in the minute, also where they left in another order than their slots", () => {
    const pace = new InheritedPace(new FixedPace(6_000), { calls: [39_000], nextAt: NONE }, 2);
    const [first, second] = [pace.take(30_000), pace.take(30_000)];
    pace.left(second, 41_000);
    pace.left(first, 40_000);
    expect(pace.next(42_000)).toBe(40_000 + MINUTE + 100);
  });

  it("tells the pace behind it of each call, and goes by the slots of that", () => {
    const told: unknown[] = [];
    const inner = new FixedPace(60);
    inner.started = (slotAt, at) => {
      told.push(["started", slotAt, at]);
    };
    Object.assign(inner, { ended: (call: unknown) => told.push(["ended", call]) });
    const pace = new InheritedPace(inner, { calls: [], nextAt: NONE }, 60);
    pace.started(5, 7);
    inner.left = (slotAt, at) => {
      told.push(["left", slotAt, at]);
    };
    pace.left(5, 8);
    const call = { slotAt: 5, times: { started: 8, bodyEnd: 8, ended: 9 } } as unknown as Parameters<
      Pace["ended"]
    >[0];
    pace.ended(call);
    expect(told).toEqual([
      ["started", 5, 7],
      ["left", 5, 8],
      ["ended", call],
    ]);
  });
});
