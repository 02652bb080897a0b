import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { measuredScenario } from "../../src/bench/harness/measured.ts";
import { type Assignment, collectRounds } from "../../src/bench/harness/processes.ts";

const FILE = new URL("./child.mjs", import.meta.url);

function assignment(experiment: string, more: Partial<Assignment> = {}): Assignment {
  const signal = new AbortController().signal;
  return { experiment, processes: 2, rounds: 3, seconds: 60, signal, onRound: () => {}, file: FILE, ...more };
}

const folders = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`prewarm-rounds-${process.pid}-`));

describe("rounds from processes", () => {
  it("are those of all of them, with the memory of each, and nothing is left behind", async () => {
    const before = folders();
    const done: number[] = [];
    const got = await collectRounds(assignment("works", { onRound: (count) => done.push(count) }));
    expect(got).toMatchObject({ counted: 6, peakRssMb: [42, 42], incomplete: null });
    expect(got.rounds.flatMap((round) => round.a?.cpu ?? [])).toEqual([0, 1, 2, 0, 1, 2]);
    expect(got.rounds.flatMap((round) => round.a?.allocated ?? [])).toEqual([7, 7]);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    expect(folders().filter((name) => !before.includes(name))).toEqual([]);
  });

  it("of one that breaks off are kept, and its error is told in a line", async () => {
    const got = await collectRounds(assignment("throws"));
    expect(got.counted).toBe(3);
    expect(got.incomplete).toBe("the measuring process broke off: TypeError: it broke");
  });

  it("of one that is over its time are kept", async () => {
    const got = await collectRounds(assignment("hangs", { seconds: 0.5 }));
    expect(got.incomplete).toBe("the time was over before all was measured");
  });

  it("of one that is stopped are kept", async () => {
    const stopped = new AbortController();
    const onRound = (count: number) => {
      if (count === 3) stopped.abort();
    };
    const got = await collectRounds(assignment("hangs", { signal: stopped.signal, onRound }));
    expect(got).toMatchObject({ counted: 3, incomplete: "stopped before its end" });
  });
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
        parts: [
          { experiment: "works", processes: 1, rounds: 2, share: 1, memoryOf: "place" },
          { experiment: "throws", processes: 1, rounds: 1, share: 1, memoryOf: "a" },
        ],
      },
      (given) => collectRounds({ ...given, file: FILE }),
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
      ["place", [["peak_rss_mb", [42]]]],
    ]);
    expect(progress).toEqual([
      [1, 3, "works"],
      [2, 3, "works"],
      [3, 3, "throws"],
    ]);
  });
});
