import { describe, expect, it } from "vitest";
import { oldWay, workByTicks } from "../../src/bench/contenders/old-way.ts";
import { VirtualClock } from "../helpers/clock.ts";

/** Works off latencies, and answers when each item began and ended. */
async function worked(latencies: readonly number[], places: number) {
  const clock = new VirtualClock({ now: 0 });
  const spans: [number, number][] = [];
  const work = async (ms: number) => {
    const begun = clock.now();
    await clock.sleep(ms);
    spans.push([begun, clock.now()]);
  };
  await clock.runToEnd(workByTicks(latencies, work, { clock, places }));
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
});

describe("a batch by ticks", () => {
  const batch = async (fails: (key: string) => boolean) => {
    const clock = new VirtualClock({ now: 0 });
    const plain = {
      send: async (key: string) => {
        await clock.sleep(300);
        if (fails(key)) throw new Error("500 Internal Server Error");
        await clock.sleep(700);
        return { download: 300, send: 700 };
      },
      close: () => {},
    };
    return clock.runToEnd(oldWay(["a", "b", "c", "d"], { clock, plain, chats: ["1"], places: 1 }));
  };

  it("counts what an item waited for its tick from when it was due", async () => {
    const whole = await batch(() => false);
    expect(whole.done).toEqual([1_000, 3_000, 5_000, 7_000]);
    const { success_rate, p99_ms, queue_p99_ms, total_p99_ms } = whole.figures(1);
    expect([success_rate, p99_ms]).toEqual([100, 1_000]);
    // HDR buckets of three digits.
    expect(queue_p99_ms).toBeCloseTo(6_000, -1);
    expect(total_p99_ms).toBeCloseTo(7_000, -1);
  });

  it("counts a send that failed as a failure, and its latency not at all", async () => {
    const spoiled = await batch((key) => key === "b");
    expect(spoiled.figures(1)).toMatchObject({ success_rate: 75, failed: 1, p99_ms: 1_000, p50_ms: 1_000 });
    expect([spoiled.done.length, spoiled.why]).toEqual([3, ["500 Internal Server Error"]]);
  });

  it("reaches 30 a minute with one place and answers within a tick", async () => {
    expect((await batch(() => false)).figures(1).throughput_per_min).toBe(30);
    expect((await batch(() => true)).figures(1).throughput_per_min).toBe(0);
  });
});
