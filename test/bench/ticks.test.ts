import { describe, expect, it } from "vitest";
import { oldWay } from "../../src/bench/contenders/old-way.ts";
import { workByTicks } from "../../src/bench/contenders/ticks.ts";
import { virtualClock } from "./virtual-clock.ts";

/** Works off latencies, and answers when each item began and ended. */
async function worked(latencies: readonly number[], places: number, signal = new AbortController().signal) {
  const clock = virtualClock();
  const spans: [number, number][] = [];
  const work = async (ms: number) => {
    const begun = clock.now();
    await clock.sleep(ms);
    spans.push([begun, clock.now()]);
  };
  await clock.run(workByTicks(latencies, work, { clock, places, signal, intervalMs: 2_000 }));
  return spans;
}

describe("the worker that is replaced", () => {
  it("with one place starts an item at the first tick after the one before it has ended", async () => {
    expect(await worked([700, 2_100, 1_999, 500], 1)).toEqual([
      [0, 700],
      [2_000, 4_100],
      [6_000, 7_999],
      [8_000, 8_500],
    ]);
  });

  it("with five places starts as many at a tick as there are free places, and never more", async () => {
    const spans = await worked([500, 500, 2_500, 500, 4_500, 100, 100, 100, 100, 100, 100], 5);
    const begun = spans.map(([from]) => from).sort((a, b) => a - b);
    expect(begun).toEqual([0, 0, 0, 0, 0, 2_000, 2_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it("does not start anything between two ticks, however early a place is free", async () => {
    const spans = await worked(
      Array.from({ length: 12 }, () => 10),
      5,
    );
    expect(new Set(spans.map(([from]) => from))).toEqual(new Set([0, 2_000, 4_000]));
  });

  it("starts nothing more once it is stopped, and waits for what is under way", async () => {
    const stop = new AbortController();
    const clock = virtualClock();
    const ended: number[] = [];
    const work = async (item: number) => {
      if (item === 1) stop.abort();
      await clock.sleep(900);
      ended.push(clock.now());
    };
    const options = { clock, places: 2, signal: stop.signal, intervalMs: 2_000 };
    await clock.run(workByTicks([0, 1, 2, 3], work, options));
    expect(ended).toEqual([900, 900]);
  });
});

describe("a round by ticks", () => {
  const round = async (fails: (key: string) => boolean) => {
    const clock = virtualClock();
    const plain = {
      send: async (key: string) => {
        await clock.sleep(300);
        if (fails(key)) throw new Error("500 Internal Server Error");
        await clock.sleep(700);
        return { download: 300, send: 700 };
      },
      close: () => {},
    };
    const { signal } = new AbortController();
    return clock.run(oldWay({ clock, plain, keys: ["a", "b", "c", "d"], chats: ["1"], places: 1, signal }));
  };

  it("counts what an item waited for its tick from when it was due", async () => {
    const { phases, done, successRate } = await round(() => false);
    expect(done).toEqual([1_000, 3_000, 5_000, 7_000]);
    expect(successRate).toBe(1);
    expect(phases.percentile("work", 99)).toBe(1_000);
    // HDR buckets of three digits.
    expect(phases.percentile("queue", 99)).toBeCloseTo(6_000, -1);
    expect(phases.percentile("total", 99)).toBeCloseTo(7_000, -1);
  });

  it("counts a send that failed as a failure, and its latency not at all", async () => {
    const { phases, successRate, failed, why } = await round((key) => key === "b");
    expect({ successRate, failed, why, latencies: phases.count }).toEqual({
      ...{ successRate: 0.75, failed: 1, latencies: 3, why: ["500 Internal Server Error"] },
    });
  });

  it("reaches 30 a minute with one place and answers within a tick", async () => {
    expect((await round(() => false)).perMinute(1)).toBe(30);
    expect((await round(() => true)).perMinute(1)).toBe(0);
  });
});
