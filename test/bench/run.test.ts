import { describe, expect, it } from "vitest";
import { resultOf } from "../../src/bench/harness/spec.ts";
import { type BenchOptions, runBench } from "../../src/bench/run.ts";
import type { Environment, Scenario, ScenarioName, ScenarioResult } from "../../src/bench/types.ts";

const environment: Environment = {
  prewarm: "1.2.3",
  node: "v20.0.0",
  platform: "linux x64",
  cpu: "a processor",
  cores: 2,
  memory_mb: 4_000,
  load_1m: 0,
  ci: false,
};

function resultFor(name: ScenarioName, samples: readonly number[]): ScenarioResult {
  const spec = {
    name,
    what: name,
    simulated: null,
    variants: { ours: "ours" },
    metrics: [{ name: "cpu", unit: "ms", better: "lower" as const }],
    ratios: [],
    targets: [],
  };
  const rounds = samples.map((cpu) => ({ ours: { cpu } }));
  return resultOf(spec, rounds, { rounds: samples.length, seconds: 1, incomplete: null, plots: [] });
}

function scenario(name: ScenarioName, run: Scenario["run"] = async () => resultFor(name, [1, 2])): Scenario {
  return { name, what: `what ${name} is`, run };
}

function bench(scenarios: readonly Scenario[], more: Partial<BenchOptions> = {}) {
  return runBench({
    scenarios: scenarios.map((each) => ({ scenario: each, seconds: 3 })),
    signal: new AbortController().signal,
    environment,
    facts: { env: {}, execArgv: [], inspector: undefined },
    sample: async () => [],
    wall: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    onProgress: () => {},
    onResult: () => {},
    ...more,
  });
}

describe("a bench", () => {
  it("runs the scenarios in order, each with its seconds, and reports what they answer", async () => {
    const seconds: number[] = [];
    const queue = scenario("queue", async (context) => {
      seconds.push(context.seconds);
      return resultFor("queue", [1]);
    });
    const report = await bench([queue, scenario("pace")]);
    expect(report).toMatchObject({
      type: "bench",
      schema: 1,
      at: "2026-01-02T03:04:05.000Z",
      environment,
      doubts: [],
    });
    expect(report.scenarios.map((each) => each.scenario)).toEqual(["queue", "pace"]);
    expect(seconds).toEqual([3]);
  });

  it("tells progress under the scenario's name", async () => {
    const told: unknown[] = [];
    const queue = scenario("queue", async ({ progress }) => {
      progress(1, 4, "deque");
      return resultFor("queue", [1]);
    });
    await bench([queue], { onProgress: (each) => told.push(each) });
    expect(told).toEqual([{ scenario: "queue", done: 1, total: 4, note: "deque" }]);
  });

  it("goes on after a scenario that throws, which is incomplete and doubted", async () => {
    const broken = scenario("queue", () => Promise.reject(new Error("no room on the disk")));
    const { scenarios } = await bench([broken, scenario("pace")]);
    expect(scenarios[0]).toMatchObject({
      scenario: "queue",
      rounds: 0,
      incomplete: "no room on the disk",
      variants: [],
    });
    expect(scenarios[0]?.doubts[0]?.text).toBe("nothing was measured (no room on the disk)");
    expect(scenarios[1]?.incomplete).toBeNull();
  });

  it("keeps what was measured when it is stopped, and begins nothing more", async () => {
    const stopped = new AbortController();
    const queue = scenario("queue", async ({ signal }) => {
      stopped.abort();
      return { ...resultFor("queue", [1]), incomplete: signal.aborted ? "stopped before its end" : null };
    });
    const { scenarios } = await bench([scenario("signer"), queue, scenario("pace")], {
      signal: stopped.signal,
    });
    expect(scenarios.map((each) => [each.scenario, each.incomplete])).toEqual([
      ["signer", null],
      ["queue", "stopped before its end"],
    ]);
    expect(scenarios[1]?.variants[0]?.metrics[0]?.samples).toEqual([1]);
  });

  it("doubts a machine that was uneven before or after", async () => {
    const taken = [10, 10, 20, 20, 30].map((cpuMs) => ({ cpuMs, wallMs: cpuMs }));
    const { doubts } = await bench([], { sample: async () => taken });
    expect(doubts.map(({ about }) => about)).toEqual(["machine"]);
  });
});
