import { describe, expect, it } from "vitest";
import type { Lane, LaneCall } from "../../src/lanes/lane.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import { GONE, gap, lane } from "./clocked-lanes.ts";

const NOW = 100_000;

/** A lane with calls that began at these moments; null for one that did not begin yet. */
function busy(atOnce: number, ...begun: (number | null)[]): Lane {
  const it = lane("default", "-1001", new FixedPace(6_000, atOnce));
  for (const startedAt of begun) it.calls.add({ startedAt } satisfies LaneCall);
  return it;
}

describe("a lane", () => {
  it("goes by the id that its chat has by now", () => {
    const it = lane("default", "-44");
    it.isNow({ id: "-100144", title: "renamed" });
    expect([it.chat, it.title]).toEqual(["-100144", "renamed"]);
  });

  it("is free when its pace, its deadline and its calls allow", () => {
    const it = lane();
    expect(it.freeAt(NOW)).toBe(NOW);
    it.pace.take(NOW);
    expect(it.freeAt(NOW)).toBe(NOW + gap(60));
    it.frozenUntil = NOW + 300_000.5;
    expect(it.freeAt(NOW)).toBe(NOW + 300_000.5);
    expect(it.freeAt(NOW + 400_000)).toBe(NOW + 400_000);
  });

  it.each([
    ["is another process's", { leasedUntil: NOW }],
    ["is about to be handed on", { isLeaving: true, leasedUntil: NOW + 1 }],
  ])("is not free, and due only where it is frozen, while it %s", (_, more) => {
    const it = Object.assign(lane(), more);
    expect([it.freeAt(NOW), it.dueAt(NOW)]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    it.frozenUntil = NOW + 5;
    expect([it.freeAt(NOW), it.dueAt(NOW)]).toEqual([Number.POSITIVE_INFINITY, NOW + 5]);
  });

  it("is not free while as many calls are under way as its pace lets", () => {
    expect(busy(1, NOW - 1).freeAt(NOW)).toBe(NOW - 1 + 10_000);
    expect(busy(1, null).freeAt(NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(busy(2, NOW).freeAt(NOW)).toBe(NOW);
    expect(busy(3, NOW, NOW, NOW).freeAt(NOW)).toBe(Number.POSITIVE_INFINITY);
  });

  it("lets a second and a third call begin beside a long upload, and no fourth", () => {
    const long = NOW - 10_000;
    expect(busy(1, long).freeAt(NOW)).toBe(long + 10_000);
    expect(busy(1, NOW - 60_000).freeAt(NOW)).toBe(NOW);
    expect(busy(1, NOW - 60_000, NOW - 4_000).freeAt(NOW)).toBe(NOW + 6_000);
    expect(busy(1, NOW - 60_000, null).freeAt(NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(busy(1, NOW - 60_000, NOW - 50_000, NOW - 40_000).freeAt(NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(busy(2, NOW - 60_000, NOW - 1_000).freeAt(NOW)).toBe(NOW);
  });

  it("takes what was not refused, until it is closed", () => {
    const it = lane();
    it.refused.add("voice");
    expect([it.takes("voice"), it.takes("photo")]).toEqual([false, true]);
    it.closed = GONE;
    expect(it.takes("photo")).toBe(false);
  });

  it("shows how it stands", () => {
    const it = lane("shop", "-1001", new FixedPace(20));
    it.sent = 3;
    expect(it.view()).toEqual({
      bot: "shop",
      chat: "-1001",
      title: "chat -1001",
      perMinute: 20,
      sent: 3,
      frozenUntil: Number.NEGATIVE_INFINITY,
      closed: null,
    });
  });
});
