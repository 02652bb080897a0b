import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cells } from "../../../src/reporters/cells.ts";
import { colourFor } from "../../../src/reporters/colour.ts";
import { liveReporter } from "../../../src/reporters/run/live.ts";
import { failedItem, item, lane, scene, tooBig } from "../sample-events.ts";
import { FakeTerminal } from "../terminal.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(columns: number, rows: number, { scale = 1, colour = false } = {}) {
  const stage = scene(scale);
  const terminal = new FakeTerminal(columns, rows);
  const env = { FORCE_COLOR: colour ? "1" : "0" };
  const styles = colourFor({ stream: terminal, env, noColor: false });
  const screen = liveReporter(stage.events, stage.tally, {
    stream: terminal,
    colour: styles,
    quiet: false,
    scale,
  });
  stage.events.emit("started", { command: "run", lanes: 2, concurrency: 5, ledger: "sqlite:prewarm.db" });
  return { ...stage, terminal, screen, draw: () => vi.advanceTimersByTime(130) };
}

/** A run in full swing. */
function swing({ events, pass }: ReturnType<typeof scene>, lanes = 2) {
  pass(30_000);
  for (let at = 0; at < 10; at++) events.emit("item", item({ bytes: 500_000 }));
  events.emit("queued", { bytes: 1, depth: 25 });
  events.emit("active", { count: 5 });
  events.emit("source", { read: 40, bytes: 1, filtered: 0, listed: 0, ended: true });
  for (let at = 0; at < lanes; at++) events.emit("lane", lane({ chat: `-100${at}`, sent: at }));
}

