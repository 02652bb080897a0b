import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/bench/harness/calibration.ts";
import { allocation, cpuOf, measure, peakRssMb, settle } from "../../src/bench/harness/measure.ts";
import { interleave, lastResult } from "../../src/bench/harness/rounds.ts";

describe("a measured piece of work", () => {
  it("that waits takes wall time and next to no CPU", async () => {
    const { wallMs, cpuMs } = await measure(() => new Promise((resolve) => setTimeout(resolve, 60)));
    expect(wallMs).toBeGreaterThanOrEqual(55);
    expect(cpuMs).toBeLessThan(wallMs);
  });

  it("that works takes CPU", async () => {
    expect((await measure(() => calibrate(20))).cpuMs).toBeGreaterThan(0);
  });

  it("too short for the steps of the system takes its wall time, and never nothing", () => {
    const windows = 15.625;
    for (const cpuMs of [0, windows, 19 * windows]) expect(cpuOf(cpuMs, 7, windows)).toBe(7);
    expect(cpuOf(20 * windows, 400, windows)).toBe(20 * windows);
    expect(cpuOf(0.2, 7, 0)).toBe(0.2);
  });

  it("has its value, awaited or not", async () => {
    expect((await measure(() => 3)).value).toBe(3);
    expect((await measure(async () => 4)).value).toBe(4);
  });
});

describe("allocation", () => {
  it("counts what was collected under way", async () => {
    const kilobytes = 64_000;
    const { bytes, value } = await allocation(() => {
      let length = 0;
      for (let time = 0; time < kilobytes; time++) length += new Array(125).fill(time).length;
      return length;
    });
    expect(value).toBe(kilobytes * 125);
    expect(bytes).toBeGreaterThan(kilobytes * 900);
    expect(bytes).toBeLessThan(kilobytes * 1_600);
  });

  it("leaves out what was there before", async () => {
    const held = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    settle();
    expect((await allocation(() => held.length)).bytes).toBeLessThan(1_000_000);
  });
});

describe("peak memory", () => {
  it("is that of a process of Node", () => {
    expect(peakRssMb()).toBeGreaterThan(20);
  });
});

describe("a round", () => {
  const order: string[] = [];
  const blocks = ["a", "b", "c"].map((variant) => ({ variant, items: 10, run: () => order.push(variant) }));

  it("runs each block once, and the next round backwards", async () => {
    await interleave(blocks, 0, "us");
    await interleave(blocks, 1, "us");
    expect(order.splice(0).join("")).toBe("abccba");
  });

  it("runs some blocks more often, in turn", async () => {
    const often = blocks.map((block) => (block.variant === "b" ? block : { ...block, times: 3 }));
    expect(Object.keys(await interleave(often, 0, "us"))).toEqual(["a", "b", "c"]);
    expect(order.splice(0).join("")).toBe("abcacac");
  });

  it("tells time an item", async () => {
    const round = await interleave(blocks, 2, "ns");
    expect(Object.keys(round)).toEqual(["a", "b", "c"]);
    expect(Object.keys(round.a ?? {})).toEqual(["cpu_ns_per_item", "wall_ns_per_item"]);
    expect(lastResult()).toBe(order.length);
  });

  it("tells what is allocated in the last warm-up, and nothing in those before it", async () => {
    expect(await interleave(blocks, -2, "us")).toEqual({});
    expect(Object.keys((await interleave(blocks, -1, "us")).b ?? {})).toEqual(["allocated_bytes_per_item"]);
  });
});
