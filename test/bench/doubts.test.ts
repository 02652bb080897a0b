import { describe, expect, it } from "vitest";
import {
  bottleneckDoubts,
  failureDoubts,
  machineDoubts,
  processDoubts,
  resultDoubts,
  sampleMachine,
} from "../../src/bench/harness/doubts.ts";
import { environmentOf } from "../../src/bench/harness/environment.ts";
import type { ScenarioResult } from "../../src/bench/types.ts";

const clean = { env: {}, execArgv: [], inspector: undefined };
const texts = (doubts: readonly { text: string }[]) => doubts.map(({ text }) => text).join("\n");

describe("doubts about the process", () => {
  it("are none of a plain one", () => {
    expect(processDoubts(clean)).toEqual([]);
    expect(processDoubts({ ...clean, env: { NODE_OPTIONS: "--max-old-space-size=512" } })).toEqual([]);
  });

  it.each([
    ["a debugger", { ...clean, inspector: "ws://127.0.0.1:9229/x" }, "debugger"],
    ["coverage", { ...clean, env: { NODE_V8_COVERAGE: "/tmp/c" } }, "NODE_V8_COVERAGE"],
    ["a profiler", { ...clean, execArgv: ["--cpu-prof"] }, "--cpu-prof"],
    [
      "a profiler in NODE_OPTIONS",
      { ...clean, env: { NODE_OPTIONS: "--heap-prof --no-warnings" } },
      "--heap-prof",
    ],
  ])("name %s and what to do", (_, facts, word) => {
    const doubts = processDoubts(facts);
    expect(doubts).toHaveLength(1);
    expect(doubts[0]?.text).toContain(word);
    expect(doubts[0]?.next).not.toBe("");
  });
});

describe("doubts about the machine", () => {
  const environment = { ...environmentOf("1.0.0", {}), cores: 2, load_1m: 0.2 };
  const even = Array.from({ length: 12 }, (_, index) => ({ cpuMs: 10 + (index % 2) * 0.2, wallMs: 10.3 }));

  it("are none of a quiet one", () => {
    expect(machineDoubts(environment, even)).toEqual([]);
    expect(machineDoubts(environment, [])).toEqual([]);
    expect(texts(machineDoubts(environment, even, 15.625))).toContain("in steps of 15.6 ms");
  });

  it("come from its load, from waiting, and from work that varies", () => {
    expect(texts(machineDoubts({ ...environment, load_1m: 1.9 }, even))).toContain(
      "the load was 1.9 on 2 cores",
    );
    const waiting = even.map((taken) => ({ ...taken, wallMs: 15 }));
    expect(texts(machineDoubts(environment, waiting))).toContain("took the processor away");
    const uneven = even.map((_, index) => ({ cpuMs: 10 + index, wallMs: 10 + index }));
    expect(texts(machineDoubts(environment, uneven))).toContain("the same work");
  });

  it("are drawn from work that is really done", async () => {
    const taken = await sampleMachine();
    expect(taken).toHaveLength(12);
    expect(taken.every(({ cpuMs, wallMs }) => cpuMs >= 0 && wallMs > 0)).toBe(true);
  });
});

describe("doubts about a scenario", () => {
  const ratio = { variant: "deque", metric: "cpu", reference: "array", better: "lower" as const };
  const metric = { name: "cpu", unit: "ns", better: "lower" as const };
  const result = (samples: readonly number[], more: Partial<ScenarioResult> = {}): ScenarioResult => ({
    scenario: "queue",
    what: "",
    simulated: null,
    rounds: samples.length,
    seconds: 1,
    variants: [{ name: "deque", title: "", metrics: [{ ...metric, samples }] }],
    ratios: [{ ...ratio, samples }],
    targets: [],
    doubts: [],
    plots: [],
    incomplete: null,
    ...more,
  });
  const steady = [100, 101, 99, 100, 102, 98, 100, 100];

  it("are none of one that is steady", () => {
    expect(resultDoubts(result(steady))).toEqual([]);
  });

  it("come from nothing measured, few rounds, wide ratios and an early end", () => {
    expect(texts(resultDoubts(result([])))).toContain("nothing was measured");
    expect(texts(resultDoubts(result([1, 1])))).toContain("fewer than 4 rounds");
    expect(texts(resultDoubts(result([50, 150, 60, 140, 100, 90, 110])))).toContain(
      "deque.cpu_ratio is uncertain by",
    );
    expect(texts(resultDoubts(result(steady, { incomplete: "stopped" })))).toBe("cut short: stopped");
  });
});

describe("doubts about the far side", () => {
  const busy = (servers_cpu_us: number) => {
    const rounds = [
      { upload: { servers_cpu_us, wall_us: 500_000 } },
      { upload: { servers_cpu_us, wall_us: 500_000 } },
    ];
    return bottleneckDoubts("transfer", rounds, { variant: "upload", figures: "upload.wall_us_per_item" });
  };

  it("come from servers that were busy nearly all the time, and not from others", () => {
    expect(busy(450_000)).toMatchObject([
      { about: "transfer", text: expect.stringMatching(/90 % .*upload.wall_us_per_item/) },
    ]);
    expect(busy(250_000)).toEqual([]);
    expect(bottleneckDoubts("transfer", [], { variant: "upload", figures: "" })).toEqual([]);
  });

  it("come from items that failed, of any variant and round", () => {
    const rounds = [
      { a: { failed: 1 }, b: { failed: 0 } },
      { a: { failed: 0 }, c: { failed: 2 } },
    ];
    expect(texts(failureDoubts("strategy", rounds))).toBe("3 items failed against the stand-ins");
    expect(failureDoubts("strategy", [{ a: { failed: 0, cpu: 3 } }])).toEqual([]);
  });
});