describe("liveReporter", () => {
  it("shows bar with ETA, figures and lanes, the messages above them", () => {
    const stage = watch(80, 24);
    swing(stage);
    stage.events.emit(
      "lane",
      lane({ chat: "-1001", frozenUntil: stage.clock.now() + 12_000, perMinute: 18.25 }),
    );
    stage.draw();
    expect(stage.terminal.lines.join("\n")).toBe(
      [
        "run: 2 lanes, concurrency 5, ledger sqlite:prewarm.db",
        "[============------------------------------------]  25.0 %  10/40  ETA 1m 30s",
        "media/min   20.0          MB/s        0.17          success     100 %",
        "P50         500 ms        P95         500 ms        P99         500 ms",
        "ready       10            skipped     0             weak        0",
        "failed      0             unknown     0             flood waits 0",
        "queue       25            active      5/5           elapsed     30.0 s",
        "",
        "lane (bot x chat)                        pace    sent  state",
        "default x -1000                        20/min       0  open",
        "default x -1001                      18.3/min       3  frozen 12.0 s",
      ].join("\n"),
    );
    stage.screen.stop();
  });

  it("puts a message above the rows over as many lines as it needs, and leaves nothing of old rows behind", () => {
    const stage = watch(60, 20);
    swing(stage);
    stage.draw();
    const before = stage.terminal.lines.slice(1);
    stage.events.emit("item", failedItem(tooBig, { key: "big.mp4", left: true, attempts: 0 }));
    stage.events.emit("notice", { level: "warn", text: `${"long ".repeat(20)}end` });
    stage.draw();
    expect(stage.terminal.lines.slice(1, 3)).toEqual([
      "warning: long long long long long long long long long long",
      "  long long long long long long long long long long end",
    ]);
    expect(stage.terminal.lines.slice(3).length).toBe(before.length);
    stage.screen.stop();
    expect(stage.terminal.lines).toHaveLength(3);
  });

  it("takes itself off the screen and gives the cursor back, messages stay", () => {
    const stage = watch(80, 24);
    const listeners = process.listenerCount("exit");
    swing(stage);
    stage.draw();
    expect(stage.terminal.cursorShown).toBe(false);
    stage.events.emit("notice", { level: "info", text: "the last word" });
    stage.screen.stop();
    stage.screen.stop();
    expect([stage.terminal.cursorShown, stage.terminal.wraps]).toEqual([true, true]);
    expect(stage.terminal.lines).toEqual([
      "run: 2 lanes, concurrency 5, ledger sqlite:prewarm.db",
      "the last word",
    ]);
    stage.events.emit("notice", { level: "info", text: "and one after it" });
    expect(stage.terminal.lines.at(-1)).toBe("and one after it");
    expect(process.listenerCount("exit")).toBe(listeners - 1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives the cursor back when the process exits under it", () => {
    const before = process.listeners("exit");
    const stage = watch(80, 24);
    const restore = process.listeners("exit").filter((listener) => !before.includes(listener));
    expect([restore.length, stage.terminal.cursorShown]).toEqual([1, false]);
    for (const listener of restore) listener(0);
    expect([stage.terminal.cursorShown, stage.terminal.wraps]).toEqual([true, true]);
    stage.screen.stop();
  });

  it.each([
    [80, 24],
    [40, 12],
    [20, 5],
    [200, 50],
  ])("never draws more than a terminal of %i x %i holds, and says what it leaves out", (columns, rows) => {
    const stage = watch(columns, rows);
    swing(stage, 60);
    for (let frame = 0; frame < 5; frame++) stage.draw();
    const bars = [...stage.terminal.gone, ...stage.terminal.lines].filter((line) => line.includes("10/40"));
    expect(bars).toHaveLength(1);
    expect(stage.terminal.lines.length).toBeLessThanOrEqual(rows);
    expect(Math.max(...stage.terminal.lines.map((line) => line.length))).toBeLessThan(columns);
    if (rows >= 24) expect(stage.terminal.lines.at(-1)).toMatch(/^\+\d+ more lanes$/);
    stage.screen.stop();
    expect(stage.terminal.lines.join("\n")).not.toContain("10/40");
  });

  it("draws less after the terminal was made smaller", () => {
    const stage = watch(80, 30);
    swing(stage, 20);
    stage.draw();
    Object.assign(stage.terminal, { rows: 14 });
    stage.terminal.emit("resize");
    stage.draw();
    stage.draw();
    const shown = stage.terminal.lines.slice(
      stage.terminal.lines.findLastIndex((line) => line.includes("10/40")),
    );
    expect(shown.length).toBeLessThanOrEqual(13);
    expect(shown.at(-1)).toBe("+16 more lanes");
    stage.screen.stop();
  });

  it("leaves nothing of its rows behind after the terminal was made narrower, once or twice", () => {
    const stage = watch(100, 40);
    swing(stage, 4);
    stage.draw();
    stage.terminal.narrow(60);
    stage.terminal.narrow(45);
    stage.draw();
    const bars = [...stage.terminal.gone, ...stage.terminal.lines].filter((line) => line.includes("10/40"));
    expect(bars).toHaveLength(1);
    expect(stage.terminal.lines.filter((line) => line.startsWith("run: 2 lanes"))).toHaveLength(1);
    expect(Math.max(...stage.terminal.lines.slice(2).map((line) => line.length))).toBeLessThan(45);
    stage.screen.stop();
    expect(stage.terminal.lines.join("\n")).not.toMatch(/10\/40|media\/min|default x/);
  });

  it("calls nothing fast, slow or right before there was anything", () => {
    const stage = watch(80, 24);
    stage.pass(1_200);
    stage.draw();
    const text = stage.terminal.lines.join("\n");
    expect(text).toContain("reading what there is to warm");
    expect(text).not.toMatch(/100 %|0 ms/);
    expect(text).toMatch(/success {5}-.*\nP50 {9}- /);
    stage.screen.stop();
  });

  it("says that it waits for Telegram, and until when, instead of looking hung", () => {
    const stage = watch(80, 24);
    swing(stage);
    let inMs = 2_000;
    stage.tally.watch({ depth: () => 25, active: () => 0, nextCall: () => stage.clock.now() + inMs });
    stage.draw();
    expect(stage.terminal.lines.join("\n")).toContain("waiting for Telegram's pace (next in 2.0 s)");
    expect(stage.terminal.lines.join("\n")).not.toContain("0/5");
    inMs = 0;
    stage.draw();
    expect(stage.terminal.lines.join("\n")).toContain("waiting before the next try");
    stage.tally.watch({ depth: () => 0, active: () => 0 });
    stage.draw();
    expect(stage.terminal.lines.join("\n")).not.toContain("waiting");
    stage.screen.stop();
  });

  it("lets the time that has passed never fall back", () => {
    const stage = watch(80, 24);
    stage.pass(9_000);
    stage.draw();
    expect(stage.terminal.lines.join("\n")).toContain("elapsed     9.0 s");
    stage.events.emit("started", { command: "run", lanes: 2, concurrency: 5, ledger: "x" });
    stage.pass(1_000);
    stage.draw();
    expect(stage.terminal.lines.join("\n")).toContain("elapsed     10.0 s");
    stage.screen.stop();
  });

  it("gives each column of lanes a title, and cells to each name as a terminal does", () => {
    const stage = watch(120, 30);
    swing(stage, 0);
    stage.events.emit("lane", lane({ bot: "ボット", chat: "-1001", title: "ウォームアップ\u202e" }));
    stage.draw();
    const [header = "", row = ""] = stage.terminal.lines.slice(-2);
    expect(header).toMatch(/^lane \(bot x chat\) +pace +sent {2}state +title$/);
    const columnOf = (text: string, end: string) => cells(text.slice(0, text.indexOf(end)));
    expect(columnOf(row, "open")).toBe(columnOf(header, "state"));
    expect(columnOf(row, "ウォーム")).toBe(columnOf(header, "title"));
    expect(row).not.toContain("\u202e");
    stage.screen.stop();
  });

  it("says once that the clock runs faster, and does without an ETA until the source has ended", () => {
    const stage = watch(80, 24, { scale: 10 });
    stage.events.emit("source", { read: 1000, bytes: 1, filtered: 0, listed: 0, ended: false });
    stage.draw();
    stage.draw();
    const text = stage.terminal.lines.join("\n");
    expect(text.match(/clock: 10x faster than real time/g)).toHaveLength(1);
    expect(text).toContain("0/1,000+  ETA --");
    stage.screen.stop();
  });

  it("uses colours only where they are wanted", () => {
    for (const colour of [false, true]) {
      const stage = watch(80, 24, { colour });
      const written: string[] = [];
      const write = stage.terminal.write.bind(stage.terminal);
      stage.terminal.write = (text: string) => {
        written.push(text);
        return write(text);
      };
      swing(stage);
      stage.draw();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes
      expect(/\u001b\[\d+m/.test(written.join(""))).toBe(colour);
      stage.screen.stop();
    }
  });
});
