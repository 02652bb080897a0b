import { spawn } from "node:child_process";
import { openSync, statSync } from "node:fs";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { retryLine } from "../../../src/domain/advice.ts";
import type { LogLevel } from "../../../src/domain/choices.ts";
import { Emitter } from "../../../src/domain/events.ts";
import { failure } from "../../../src/domain/failure.ts";
import { redactor, Secret } from "../../../src/domain/secret.ts";
import { colourFor } from "../../../src/reporters/colour.ts";
import { type FormatLine, formatFor, isJournal } from "../../../src/reporters/log/log-line.ts";
import { workerLog } from "../../../src/reporters/log/worker-log.ts";
import { VirtualClock } from "../../helpers/clock.ts";
import { failedItem, flood, item, lane, lost, tooBig } from "../sample-events.ts";

const TOKEN = "123456789:AAE-secret-of-a-bot";
const colour = colourFor({ stream: {}, env: {}, noColor: true });
const plain = formatFor({ json: false, journal: false, colour });
const jsonLine = formatFor({ json: true, journal: false, colour });
const journalLine = formatFor({ json: false, journal: true, colour });
const DOOR = { url: "http://127.0.0.1:3000", guarded: true };

/** Lines without what stands in front of their message. */
const bare: FormatLine = (entry) => journalLine(entry).replace(/^<\d>/, "");

function watch({
  format = bare,
  level = "info" as LogLevel,
  maxWaitingBytes = 100_000,
  highWaterMark = 100_000,
  listInterval = null as number | null,
} = {}) {
  const events = new Emitter((error) => {
    throw error;
  });
  const clock = new VirtualClock();
  const stream = new PassThrough({ encoding: "utf8", highWaterMark });
  const redact = redactor([new Secret(TOKEN)]);
  const more = { adviser: () => DOOR, intervalMs: 2000, maxQueue: 500, listInterval, maxWaitingBytes };
  const log = workerLog(events, { stream, clock, format, level, redact, ...more });
  let rest = "";
  const lines = () => {
    for (let piece = stream.read(); piece !== null; piece = stream.read()) rest += piece;
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    return whole;
  };
  const start = () =>
    events.emit("started", { command: "worker", lanes: 2, concurrency: 5, ledger: "sqlite:prewarm.db" });
  return { events, clock, stream, log, lines, start };
}

const attempt = { key: "a.jpg", bot: "default", kind: "photo", chat: "-1001", bytes: 1000 } as const;
const retry = { key: "a.jpg", bot: "default", kind: "photo", chat: "-1001" } as const;

