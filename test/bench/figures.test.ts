import { describe, expect, it } from "vitest";
import { Phases } from "../../src/bench/contenders/phases.ts";
import { Round } from "../../src/bench/contenders/round.ts";
import { allocatedBetween } from "../../src/bench/harness/cost.ts";
import { EVEN, evenNumbers } from "../../src/bench/harness/even.ts";
import { ratio, target } from "../../src/bench/harness/figures.ts";
import { bottleneck } from "../../src/bench/harness/servers.ts";
import { median } from "../../src/bench/harness/stats.ts";

describe("the latencies of a simulation", () => {
  it("have, both together, the mean of all after a dozen, forty and a thousand", () => {
    const [download, upload] = [evenNumbers(EVEN.download), evenNumbers(EVEN.upload)];
    const mean = (count: number) => {
      for (const even of [download, upload]) even.restart();
      const works = Array.from(
        { length: count },
        () => 200 + 600 * download.next() + 500 + 1_500 * upload.next(),
      );
      return works.reduce((sum, ms) => sum + ms, 0) / count;
    };
    for (const count of [12, 40, 1_000]) expect(Math.abs(mean(count) / 1_750 - 1)).toBeLessThan(0.02);
  });

  it.each(Object.entries(EVEN))("of %s lie evenly in their range", (_, kind) => {
    const even = evenNumbers(kind);
    const tenths = Array.from({ length: 1_000 }, () => Math.floor(even.next() * 10));
    for (let tenth = 0; tenth < 10; tenth += 1)
      expect(tenths.filter((each) => each === tenth).length).toBeGreaterThan(90);
  });

  it("are the same ones again after a restart", () => {
    const even = evenNumbers(EVEN.upload);
    const first = [even.next(), even.next()];
    even.restart();
    expect([even.next(), even.next()]).toEqual(first);
  });
});

describe("phases", () => {
  it("know no percentile while nothing was recorded", () => {
    expect(new Phases().percentile("work", 95)).toBeNull();
    expect(new Phases().distribution("work")).toEqual([]);
  });

  it("keep zeros apart from ones, and rise from nothing to all", () => {
    const phases = new Phases();
    const spans = { work: 100, total: 100, queue: 0, lane: 1, download: 40, send: 60 };
    for (const work of [100, 200, 300]) phases.record({ ...spans, work });
    expect([phases.percentile("queue", 99), phases.percentile("lane", 99)]).toEqual([0, 1]);
    const points = phases.distribution("work");
    expect([points[0]?.[0], points.at(-1)]).toEqual([100, [300, 100]]);
  });
});

describe("a round", () => {
  it("counts what is begun after the first places are taken, so that its end does not count", () => {
    let now = 5_000;
    const round = new Round(() => now);
    for (const at of [0, 0, 1_000, 2_000, 3_000]) {
      now = 5_000 + at;
      round.started();
    }
    now = 5_000 + 9_000;
    for (let n = 0; n < 5; n += 1)
      round.succeeded({ work: 1, total: 1, queue: 0, lane: 0, download: 0, send: 1 });
    expect(round.perMinute(2)).toBe(60);
    expect(round.throughput(5_000)).toEqual([
      [5, 0],
      [9, 75],
    ]);
  });

  it("of which nothing came has no throughput and no success rate", () => {
    const round = new Round(() => 0);
    expect([round.perMinute(1), round.successRate, round.throughput(1_000)]).toEqual([null, null, []]);
  });
});

describe("figures", () => {
  it("are compared within one round only, and not with nothing", () => {
    const samples: Record<string, (number | null)[]> = { ours: [10, 20, null, 40], theirs: [5, null, 7, 0] };
    const of = (variant: string) => samples[variant] ?? [];
    const named = { variant: "ours", metric: "m", reference: "theirs", better: "higher" } as const;
    expect(ratio({ ...named, of }).samples).toEqual([2]);
  });

  it("meet a target by their median, and none when nothing was measured", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(target("t", "f", "x", { samples: [1, 9, 5], least: 5 })).toMatchObject({ value: 5, met: true });
    expect(target("t", "f", "x", { samples: [1, 9, 6], most: 5 })).toMatchObject({ value: 6, met: false });
    expect(target("t", "f", "x", { samples: [], most: 5 })).toMatchObject({ value: null, met: null });
  });

  it("of allocation add up what the heap grew by between collections", () => {
    const heap = (usedHeapSize: number) => ({ heapStatistics: { usedHeapSize } });
    const collections = [
      { beforeGC: heap(150), afterGC: heap(110) },
      { beforeGC: heap(200), afterGC: heap(90) },
    ];
    expect(allocatedBetween(100, 95, collections)).toBe(50 + 90 + 5);
    expect(allocatedBetween(100, 130, [])).toBe(30);
  });
});

describe("the servers' share", () => {
  it("raises a doubt when they were busy nearly all the time, and none below", () => {
    const [doubt] = bottleneck("transfer", { cpuUs: 900_000, wallUs: 1_000_000 }, "upload.wall_us_per_item");
    expect(doubt).toMatchObject({
      about: "transfer",
      text: expect.stringMatching(/90 % .*upload.wall_us_per_item/),
    });
    expect(bottleneck("transfer", { cpuUs: 500_000, wallUs: 1_000_000 }, "")).toEqual([]);
    expect(bottleneck("transfer", { cpuUs: 0, wallUs: 0 }, "")).toEqual([]);
  });
});
