import { describe, expect, it } from "vitest";
import { WORK_METRICS, WorkLog } from "../../src/bench/contenders/work-log.ts";
import { EVEN, evenNumbers } from "../../src/bench/harness/even.ts";

const LATENCY = { work: 100, total: 100, queue: 0, lane: 1, download: 40, send: 60 };

describe("a log of work", () => {
  it("counts what is begun after the first places are taken, so that its end does not count", () => {
    let now = 5_000;
    const batch = new WorkLog(() => now);
    for (const at of [0, 0, 1_000, 2_000, 3_000]) {
      now = 5_000 + at;
      batch.started();
    }
    now = 5_000 + 9_000;
    for (let n = 0; n < 5; n += 1) batch.succeeded(LATENCY);
    expect(batch.figures(2).throughput_per_min).toBe(60);
    expect(batch.throughput()).toEqual([
      [5, 0],
      [9, 75],
    ]);
  });

  it("has the latency of each phase, zeros apart from ones, and its distribution from least to most", () => {
    const batch = new WorkLog(() => 0);
    for (const work of [300.4, 100, 200]) batch.succeeded({ ...LATENCY, work });
    expect(batch.figures(1)).toMatchObject({ p50_ms: 200, p95_ms: 300, queue_p99_ms: 0, lane_p99_ms: 1 });
    const points = batch.distribution("work");
    expect([points[0], points.at(-1)]).toEqual([
      [100, 0],
      [300, 100],
    ]);
  });

  it("of which nothing came has no figure but that nothing failed", () => {
    const batch = new WorkLog(() => 0);
    expect([batch.throughput(), batch.distribution("work")]).toEqual([[], []]);
    expect(batch.figures(1)).toEqual({ failed: 0 });
  });

  it("has a figure of every metric, and keeps why the first few failed, each once", () => {
    let now = 0;
    const batch = new WorkLog(() => now);
    for (; now < 4; now += 1) batch.started();
    for (const why of ["a", "a", "b", "c", "d"]) batch.failedOne(why);
    batch.succeeded(LATENCY);
    const figures = batch.figures(1);
    expect(Object.keys(figures).sort()).toEqual(["failed", ...WORK_METRICS.map(({ name }) => name)].sort());
    expect(figures).toMatchObject({
      failed: 5,
      success_rate: expect.closeTo(100 / 6),
      p95_ms: 100,
      send_p50_ms: 60,
    });
    expect(batch.why).toEqual(["a", "b", "c"]);
  });
});

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
