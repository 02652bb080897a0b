import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Experiment, Round } from "../../src/bench/harness/rounds.ts";
import { largeExperiment, packExperiment, readyExperiment } from "../../src/bench/scenarios/memory.ts";
import { processExperiment } from "../../src/bench/scenarios/process.ts";
import { STRATEGY } from "../../src/bench/scenarios/strategy.ts";
import { TRANSFER } from "../../src/bench/scenarios/transfer.ts";
import type { Scenario, ScenarioResult } from "../../src/bench/types.ts";

const SLOW = 180_000;

/** One round is always measured, however short the time. */
async function oneRound(scenario: Scenario): Promise<{ result: ScenarioResult; notes: string[] }> {
  const notes: string[] = [];
  const { signal } = new AbortController();
  const progress = (_done: number, _total: number, note = "") => void notes.push(note);
  return { result: await scenario.run({ signal, seconds: -60, progress }), notes };
}

function samples({ variants }: ScenarioResult, variant: string, metric: string): readonly number[] {
  const found = variants.find(({ name }) => name === variant)?.metrics.find(({ name }) => name === metric);
  if (!found) throw new Error(`no ${variant}.${metric}`);
  return found.samples;
}

describe("the scenario strategy", () => {
  it(
    "has a sample a round for each way, ratios to both old ways, targets, plots, and says that it is simulated",
    async () => {
      const { result, notes } = await oneRound(STRATEGY);
      expect(result).toMatchObject({ scenario: "strategy", rounds: 1, incomplete: "time for 1 of 4 rounds" });
      expect(result.simulated).toMatch(/lane limits are off/);
      for (const way of ["one_by_one", "five_per_tick", "prewarm"])
        for (const metric of ["throughput_per_min", "p95_ms", "total_p95_ms", "send_p99_ms", "success_rate"])
          expect(samples(result, way, metric)).toHaveLength(1);
      expect(samples(result, "prewarm", "success_rate")).toEqual([100]);
      expect(result.ratios.map(({ reference }) => reference)).toEqual(["one_by_one", "five_per_tick"]);
      const rate = (way: string) => samples(result, way, "throughput_per_min")[0] ?? Number.NaN;
      expect(result.ratios[0]?.samples).toEqual([rate("prewarm") / rate("one_by_one")]);
      expect(result.targets).toHaveLength(3);
      expect(result.plots.map(({ series }) => series.length)).toEqual([3, 4]);
      expect(notes).toContain("strategy");
    },
    SLOW,
  );
});

describe("the scenario transfer", () => {
  it(
    "has CPU, time, allocation and memory of each way, and compares CPU within the round",
    async () => {
      const { result } = await oneRound(TRANSFER);
      expect(result).toMatchObject({
        ...{ scenario: "transfer", rounds: 2, simulated: null },
        incomplete: "small: time for 1 of 9 rounds",
      });
      for (const way of ["buffered", "upload", "url", "pack_upload", "pack_url"]) {
        for (const metric of ["cpu_us_per_item", "wall_us_per_item", "allocated_bytes_per_item"])
          expect(samples(result, way, metric)[0]).toBeGreaterThan(0);
        expect(samples(result, way, "success_rate")).toEqual([100]);
      }
      for (const way of ["buffered", "upload"])
        expect(samples(result, way, "large_peak_rss_mb")[0]).toBeGreaterThan(16);
      const cpu = (way: string) => samples(result, way, "cpu_us_per_item")[0] ?? Number.NaN;
      expect(result.ratios[0]?.samples).toEqual([cpu("upload") / cpu("buffered")]);
      expect(result.targets.map(({ value }) => value === null)).toEqual(Array(6).fill(false));
    },
    SLOW,
  );

  it(
    "keeps quiet about what a stop cut off, and says that it was stopped",
    async () => {
      const stop = new AbortController();
      const progress = () => stop.abort();
      const result = await TRANSFER.run({ signal: stop.signal, seconds: 14, progress });
      expect(result).toMatchObject({ incomplete: "large: stopped before its end", rounds: 0 });
    },
    SLOW,
  );
});

/** A round of it, and what it left in its folder. */
async function once(experiment: Experiment): Promise<{ round: Round; left: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-bench-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = await experiment.open(folder, undefined);
  const round = await open.round(0);
  await open.close?.();
  return { round, left: readdirSync(folder) };
}

describe("whole processes", () => {
  it.each(["upload", "url"] as const)(
    "measure prewarm and the plain loop beside it, by %s",
    async (transfer) => {
      const experiment = processExperiment([{ transfer, places: 5 }], { count: 12, bytes: 2_000 });
      const { round, left } = await once(experiment);
      for (const name of [`${transfer}_5`, `${transfer}_5_plain`, `${transfer}_5_bare`])
        for (const metric of ["cpu_us_per_item", "wall_us_per_item", "peak_rss_mb"])
          expect(round[name]?.[metric]).toBeGreaterThan(0);
      expect(left).toEqual([]);
    },
    SLOW,
  );

  it(
    "hold a large object, and a bucket that is all ready, against a limit of memory",
    async () => {
      const large = await once(largeExperiment(60_000_000));
      expect(large.round.large?.peak_rss_mb).toBeGreaterThan(20);
      const ready = await once(readyExperiment(2_500));
      expect(ready.round.ready?.peak_rss_mb).toBeGreaterThan(20);
      const small = { variant: "pack", count: 9, bytes: 1_500_000, local: false } as const;
      const pack = await once(packExperiment(small));
      expect(pack.round.pack?.peak_rss_mb).toBeGreaterThan(20);
      expect(pack.round.pack?.media_per_message).toBe(9);
    },
    SLOW,
  );
});
