import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { colourFor } from "../../../src/reporters/colour.ts";
import { plainReporter } from "../../../src/reporters/run/plain.ts";
import { failedItem, item, lost, scene, tooBig } from "../sample-events.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch({ quiet = false, progress = true, scale = 1 } = {}) {
  const stage = scene(scale);
  const stream = new PassThrough({ encoding: "utf8" });
  const colour = colourFor({ stream: {}, env: {}, noColor: false });
  const screen = plainReporter(stage.events, stage.tally, { stream, colour, quiet, progress, scale });
  stage.events.emit("started", { command: "run", lanes: 1, concurrency: 5, ledger: "sqlite:prewarm.db" });
  const lines = () => (stream.read() ?? "").split("\n").slice(0, -1);
  return { ...stage, screen, lines, stream };
}

const START = "run: 1 lane, concurrency 5, ledger sqlite:prewarm.db";

describe("plainReporter", () => {
  it("says where it stands every five seconds of real time, whatever the engine's clock does", () => {
    const stage = watch({ scale: 10 });
    expect(stage.lines()).toEqual([
      START,
      "clock: 10x faster than real time; all times and paces are scaled back",
    ]);
    vi.advanceTimersByTime(4_999);
    expect(stage.lines()).toEqual([]);
    stage.pass(30_000);
    for (let at = 0; at < 10; at++) stage.events.emit("item", item({ bytes: 300_000 }));
    stage.events.emit("queued", { bytes: 1, depth: 25 });
    stage.events.emit("source", { read: 1300, bytes: 1, filtered: 0, listed: 0, ended: false });
    vi.advanceTimersByTime(1);
    expect(stage.lines()).toEqual([
      "10 of 1,300 or more | ready 10, skipped 0, weak 0, failed 0, unknown 0 | 20.0/min, 100 kB/s | P50 500 ms, P95 500 ms | queue 25, waiting for Telegram's pace, flood waits 0 | ETA not known yet",
    ]);
    stage.events.emit("source", { read: 35, bytes: 1, filtered: 0, listed: 0, ended: true });
    vi.advanceTimersByTime(5_000);
    expect(stage.lines()[0]).toMatch(/^10 of 35 \(28\.5 %\) .* ETA 1m 15s$/);
    stage.screen.stop();
    vi.advanceTimersByTime(60_000);
    expect(stage.lines()).toEqual([]);
  });

  it("tells once of each bot that it has no lane, whatever waits for it", () => {
    const stage = watch();
    for (const bot of ["a", "b", "a", "b"])
      for (const key of ["x.jpg", "y.jpg"])
        stage.events.emit("item", failedItem(failure("no_lane_left", `bot ${bot} has none`), { key, bot }));
    const told = stage.lines().filter((line: string) => line.includes("no_lane_left"));
    expect(told).toEqual([
      expect.stringMatching(/^failed x\.jpg: bot a has none/),
      expect.stringMatching(/^failed x\.jpg: bot b has none/),
    ]);
  });

  it("tells each failure as it happens, in one line: what, where, what next", () => {
    const stage = watch();
    stage.events.emit("item", failedItem(tooBig, { key: "big.mp4" }));
    stage.events.emit("item", failedItem(lost, { key: "new\nline.jpg" }));
    const line = failure("manifest_line", "list.csv:3: key is missing");
    stage.events.emit("item", failedItem(line, { key: null, where: "list.csv:3" }));
    stage.events.emit("notice", { level: "warn", text: "lane default x -1001 is out" });
    stage.events.emit("stopping", { type: "failures", failure: tooBig, inARow: true });
    expect(stage.lines().slice(1)).toEqual([
      "failed big.mp4 has 60.0 MB, the limit is 50.0 MB (file_too_big). Next: use a Bot API server of your own in local mode (`--api-root`, `--api-local`): it takes 2000 MB",
      "unknown new line.jpg: the answer did not come within 60 s (answer_lost). Next: `prewarm run --only unknown` looks for its message first and keeps its id; it is sent again where it is not there, or cannot be looked for",
      "failed list.csv:3: key is missing (manifest_line). Next: correct the line; all other lines were read",
      "warning: lane default x -1001 is out",
      "stopping: too many failures of one class in a row, such as: big.mp4 has 60.0 MB, the limit is 50.0 MB. Next: use a Bot API server of your own in local mode (`--api-root`, `--api-local`): it takes 2000 MB",
    ]);
  });

  it("has nothing to say about items that are well, weak or were left alone", () => {
    const stage = watch();
    stage.events.emit("item", item());
    stage.events.emit("item", item({ status: "weak", reason: "came_back_as_document" }));
    stage.events.emit("item", failedItem(lost, { left: true }));
    expect(stage.lines()).toEqual([START]);
  });

  it("keeps to warnings and failures when quiet, and leaves out the status line without progress", () => {
    const quiet = watch({ quiet: true });
    quiet.events.emit("notice", { level: "info", text: "5 objects so far" });
    quiet.events.emit("notice", { level: "warn", text: "a lane is out" });
    const silent = watch({ progress: false });
    vi.advanceTimersByTime(60_000);
    expect(quiet.lines()).toEqual(["warning: a lane is out"]);
    expect(silent.lines()).toEqual([START]);
  });

  it("lets nothing that a key or an answer holds move the cursor", () => {
    const stage = watch();
    stage.events.emit("item", failedItem(failure("media_refused", "a\u001b[2Jb\r\u0007c"), { key: "a" }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(stage.lines()[1]).not.toMatch(/[\u0000-\u001f]/);
  });

  it("survives a reader of stderr that has gone away", () => {
    const stage = watch();
    stage.stream.emit("error", new Error("EPIPE"));
    stage.events.emit("notice", { level: "info", text: "unheard" });
    expect(stage.lines()).toEqual([START]);
  });
});
