import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Task } from "../../src/domain/task.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import { LedgerError } from "../../src/ledgers/error.ts";
import { type Line, openLine } from "./line.ts";

/** Every post takes this long, in milliseconds of the clock. */
const slow = (ms: number) => ({ match: { count: 99 }, fault: { type: "latency", ms } });

const startedKeys = (line: Line) => line.told.attempt.map(({ key }) => key);
const GONE = failure("chat_gone", "the chat was deleted");

describe("a dispatcher", () => {
  it("begins as many tasks as there are places, in the order of the queue, and the next as soon as one ends", async () => {
    const line = await openLine({ paces: [new FixedPace(6_000)], concurrency: 2, faults: [slow(1_000)] });
    for (const key of ["a", "b", "c"]) await line.put(key);
    const running = line.run();
    await line.live(900);
    expect(startedKeys(line)).toEqual(["a", "b"]);
    await line.live(150);
    expect(startedKeys(line)).toEqual(["a", "b", "c"]);
    await line.live(1_000);
    await running;
    expect(line.told.item.map(({ key, status }) => [key, status])).toEqual([
      ["a", "ready"],
      ["b", "ready"],
      ["c", "ready"],
    ]);
  });

  it("hands each task to the lane that is free first, and sleeps until one is", async () => {
    const line = await openLine({ paces: [new FixedPace(60), new FixedPace(30)] });
    for (const key of ["a", "b", "c", "d"]) await line.put(key);
    const running = line.run();
    await line.live(2_100);
    await running;
    const calls = line.server.calls().map(({ chat_id, started }) => [chat_id, Math.round(started / 100)]);
    expect(calls).toEqual([
      ["-1", 0],
      ["-2", 0],
      ["-1", 10],
      ["-1", 20],
    ]);
  });

  it("begins to read an object before its lane is free, by as long as reading takes", async () => {
    const line = await openLine({ paces: [new FixedPace(6)] });
    line.transfers.readMs = 1_000;
    for (let i = 0; i < 8; i++) await line.put(`${i}`);
    const running = line.run();
    await line.live(75_000);
    await running;
    const gap = 60_000 / (6 * 0.99);
    const begun = line.server.calls().map(({ started }) => started);
    const apart = begun.slice(1).map((at, nth) => at - (begun[nth] ?? 0));
    // How long reading takes is learned from each object: without that all calls would be 0.7 s further apart.
    expect(apart[0]).toBeGreaterThan(gap + 100);
    expect(apart.at(-1)).toBeLessThanOrEqual(gap);
  });

  it("leaves a task alone until its time has come", async () => {
    const line = await openLine();
    await line.put("later", { notBefore: 30_000 });
    await line.put("now");
    const running = line.run();
    await line.live(29_999);
    expect(startedKeys(line)).toEqual(["now"]);
    await line.live(1);
    await running;
    expect(startedKeys(line)).toEqual(["now", "later"]);
  });

  it("tells waiting for a place from waiting for a lane", async () => {
    const line = await openLine({ paces: [new FixedPace(6)], concurrency: 1, faults: [slow(2_000)] });
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    await line.live(13_000);
    await running;
    const [first, second] = line.told.item.map(({ latency }) => latency);
    expect(first).toMatchObject({ queue: 0, lane: 0, send: 2_000, total: 2_000 });
    expect(second?.queue).toBe(2_000);
    expect(second?.lane).toBeCloseTo(60_000 / (6 * 0.99) - 2_000, 3);
  });

  it("waits with an empty queue while more may come, and ends when nothing may", async () => {
    const policy = { isFed: true };
    const line = await openLine({ policy });
    const running = line.run();
    await line.live(60_000);
    await line.put("late");
    await line.live(0);
    expect(line.told.item).toHaveLength(1);
    const state = { isOver: false };
    void running.then(() => {
      state.isOver = true;
    });
    await line.live(60_000);
    expect(state.isOver).toBe(false);
  });

  it("begins nothing while its policy says pause, and goes on when the bell rings", async () => {
    const state = { paused: true };
    const line = await openLine({ policy: { isPaused: () => state.paused } });
    await line.put("a");
    const running = line.run();
    await line.live(60_000);
    expect(startedKeys(line)).toEqual([]);
    state.paused = false;
    line.bell.ring();
    await line.live(0);
    await running;
    expect(startedKeys(line)).toEqual(["a"]);
  });

  it("begins nothing new once the run drains, and ends when what is under way has ended", async () => {
    const line = await openLine({ faults: [slow(5_000)] });
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    await line.live(500);
    line.stop.drain({ type: "duration" });
    await line.live(5_000);
    await running;
    expect([startedKeys(line), line.queue.length]).toEqual([["a"], 1]);
    expect(line.attemptStates()).toEqual(["ready"]);
  });

  it("throws what broke once all that was under way has ended", async () => {
    const line = await openLine({ paces: [new FixedPace(6_000)], faults: [slow(60_000)] });
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    running.catch(() => {});
    await line.live(5);
    line.sql("drop table prewarm_attempts");
    await line.live(1_000);
    await expect(running).rejects.toThrow(LedgerError);
    expect(line.stop.aborting.aborted).toBe(true);
  });
});

