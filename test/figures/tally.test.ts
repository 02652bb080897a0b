import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failedItem, flood, item, lane, lost, scene, tooBig } from "../reporters/sample-events.ts";

const started = { command: "run", lanes: 2, concurrency: 5, ledger: "sqlite:prewarm.db" };

describe("Tally counts", () => {
  it("answers with plain zeros, and a rate of 1, before anything happened", () => {
    const { tally } = scene();
    expect(tally.snapshot()).toMatchObject({
      total: 0,
      successRate: 1,
      perMinute: 0,
      recentPerMinute: 0,
      bytes: 0,
      latency: { p50: 0, p95: 0, p99: 0 },
      queueWait: { p50: 0, p95: 0, p99: 0 },
      floodWaits: 0,
      etaMs: null,
      durationMs: 0,
    });
  });

  it("counts items by status, and bytes of those that got an id", () => {
    const { tally, events } = scene();
    events.emit("item", item());
    events.emit("item", item({ status: "weak", bytes: 50, reason: "came_back_as_document" }));
    events.emit("item", item({ status: "skipped", reason: "already_ready", attempts: 0 }));
    events.emit("item", failedItem(tooBig, { attempts: 0 }));
    events.emit("item", failedItem(lost));
    const { counts, total, bytes, skips } = tally.snapshot();
    expect(counts).toEqual({ ready: 1, weak: 1, skipped: 1, failed: 1, unknown: 1 });
    expect([total, bytes]).toEqual([5, 1050]);
    expect([...skips]).toEqual([["already_ready", 1]]);
  });

  it("takes the success rate over what was tried: no skips, nothing that was left alone", () => {
    const { tally, events } = scene();
    for (let at = 0; at < 3; at++) events.emit("item", item());
    events.emit("item", failedItem(tooBig));
    events.emit("item", item({ status: "skipped", reason: "already_ready" }));
    for (let at = 0; at < 9; at++) events.emit("item", failedItem(lost, { left: true, attempts: 0 }));
    events.emit("item", failedItem(tooBig, { left: true, attempts: 0 }));
    const snapshot = tally.snapshot();
    expect(snapshot.successRate).toBe(0.75);
    expect([snapshot.leftUnknown, snapshot.leftFailed]).toEqual([9, 1]);
    expect([snapshot.counts.unknown, snapshot.counts.failed]).toEqual([9, 2]);
  });

  it("groups what ended badly by status and reason, most frequent first, with the first of each as the example", () => {
    const { tally, events } = scene();
    const line = failure("manifest_line", "list.csv:3: key is missing");
    events.emit("item", failedItem(line, { key: null, where: "list.csv:3", attempts: 0 }));
    events.emit("item", failedItem(tooBig, { key: "x.mp4" }));
    events.emit("item", failedItem(tooBig, { key: "y.mp4", left: true }));
    events.emit("item", item({ key: "w.jpg", status: "weak", reason: "came_back_as_document" }));
    const short = tally.snapshot().reasons.map(({ message, ...rest }) => rest);
    expect(short).toEqual([
      { status: "failed", class: "media", reason: "file_too_big", count: 2, left: 1, example: "x.mp4" },
      {
        status: "failed",
        class: "config",
        reason: "manifest_line",
        count: 1,
        left: 0,
        example: "list.csv:3",
      },
      {
        status: "weak",
        class: "media",
        reason: "came_back_as_document",
        count: 1,
        left: 0,
        example: "w.jpg",
      },
    ]);
  });

  it("counts flood waits by calls, and retries", () => {
    const { tally, events } = scene();
    const call = { bot: "default", chat: "-1001", ms: 80 };
    events.emit("call", { ...call, failure: flood });
    events.emit("call", { ...call, failure: tooBig });
    events.emit("call", { ...call, failure: null });
    const about = { key: "a", bot: "default", kind: "photo", chat: "-1001" } as const;
    events.emit("retry", { ...about, failure: flood, notBefore: 5 });
    expect(tally.snapshot()).toMatchObject({ floodWaits: 1, retries: 1 });
  });
});

