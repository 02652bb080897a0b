import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { measuredScenario } from "../../src/bench/harness/measured.ts";
import { type Assignment, collectRounds, type Part } from "../../src/bench/harness/processes.ts";

import { ownTmpdir } from "../helpers/tmpdir.ts";

const FILE = new URL("./measuring.mjs", import.meta.url);

function assignment(part: Partial<Part>, more: Partial<Assignment> = {}): Assignment {
  return {
    scenario: "queue",
    part: { experiment: "works", processes: 2, rounds: 3, ...part },
    seconds: 60,
    mostSeconds: 60,
    signal: new AbortController().signal,
    onRound: () => {},
    file: FILE,
    ...more,
  };
}

describe("rounds from processes", () => {
  it("are those of all of them, with the memory of each, and nothing is left behind", async () => {
    const folder = ownTmpdir();
    const done: number[] = [];
    const got = await collectRounds(assignment({}, { onRound: (count) => done.push(count) }));
    expect(got).toMatchObject({ counted: 6, incomplete: null });
    expect(got.rounds.flatMap((round) => round.a?.cpu ?? [])).toEqual([0, 1, 2, 0, 1, 2]);
    expect(got.rounds.flatMap((round) => round.a?.allocated ?? [])).toEqual([7, 7]);
    expect(got.peakRssMb.filter((mb) => mb > 20)).toHaveLength(2);
    expect(got.plots).toHaveLength(1);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["throws", "the measuring process broke off: TypeError: it broke"],
    ["crashes", "the measuring process broke off: measuring.mjs has ended: RangeError: out of paper"],
    ["there is none", "the measuring process broke off: Error: no experiment there is none in queue"],
  ])("of one that %s are kept, and its error is told in a line", async (experiment, incomplete) => {
    const got = await collectRounds(assignment({ experiment }));
    expect(got).toMatchObject({ counted: experiment === "there is none" ? 0 : 1, incomplete });
  });

  it("of one that is over its time are kept", async () => {
    const got = await collectRounds(
      assignment({ experiment: "never begins" }, { seconds: 0.5, mostSeconds: 0.5 }),
    );
    expect(got).toMatchObject({ counted: 0, incomplete: "the time was over before all was measured" });
  });

  it("of one that is stopped are kept", async () => {
    const stopped = new AbortController();
    const onRound = (count: number) => {
      if (count === 3) stopped.abort();
    };
    const got = await collectRounds(
      assignment({ experiment: "hangs", rounds: 9 }, { signal: stopped.signal, onRound }),
    );
    expect(got).toMatchObject({ counted: 3, incomplete: "stopped before its end" });
  });

  it("end with the time, and fewer than are to be are told; one at least of those that are patient", async () => {
    const slow = { experiment: "slow", processes: 1, rounds: 3, least: 2, patient: true };
    const got = await collectRounds(assignment(slow, { seconds: -9, mostSeconds: -9 }));
    expect(got).toMatchObject({ counted: 1, incomplete: "time for 1 of 2 rounds" });
  });

  it.each(["works", "never opens"])(
    "leave no folder where their parent was killed in the middle: %s",
    async (experiment) => {
      const folder = mkdtempSync(join(tmpdir(), "prewarm-rounds-killed-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const child = fork(FILE, { execArgv: [], serialization: "advanced" });
      onTestFinished(() => void child.kill("SIGKILL"));
      child.send({ id: 1, name: "open", input: { scenario: "queue", experiment, folder } });
      await expect.poll(() => existsSync(join(folder, "left-behind"))).toBe(true);
      child.disconnect();
      await once(child, "exit");
      expect(existsSync(folder)).toBe(false);
    },
  );
});

describe("a measured scenario", () => {
  it("puts its parts together, with the memory under the variant it belongs to", async () => {
    const progress: (string | number | undefined)[][] = [];
    const scenario = measuredScenario(
      {
        name: "queue",
        what: "something",
        simulated: null,
        variants: { a: "A", place: "where" },
        metrics: [
          { name: "cpu", unit: "ns", better: "lower" },
          { name: "peak_rss_mb", unit: "MB", better: "lower" },
        ],
        ratios: [],
        targets: [],
        experiments: {},
        parts: [
          { experiment: "works", processes: 1, rounds: 2, share: 1, memoryOf: "place" },
          { experiment: "throws", processes: 1, rounds: 2, share: 1, memoryOf: "a" },
        ],
      },
      FILE,
    );
    const result = await scenario.run({
      signal: new AbortController().signal,
      seconds: 60,
      progress: (...told) => progress.push(told),
    });
    expect(result).toMatchObject({
      rounds: 3,
      incomplete: "throws: the measuring process broke off: TypeError: it broke",
    });
    const samples = result.variants.map(({ name, metrics }) => [
      name,
      metrics.map((it) => [it.name, it.samples]),
    ]);
    expect(samples).toEqual([
      ["a", [["cpu", [0, 1, 0]]]],
      ["place", [["peak_rss_mb", [expect.any(Number)]]]],
    ]);
    expect(progress).toEqual([
      [0, 4, "works"],
      [1, 4, "works"],
      [2, 4, "works"],
      [2, 4, "throws"],
      [3, 4, "throws"],
    ]);
  });
});
