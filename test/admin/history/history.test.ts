import { describe, expect, it } from "vitest";
import { History } from "../../../src/admin/history/history.ts";
import { Emitter } from "../../../src/domain/events.ts";
import { REASONS } from "../../../src/domain/reasons.ts";
import { VirtualClock } from "../../helpers/clock.ts";
import { failedItem, item, lost, tooBig } from "../../reporters/sample-events.ts";

function scene() {
  const clock = new VirtualClock();
  const events = new Emitter((error) => {
    throw error;
  });
  const waiting = { depth: 0 };
  const history = new History(events, clock, () => waiting.depth);
  return { clock, events, waiting, history };
}

const MINUTE = 60_000;

describe("the last hour", () => {
  it("has sixty minutes from the first moment on, one after the other", () => {
    const { history, clock } = scene();
    const minutes = history.minutes();
    expect(minutes).toHaveLength(60);
    expect(minutes.map(({ at }, index) => at - (minutes[0]?.at ?? 0) - index * MINUTE)).toEqual(
      Array(60).fill(0),
    );
    expect(clock.wall() - (minutes[59]?.at ?? 0)).toBeLessThan(MINUTE);
    expect(minutes.every(({ done, p95 }) => done === 0 && p95 === null)).toBe(true);
  });

  it("counts what ended in the minute in which it ended", async () => {
    const { history, clock, events } = scene();
    events.emit("item", item());
    events.emit("item", item({ status: "weak", bytes: 500 }));
    events.emit("item", failedItem(tooBig));
    events.emit("item", failedItem(lost));
    events.emit("item", item({ status: "skipped", attempts: 0 }));
    events.emit("item", failedItem(tooBig, { left: true }));
    await clock.advance(MINUTE);
    events.emit("item", item({ bytes: 7 }));
    const [before, now] = history.minutes().slice(-2);
    expect(before).toMatchObject({ done: 2, failed: 1, unknown: 1, bytes: 1500 });
    expect(now).toMatchObject({ done: 1, failed: 0, unknown: 0, bytes: 7 });
  });

  it("keeps the percentiles of each minute apart, waits left out", async () => {
    const { history, clock, events } = scene();
    const worked = (send: number) =>
      events.emit(
        "item",
        item({ latency: { total: 99_000, queue: 90_000, lane: 5_000, download: 0, send } }),
      );
    for (let ms = 1; ms <= 100; ms++) worked(ms * 10);
    await clock.advance(MINUTE);
    worked(3_000);
    const [before, now] = history.minutes().slice(-2);
    const near = (ms: number) => expect.closeTo(ms, -Math.floor(Math.log10(ms / 50)));
    expect([before?.p50, before?.p95]).toEqual([near(500), near(950)]);
    expect(Math.abs((now?.p95 ?? 0) / 3_000 - 1)).toBeLessThan(0.02);
  });

  it("forgets what is older than an hour, also when nothing happened for days", async () => {
    const { history, clock, events } = scene();
    events.emit("item", item());
    await clock.advance(59 * MINUTE);
    expect(history.minutes()[0]?.done).toBe(1);
    await clock.advance(MINUTE);
    expect(history.minutes().map(({ done }) => done)).toEqual(Array(60).fill(0));
    events.emit("item", item());
    await clock.advance(3 * 24 * 60 * MINUTE);
    expect(history.minutes()).toHaveLength(60);
    expect(history.minutes().every(({ done }) => done === 0)).toBe(true);
  });

  it("shows the deepest queue of each minute, and a queue that stands still in all of them", async () => {
    const { history, clock, events, waiting } = scene();
    events.emit("queued", { bytes: 1, depth: 40 });
    waiting.depth = 12;
    await clock.advance(3 * MINUTE);
    expect(
      history
        .minutes()
        .slice(-4)
        .map(({ depth }) => depth),
    ).toEqual([40, 12, 12, 12]);
  });

  it("costs the same after a hundred thousand items", () => {
    const { history, events } = scene();
    for (let index = 0; index < 100_000; index++) {
      events.emit("attempt", { key: `${index}`, bot: "b", kind: "photo", chat: "-1", bytes: 1 });
      events.emit("item", item({ key: `${index}`, bot: "b" }));
    }
    expect(history.minutes().at(-1)?.done).toBe(100_000);
    expect(JSON.stringify(history.minutes()).length).toBeLessThan(10_000);
  });
});

describe("the last failures", () => {
  it("are twenty, newest first, each with its chat and way out", () => {
    const { history, events, clock } = scene();
    for (let index = 1; index <= 25; index++) {
      events.emit("attempt", { key: `${index}.jpg`, bot: "default", kind: "photo", chat: "-1002", bytes: 1 });
      events.emit("item", failedItem(index % 2 === 0 ? tooBig : lost, { key: `${index}.jpg` }));
    }
    const failures = history.failures();
    expect(failures.map(({ key }) => key)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${25 - index}.jpg`),
    );
    expect(failures[1]).toEqual({
      at: clock.wall(),
      status: "failed",
      bot: "default",
      key: "24.jpg",
      again: "24.jpg",
      chat: "-1002",
      reason: "file_too_big",
      message: tooBig.message,
      next: REASONS.file_too_big.next,
    });
    expect(failures[0]?.status).toBe("unknown");
  });

  it("leave out what was only found so, and cut what is long", () => {
    const { history, events } = scene();
    events.emit("item", failedItem(tooBig, { left: true }));
    events.emit("item", item());
    expect(history.failures()).toEqual([]);
    events.emit("item", failedItem({ ...tooBig, message: "m".repeat(5_000) }, { key: "k".repeat(5_000) }));
    expect([history.failures()[0]?.key.length, history.failures()[0]?.message.length]).toEqual([300, 300]);
  });

  it("name the place in the manifest where there is no key", () => {
    const { history, events } = scene();
    events.emit("item", failedItem(tooBig, { key: null, where: "list.jsonl:3" }));
    expect(history.failures()[0]?.key).toBe("list.jsonl:3");
  });
});

describe("the last passes", () => {
  const pass = { source: "bucket", ended: true, read: 10, queued: 2, ms: 900, failure: null };

  it("are ten, newest first, and one that goes on is told apart", () => {
    const { history, events, clock } = scene();
    for (let read = 1; read <= 12; read++) {
      events.emit("pass", { ...pass, ended: false, read: 0, queued: 0, ms: 0 });
      expect(history.reading()).toEqual(["bucket"]);
      events.emit("pass", { ...pass, read });
      expect(history.reading()).toEqual([]);
    }
    expect(history.passes().map(({ read }) => read)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(history.passes()[0]).toEqual({ ...pass, read: 12, at: clock.wall() });
  });
});