describe("Tally times", () => {
  it("gives percentiles of the work of tried items, and of the waits apart", () => {
    const { tally, events } = scene();
    for (let ms = 1; ms <= 100; ms++) {
      const latency = { total: 0, queue: 10 * ms, lane: 0, download: ms, send: 2 * ms };
      events.emit("item", item({ latency }));
    }
    events.emit("item", item({ status: "skipped", attempts: 0, latency: { ...item().latency, send: 9e6 } }));
    const { latency, download, send, queueWait, laneWait } = tally.snapshot();
    expect(latency).toEqual({ p50: 150, p95: 285, p99: 297 });
    expect(download).toEqual({ p50: 50, p95: 95, p99: 99 });
    expect(send).toEqual({ p50: 100, p95: 190, p99: 198 });
    expect(queueWait).toEqual({ p50: 500, p95: 950, p99: 990 });
    expect(laneWait).toEqual({ p50: 0, p95: 0, p99: 0 });
  });

  it("survives times that no histogram takes", () => {
    const { tally, events } = scene();
    const latency = { total: 0, queue: -0.4, lane: 0.2, download: 0, send: 1e12 };
    events.emit("item", item({ latency }));
    const { send, queueWait } = tally.snapshot();
    expect(queueWait.p50).toBe(0);
    expect(send.p50).toBeGreaterThanOrEqual(24 * 3_600_000 * 0.99);
  });

  it("takes the pace over the run since `started`, and over the last minute", () => {
    const { tally, events, pass } = scene();
    pass(50_000);
    events.emit("started", started);
    for (let at = 0; at < 60; at++) {
      pass(1000);
      events.emit("item", item());
    }
    expect(tally.snapshot().perMinute).toBe(60);
    for (let at = 0; at < 60; at++) {
      pass(1000);
      if (at % 2 === 1) events.emit("item", item({ bytes: 6000 }));
    }
    const { perMinute, recentPerMinute, recentBytesPerSecond, durationMs } = tally.snapshot();
    expect([durationMs, perMinute]).toEqual([120_000, 45]);
    expect(Math.abs(recentPerMinute - 30)).toBeLessThan(1);
    expect(Math.abs(recentBytesPerSecond - 3000)).toBeLessThan(100);
    pass(61_000);
    expect(tally.snapshot().recentPerMinute).toBe(0);
  });

  it("takes the first minute's pace over the time there was", () => {
    const { tally, events, pass } = scene();
    events.emit("started", started);
    pass(500);
    events.emit("item", item());
    expect(tally.snapshot().recentPerMinute).toBe(0);
    pass(9500);
    events.emit("item", item());
    expect(tally.snapshot().recentPerMinute).toBe(12);
  });

  it("gives an ETA once the source has ended: what waits and runs, at the recent pace", () => {
    const { tally, events, pass } = scene();
    events.emit("started", started);
    pass(30_000);
    for (let at = 0; at < 10; at++) events.emit("item", item());
    events.emit("queued", { bytes: 5, depth: 35 });
    events.emit("active", { count: 5 });
    events.emit("source", { read: 50, bytes: 500, filtered: 0, listed: 0, ended: false });
    expect(tally.snapshot().etaMs).toBeNull();
    events.emit("source", { read: 50, bytes: 500, filtered: 0, listed: 0, ended: true });
    expect(tally.snapshot()).toMatchObject({
      etaMs: 120_000,
      read: 50,
      depth: 35,
      active: 5,
      concurrency: 5,
    });
    pass(120_000);
    expect(tally.snapshot().etaMs).toBeNull();
    tally.watch({ depth: () => 0, active: () => 0 });
    expect(tally.snapshot().etaMs).toBe(0);
  });
});

describe("Tally lanes", () => {
  it("keeps the last view of each lane, in the order they came", () => {
    const { tally, events } = scene();
    events.emit("lane", lane({ sent: 1 }));
    events.emit("lane", lane({ bot: "second", sent: 9 }));
    events.emit("lane", lane({ sent: 2, frozenUntil: 77 }));
    expect(tally.snapshot().lanes).toEqual([
      lane({ sent: 2, frozenUntil: 77 }),
      lane({ bot: "second", sent: 9 }),
    ]);
  });
});
