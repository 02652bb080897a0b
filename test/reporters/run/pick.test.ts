import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { colourFor } from "../../../src/reporters/colour.ts";
import { attachReporters, chooseReporters, type OutputRequest } from "../../../src/reporters/run/pick.ts";
import { item, scene } from "../sample-events.ts";
import { FakeTerminal } from "../terminal.ts";

const wishes: OutputRequest = {
  progress: "auto",
  quiet: false,
  json: false,
  isTTY: true,
  term: "xterm",
  ci: undefined,
};

const rows: [title: string, wish: Partial<OutputRequest>, screen: string, plainTables: boolean][] = [
  ["a terminal gets the live view", {}, "live", false],
  ["a pipe gets plain lines", { isTTY: false }, "plain", true],
  ["a dumb terminal gets plain lines", { term: "dumb" }, "plain", true],
  [
    "--progress live without a terminal falls back to plain lines",
    { progress: "live", isTTY: false },
    "plain",
    true,
  ],
  ["CI gets plain lines, also on a terminal", { ci: "true" }, "plain", false],
  ["CI with --progress live gets the live view", { ci: "1", progress: "live" }, "live", false],
  ["CI=false is none", { ci: "false" }, "live", false],
  ["--progress plain", { progress: "plain" }, "plain", false],
  ["--progress none leaves messages", { progress: "none" }, "messages", false],
  ["--quiet wins over --progress", { progress: "live", quiet: true }, "messages", false],
  ["--json on a terminal gets plain lines", { json: true }, "plain", false],
  ["--json with --progress live gets the live view", { json: true, progress: "live" }, "live", false],
];

describe("chooseReporters", () => {
  it.each(rows)("%s", (_title, wish, screen, plainTables) => {
    const { quiet, json } = { ...wishes, ...wish };
    expect(chooseReporters({ ...wishes, ...wish })).toEqual({ screen, quiet, json, plainTables });
  });
});

describe("attachReporters", () => {
  it("sends data to stdout and everything else to stderr", async () => {
    const { events, tally } = scene();
    const stdout = new PassThrough({ encoding: "utf8" });
    const stderr = new FakeTerminal(80, 24);
    const colour = colourFor({ stream: {}, env: {}, noColor: true });
    const choice = chooseReporters({ ...wishes, json: true, progress: "live" });
    const reporters = await attachReporters(choice, {
      events,
      figures: tally,
      stdout,
      stderr,
      colour,
      scale: 1,
    });
    events.emit("item", item());
    events.emit("notice", { level: "warn", text: "mind this" });
    await reporters.stop();
    reporters.ndjson?.summary(tally.snapshot(), 0);
    const types = (stdout.read() as string)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(["item", "summary"]);
    expect(stderr.lines).toEqual(["warning: mind this"]);
  });

  it("adds a status line each 5 s to stderr where that is no terminal, and nothing to stdout", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { events, tally } = scene();
    const stdout = new PassThrough({ encoding: "utf8" });
    const stderr = new FakeTerminal(200, 24);
    const colour = colourFor({ stream: {}, env: {}, noColor: true });
    const choice = chooseReporters({ ...wishes, json: true, isTTY: false });
    const reporters = await attachReporters(choice, {
      events,
      figures: tally,
      stdout,
      stderr,
      colour,
      scale: 1,
    });
    events.emit("started", { command: "prewarm run", lanes: 1, concurrency: 5, ledger: "x" });
    vi.advanceTimersByTime(12_000);
    const statusLine = expect.stringMatching(/^0 of 0.* \| ready 0, .* \| ETA /);
    expect(stderr.lines.slice(1)).toEqual([statusLine, statusLine]);
    expect(stdout.read()).toBeNull();
    await reporters.stop();
  });

  it("has no reporter for data without --json", async () => {
    const { events, tally } = scene();
    const [stdout, stderr] = [new PassThrough(), new FakeTerminal(80, 24)];
    const colour = colourFor({ stream: {}, env: {}, noColor: true });
    const choice = chooseReporters({ ...wishes, quiet: true });
    const reporters = await attachReporters(choice, {
      events,
      figures: tally,
      stdout,
      stderr,
      colour,
      scale: 1,
    });
    events.emit("item", item());
    await reporters.stop();
    expect([reporters.ndjson, stdout.read(), stderr.lines]).toEqual([null, null, []]);
  });
});
