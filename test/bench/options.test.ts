import { describe, expect, it } from "vitest";
import type { BenchFlags } from "../../src/commands/bench-flags.ts";
import { readBenchOptions } from "../../src/commands/bench-options.ts";
import { BenchProgress } from "../../src/commands/bench-progress.ts";
import { ConfigError } from "../../src/config/error.ts";

function problemsOf(names: readonly string[], flags: Partial<BenchFlags>): readonly string[] {
  try {
    readBenchOptions(names, { color: true, ...flags });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the flags of bench", () => {
  it("without any mean all scenarios on this machine", () => {
    expect(readBenchOptions([], { color: true })).toEqual({
      scenarios: [],
      long: false,
      againstReal: false,
      quiet: false,
    });
  });

  it("are taken over, scenarios in their own order", () => {
    const flags = { json: "a.json", against: "real", yes: true, quiet: true, color: true } as const;
    expect(readBenchOptions(["scale", "queue", "queue"], flags)).toEqual({
      scenarios: ["queue", "scale"],
      long: false,
      againstReal: true,
      quiet: true,
    });
  });

  it("that are wrong are told all at once, with the nearest scenario", () => {
    expect(
      problemsOf(["que", "sacle", "elephant"], {
        json: "no/such/folder/a.json",
        html: "-",
        gate: [""],
      }),
    ).toEqual([
      "que: no such scenario (queue, signer, strategy, transfer, pace, channel, scale, process, memory, lookup, start, growth)",
      "sacle: no such scenario (queue, signer, strategy, transfer, pace, channel, scale, process, memory, lookup, start, growth)",
      "elephant: no such scenario (queue, signer, strategy, transfer, pace, channel, scale, process, memory, lookup, start, growth)",
      "--gate is empty: give it a value, or leave it out",
      "no/such/folder/a.json: it cannot be written there; make its folder, or name another file",
      "-: name a file; /dev/stdout is standard output",
    ]);
    expect(problemsOf(["qeue"], {})[0]).toContain("queue");
    expect(problemsOf(["signr"], {})).toEqual([
      "signr: no such scenario, did you mean signer? (queue, signer, strategy, transfer, pace, channel, scale, process, memory, lookup, start, growth)",
    ]);
  });

  it("that write two reports to one place, or one over what is compared with, are refused", () => {
    expect(problemsOf([], { json: "a.out", html: "./a.out" })).toEqual([
      "--html and --json name the same file ./a.out; give each its own",
    ]);
    expect(problemsOf([], { markdown: "base.json", baseline: "base.json" })).toHaveLength(1);
    expect(problemsOf([], { json: "base.json", baseline: "base.json" })).toEqual([]);
  });

  it.each(["json", "markdown", "html", "baseline", "maxRegression"])("refuse an empty %s", (name) => {
    expect(problemsOf([], { [name]: "" })).toHaveLength(1);
  });
});

describe("progress", () => {
  const result = {
    scenario: "queue" as const,
    what: "",
    simulated: null,
    rounds: 6,
    seconds: 4.25,
    variants: [],
    ratios: [],
    targets: [],
    doubts: [],
    plots: [],
    incomplete: null,
  };

  function heard(isTTY: boolean, quiet: boolean): string {
    let text = "";
    const write = (more: string) => {
      text += more;
    };
    const progress = new BenchProgress({ isTTY, write }, quiet);
    progress.tell({ scenario: "queue", done: 2, total: 12, note: "queue" });
    progress.result(result);
    progress.end();
    return text;
  }

  it("is a line a scenario where nobody looks on", () => {
    expect(heard(false, false)).toBe("queue: 6 rounds in 4.3 s\n");
  });

  it("is a line that is written over on a terminal", () => {
    expect(heard(true, false)).toContain("\r\u001b[2Kqueue: 2 of at most 12 rounds");
  });

  it("is nothing when quiet", () => {
    expect(heard(true, true)).toBe("");
  });
});