describe("the lines that operators grep for", () => {
  it("begins with the whole old line", () => {
    const { start, lines } = watch();
    start();
    expect(lines()).toEqual([
      "[MEDIA][PREWARM][WORKER][START] { interval_ms: 2000, concurrency: 5, max_queue_size: 500 }",
      "[MEDIA][PREWARM][WORKER][CONFIG] { command: 'worker', lanes: 2, ledger: 'sqlite:prewarm.db' }",
    ]);
  });

  it("follows an item from its start to its file_id, of which it shows the beginning", () => {
    const { events, lines } = watch();
    events.emit("attempt", attempt);
    events.emit("item", item({ fileId: "AgACAgQAAx0CbFJ8tQ", fileUniqueId: "AQADr7c" }));
    expect(lines()).toEqual([
      "[MEDIA][PREWARM][START] { bot: 'default', key: 'a.jpg', kind: 'photo', chat: '-1001', bytes: 1000 }",
      "[MEDIA][PREWARM][OK] { bot: 'default', key: 'a.jpg', kind: 'photo', chat: '-1001', file_id: 'AgACAgQA…', message_id: 7, transfer: 'url', bytes: 1000, attempts: 1, ms: 1500, send_ms: 400 }",
    ]);
  });

  it("tells failures, doubts and weak ids by their own prefixes and levels, with the next step", () => {
    const { events, lines } = watch({ level: "warn", format: journalLine });
    events.emit("item", failedItem(tooBig, { key: "big.mp4", chatId: "-1001" }));
    events.emit("item", failedItem(lost));
    events.emit(
      "item",
      item({ status: "weak", kind: "document", askedKind: "photo", reason: "came_back_as_document" }),
    );
    events.emit("retry", {
      ...retry,
      failure: failure("r2_unavailable", "503", { code: 503 }),
      notBefore: 9_000,
    });
    const [failed, unknown, weak, again] = lines();
    expect(failed).toMatch(
      /^<3>\[MEDIA\]\[PREWARM\]\[ERR\] \{ bot: 'default', key: 'big.mp4', kind: 'photo', chat: '-1001', status: 'failed', class: 'media', reason: 'file_too_big', message: '.*', next: 'use a Bot API server of your own/,
    );
    expect(unknown).toMatch(
      /^<3>\[MEDIA\]\[PREWARM\]\[ERR\] .*chat: null, status: 'unknown', class: 'in_doubt'/,
    );
    // As it is to be pasted, no quote of it escaped.
    expect(unknown).toContain(`\`${retryLine(DOOR, "unknown")}\` looks for its message first`);
    expect(weak).toMatch(
      /^<4>\[MEDIA\]\[PREWARM\]\[WEAK_FILE_ID\] .*asked_kind: 'photo', reason: 'came_back_as_document'/,
    );
    expect(again).toMatch(
      /^<4>\[MEDIA\]\[PREWARM\]\[RETRY\] .*chat: '-1001', in_ms: 4000, .*reason: 'r2_unavailable', code: 503/,
    );
  });

  it("has nothing to say at info of what a pass only finds again, and an end for all that was begun", () => {
    const found = [
      item({ status: "skipped", reason: "already_ready", transfer: null, attempts: 0 }),
      failedItem(lost, { left: true, transfer: null, attempts: 0 }),
    ];
    const quiet = watch();
    const talkative = watch({ level: "debug" });
    for (const { events } of [quiet, talkative]) {
      for (const each of found) events.emit("item", each);
      events.emit("item", item({ status: "skipped", reason: "duplicate_content", transfer: "upload" }));
    }
    expect(quiet.lines()).toEqual([
      expect.stringMatching(/^\[MEDIA\]\[PREWARM\]\[OK\] .*'duplicate_content'/),
    ]);
    expect(talkative.lines().map((line) => line.split(" ")[0])).toEqual([
      "[MEDIA][PREWARM][SKIP]",
      "[MEDIA][PREWARM][LEFT]",
      "[MEDIA][PREWARM][OK]",
    ]);
  });

  it("counts each interval in which something ended, and is silent while idle", async () => {
    const { events, clock, log, lines } = watch({ level: "info" });
    const batches = () => lines().filter((line) => line.includes("BATCH"));
    await clock.advance(60_000);
    events.emit("item", item({ status: "skipped", reason: "already_ready", transfer: null }));
    await clock.advance(60_000);
    expect(batches()).toEqual([]);
    for (let at = 0; at < 3; at += 1) events.emit("item", item());
    events.emit("retry", { ...retry, failure: flood, notBefore: 0 });
    await clock.advance(1_999);
    expect(batches()).toEqual([]);
    events.emit("item", failedItem(tooBig));
    await clock.advance(1);
    expect(batches()).toEqual([
      "[MEDIA][PREWARM][BATCH][DONE] { ready: 3, weak: 0, failed: 1, unknown: 0, skipped: 0, retries: 1 }",
    ]);
    events.emit("item", item());
    await log.stop();
    expect(batches()).toEqual([expect.stringContaining("[BATCH][DONE] { ready: 1,")]);
    await clock.advance(60_000);
    expect(batches()).toEqual([]);
  });

  it("tells back-pressure once when it sets in, and again only after a minute with room", async () => {
    const { events, clock, lines } = watch();
    const room = (full: boolean) => events.emit("room", { full, depth: full ? 500 : 499, capacity: 500 });
    const flutter = async (times: number) => {
      for (let at = 0; at < times; at += 1) {
        room(true);
        await clock.advance(3_000);
        room(false);
      }
    };
    await flutter(100);
    expect(lines()).toEqual(["[MEDIA][PREWARM][QUEUE][FULL] { queue_size: 500, max_queue_size: 500 }"]);
    await clock.advance(59_999);
    await flutter(2);
    expect(lines()).toEqual([]);
    await clock.advance(60_000);
    await flutter(2);
    expect(lines()).toHaveLength(1);
  });

  it("tells each stop and start once, by whom", () => {
    const { events, start, lines } = watch();
    start();
    for (const running of [true, false, false, true]) events.emit("claiming", { running });
    events.emit("stopping", { type: "signal", signal: "SIGTERM" });
    for (const running of [false, true]) events.emit("claiming", { running });
    const again = watch();
    again.start();
    again.events.emit("stopping", { type: "denied", failure: failure("r2_denied", "no right") });
    expect(lines().filter((line) => !line.includes("CONFIG"))).toEqual([
      "[MEDIA][PREWARM][WORKER][START] { interval_ms: 2000, concurrency: 5, max_queue_size: 500 }",
      "[MEDIA][PREWARM][WORKER][STOP] { by: 'control' }",
      "[MEDIA][PREWARM][WORKER][START] { interval_ms: 2000, concurrency: 5, max_queue_size: 500 }",
      "[MEDIA][PREWARM][WORKER][STOP] { by: 'SIGTERM' }",
    ]);
    expect(again.lines().at(-1)).toMatch(
      /\[STOP\] \{ by: 'denied', class: 'auth', reason: 'r2_denied', .*next: '/,
    );
  });
});

describe("what else happens", () => {
  it("tells a lane's freeze, end and return, not each message it sent", () => {
    const { events, clock, lines } = watch();
    const now = clock.now();
    for (const sent of [1, 2, 3]) events.emit("lane", lane({ sent }));
    for (const sent of [4, 5]) events.emit("lane", lane({ sent, frozenUntil: now + 30_000 }));
    events.emit("lane", lane({ closed: failure("bot_kicked", "kicked"), frozenUntil: now + 30_000 }));
    events.emit("lane", lane({ frozenUntil: now + 30_000 }));
    expect(lines()).toEqual([
      "[MEDIA][PREWARM][LANE][FROZEN] { bot: 'default', chat: '-1001', seconds: 30 }",
      expect.stringMatching(
        /^\[MEDIA\]\[PREWARM\]\[LANE\]\[CLOSED\] .*reason: 'bot_kicked', .*next: 'add the bot/,
      ),
      "[MEDIA][PREWARM][LANE][OPEN] { bot: 'default', chat: '-1001' }",
    ]);
  });

  it("says what listing costs as soon as the bucket's size is known, and when it has grown by half", () => {
    const { events, lines } = watch({ listInterval: 300_000 });
    const pass = { source: "bucket", ended: true, queued: 0, ms: 5, failure: null };
    const down = failure("r2_unavailable", "R2 answers 503", { code: 503 });
    events.emit("pass", { ...pass, ended: false, read: 0 });
    for (const read of [1_000, 1_400, 1_500, 1_600]) events.emit("pass", { ...pass, read });
    events.emit("pass", { ...pass, read: 9_000, failure: down });
    expect(lines().filter((line) => line.startsWith("listing"))).toEqual([
      expect.stringMatching(/^listing 1,000 objects every 5m: 8,640 Class A operations a month/),
      expect.stringMatching(/^listing 1,500 objects every 5m: 17,280 Class A operations a month/),
    ]);
  });

  it("tells passes that found work or broke off, and trouble once until it is over", () => {
    const { events, lines } = watch();
    const pass = { source: "bucket", ended: true, read: 1200, queued: 0, ms: 812.4, failure: null };
    const down = failure("r2_unavailable", "R2 answers 503", { code: 503 });
    events.emit("pass", { ...pass, ended: false });
    events.emit("pass", pass);
    events.emit("pass", { ...pass, queued: 3 });
    events.emit("pass", { ...pass, failure: down });
    for (let at = 0; at < 3; at += 1) events.emit("health", { part: "r2", failure: down });
    for (let at = 0; at < 2; at += 1) events.emit("health", { part: "r2", failure: null });
    events.emit("notice", { level: "warn", text: "a lane is out" });
    expect(lines()).toEqual([
      "[MEDIA][PREWARM][PASS][DONE] { source: 'bucket', read: 1200, queued: 3, ms: 812 }",
      expect.stringMatching(/^\[MEDIA\]\[PREWARM\]\[PASS\]\[DONE\] .*reason: 'r2_unavailable', code: 503/),
      expect.stringMatching(/^\[MEDIA\]\[PREWARM\]\[HEALTH\]\[DOWN\] \{ part: 'r2', class: 'transient'/),
      "[MEDIA][PREWARM][HEALTH][UP] { part: 'r2' }",
      "a lane is out",
    ]);
  });
});

describe("the two forms", () => {
  it("puts time and level in front for people", () => {
    const { events, lines } = watch({ format: plain });
    events.emit("attempt", attempt);
    expect(lines()[0]).toMatch(/^2023-11-14T22:13:25\.000Z info \[MEDIA\]\[PREWARM\]\[START\] \{ bot: /);
  });

  it("is an object a line for machines, fields in snake_case", () => {
    const { events, lines } = watch({ format: jsonLine, level: "debug" });
    events.emit("attempt", attempt);
    events.emit("item", failedItem(lost));
    events.emit("call", { bot: "default", chat: "-1001", ms: 80, failure: null });
    const [start, ended] = lines().map((line) => JSON.parse(line));
    expect(start).toEqual({
      ...{ time: "2023-11-14T22:13:25.000Z", level: "info", msg: "[MEDIA][PREWARM][START]" },
      ...attempt,
    });
    expect(ended).toMatchObject({
      level: "error",
      msg: "[MEDIA][PREWARM][ERR]",
      status: "unknown",
      key: "a.jpg",
    });
  });

  it.each<[string, FormatLine]>([
    ["for people", plain],
    ["as JSON", jsonLine],
  ])("lets no key, answer or sentence begin a line of its own, %s", (_, format) => {
    const { events, lines } = watch({ format });
    const evil = "a\n[MEDIA][PREWARM][OK] { key: 'x' }\r\u001b[2J\u2028b'\"\\";
    events.emit("attempt", { ...attempt, key: evil });
    events.emit("item", failedItem(failure("media_refused", evil), { key: evil }));
    events.emit("notice", { level: "info", text: evil });
    const all = lines();
    expect(all).toHaveLength(3);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    for (const line of all) expect(line).not.toMatch(/[\u0000-\u001f\u007f\u2028]/);
    if (format === jsonLine) expect(JSON.parse(all[0] ?? "").key).toBe(evil);
  });

  it("shows no secret, wherever one turns up", () => {
    const { events, lines } = watch({ level: "debug" });
    const evil = `https://api.telegram.org/bot${TOKEN}/sendPhoto https://r2/a?X-Amz-Signature=abc`;
    events.emit("attempt", { ...attempt, key: evil });
    events.emit("item", failedItem(failure("media_refused", evil), { key: evil, where: evil }));
    events.emit("retry", { ...retry, key: evil, failure: failure("r2_unavailable", evil), notBefore: 0 });
    events.emit("health", { part: "telegram", failure: failure("telegram_busy", evil) });
    events.emit("lane", lane({ closed: failure("bot_kicked", evil) }));
    events.emit("notice", { level: "warn", text: evil });
    const all = lines().join("\n");
    expect(all.match(/api\.telegram\.org/g)).toHaveLength(9);
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain("X-Amz-Signature");
  });

  it("is chosen by wish, then by where it goes", () => {
    const colour = colourFor({ stream: {}, env: {}, noColor: true });
    const entry = { at: 0, level: "warn", msg: "hot", fields: { n: 1, none: undefined } } as const;
    expect(formatFor({ json: true, journal: true, colour })(entry)).toMatch(/^\{"time":"1970.*"n":1\}$/);
    expect(formatFor({ json: false, journal: true, colour })(entry)).toBe("<4>hot { n: 1 }");
    expect(formatFor({ json: false, journal: false, colour })(entry)).toBe(
      "1970-01-01T00:00:00.000Z warn hot { n: 1 }",
    );
  });

  it("knows the journal by the inode that systemd names", () => {
    const descriptor = openSync("/dev/null", "r");
    const { dev, ino } = statSync("/dev/null");
    expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, descriptor)).toBe(true);
    expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` }, descriptor)).toBe(false);
    expect(isJournal({}, descriptor)).toBe(false);
    expect(isJournal({ JOURNAL_STREAM: "1:2" }, 9_999)).toBe(false);
  });
});

describe("a reader that is slow or gone", () => {
  it("drops lines at a bound and counts them as soon as there is room again", async () => {
    const { events, stream, lines } = watch({ maxWaitingBytes: 10_000, highWaterMark: 1_000 });
    for (let at = 0; at < 5_000; at += 1) events.emit("notice", { level: "info", text: `line ${at}` });
    expect(stream.writableLength).toBeLessThan(10_100);
    const all: string[] = [];
    const takeUntil = async (part: string) => {
      while (!all.at(-1)?.includes(part)) {
        all.push(...lines());
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await takeUntil("DROPPED");
    events.emit("notice", { level: "info", text: "after" });
    await takeUntil("after");
    const [dropped = "", after] = all.slice(-2);
    const count = Number(/^\[MEDIA\]\[PREWARM\]\[LOG\]\[DROPPED\] \{ lines: (\d+) \}$/.exec(dropped)?.[1]);
    expect(count + all.length - 2).toBe(5_000);
    expect(after).toBe("after");
  });

  it("survives one that has gone away, and stops", async () => {
    const { events, stream, log } = watch();
    stream.destroy(new Error("EPIPE"));
    await new Promise((resolve) => setImmediate(resolve));
    events.emit("item", item());
    await log.stop();
  });

  it("does not wait for ever for one that takes nothing", async () => {
    const { events, log } = watch({ highWaterMark: 64 });
    for (let at = 0; at < 500; at += 1) events.emit("item", item());
    await log.stop();
  });

  it("bounds what waits in a real pipe that nobody reads", async () => {
    const child = spawn("sleep", ["600"], { stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.on("error", () => {});
    const events = new Emitter();
    const more = { intervalMs: 2000, maxQueue: 500, maxWaitingBytes: 50_000, level: "info" as const };
    const options = {
      adviser: () => DOOR,
      listInterval: null,
      stream: child.stdin,
      clock: new VirtualClock(),
      format: jsonLine,
      redact: String,
      ...more,
    };
    const log = workerLog(events, options);
    for (let at = 0; at < 20_000; at += 1) events.emit("item", item());
    expect(child.stdin.writableLength).toBeLessThan(51_000);
    child.kill();
    await new Promise((resolve) => child.once("close", resolve));
    await log.stop();
  });
});