describe("a task that no lane takes", () => {
  it("goes to the policy, and those that wait for its content are decided anew", async () => {
    const given: string[] = [];
    const line = await openLine({
      paces: [new FixedPace(60), new FixedPace(60)],
      policy: {
        withoutLane: async ({ entry }: Task) => {
          given.push(entry.key);
        },
      },
    });
    for (const lane of line.lanes.all) line.lanes.close(lane, failure("kind_not_allowed", "no"), "document");
    await line.put("a");
    await line.put("copy", { entry: { key: "copy", bytes: 9, etag: "etag-a" }, content: "etag:etag-a:9" });
    const running = line.run();
    await line.live(0);
    await running;
    expect(given).toEqual(["a", "copy"]);
    expect(line.transfers.reads).toEqual([]);
  });

  it("fails in a run, and its row stays as it was", async () => {
    const line = await openLine({ paces: [new FixedPace(60)] });
    for (const lane of line.lanes.all) line.lanes.close(lane, failure("kind_not_allowed", "no"), "document");
    await line.put("a");
    const running = line.run();
    await line.live(0);
    await running;
    expect(line.told.item).toMatchObject([{ key: "a", status: "failed", reason: "kind_not_allowed" }]);
    expect(line.rows()).toEqual([]);
  });

  it("waits while a lane that takes its kind is busy and another is free that does not", async () => {
    const line = await openLine({ paces: [new FixedPace(6), new FixedPace(6)] });
    const [first, second] = line.lanes.all;
    if (!first || !second) throw new Error("two lanes");
    line.lanes.close(second, failure("kind_not_allowed", "no"), "document");
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    await line.live(20_000);
    await running;
    expect(line.server.calls().map(({ chat_id }) => chat_id)).toEqual(["-1", "-1"]);
  });

  it("stays in the queue when the last lane of the run is closed by an answer", async () => {
    const line = await openLine();
    line.server.control({ chat: { id: -1, kick: true } });
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    await line.live(5_000);
    await running;
    expect(line.told.stopping).toMatchObject([{ type: "no_lane", failure: { reason: "bot_kicked" } }]);
    expect([startedKeys(line), line.told.item, line.queue.length]).toEqual([["a"], [], 2]);
    expect(line.lanes.isOpen("default")).toBe(false);
  });

  it("is not touched when its bot is closed while it waits", async () => {
    const line = await openLine({ paces: [new FixedPace(6)], policy: { withoutLane: async () => {} } });
    for (const key of ["a", "b"]) await line.put(key);
    const running = line.run();
    await line.live(100);
    line.lanes.closeBot("default", GONE);
    await line.live(100);
    await running;
    expect(line.transfers.reads).toEqual(["a"]);
  });
});

describe("a flood wait", () => {
  it.each([20, 30])("holds its lane (%i/min) before anything else is taken for it", async (perMinute) => {
    // Three calls are under way at most: the fourth is due, and waits only for one of them to end.
    const line = await openLine({
      paces: [new FixedPace(perMinute)],
      faults: [
        { match: { count: 9 }, fault: { type: "latency", ms: 9_500 } },
        { match: { nth: 1 }, fault: { type: "flood", retry_after: 30 } },
      ],
    });
    for (const key of ["a", "b", "c", "d", "e"]) await line.put(key);
    const running = line.run();
    await line.live(9_500);
    expect(line.told.retry.map(({ key, failure }) => [key, failure.reason])).toEqual([["a", "flood_wait"]]);
    const { reads } = line.transfers;
    expect({ started: startedKeys(line), reads }).toEqual({
      started: ["a", "b", "c"],
      reads: ["a", "b", "c"],
    });
    await line.live(120_000);
    await running;
    const calls = line.server.calls().map(({ started }) => started);
    expect(calls.filter((at) => at > 9_500 && at < 39_500)).toEqual([]);
    expect(line.told.item.map(({ status }) => status)).toEqual(Array(5).fill("ready"));
  });

  it("costs its item no try, and is told to whoever counts calls before the lane is free", async () => {
    const line = await openLine({
      faults: [{ match: { nth: 1 }, fault: { type: "flood", retry_after: 7 } }],
    });
    await line.put("a");
    const running = line.run();
    await line.live(7_000);
    await running;
    expect(line.told.order.slice(line.told.order.indexOf("call"), -1).slice(0, 2)).toEqual(["call", "lane"]);
    expect(line.attemptStates()).toEqual(["retry", "ready"]);
    expect(line.told.item).toMatchObject([{ key: "a", status: "ready", attempts: 2 }]);
  });
});
