import { describe, expect, it } from "vitest";
import type { Order } from "../../src/domain/choices.ts";
import type { Task } from "../../src/domain/task.ts";
import { WorkQueue } from "../../src/queue/work-queue.ts";
import { task } from "./tasks.ts";

const HOUR = 3_600_000;
const NOW = 1_700_000_000_000;

function queueOf(order: Order, tasks: readonly Task[] = [], capacity = 0): WorkQueue {
  const queue = new WorkQueue({ capacity, order, wall: () => NOW });
  for (const each of tasks) queue.push(each);
  return queue;
}

function keysOf(queue: WorkQueue, now = 1): string[] {
  const keys: string[] = [];
  for (let next = queue.shift(now); next; next = queue.shift(now)) keys.push(next.entry.key);
  return keys;
}

const sized = [
  task("big.mp4", { kind: "video", of: { bytes: 40_000_000 } }),
  task("small.mp4", { kind: "video", of: { bytes: 60_000 } }),
  task("big.jpg", { of: { bytes: 9_000_000 } }),
  task("song.mp3", { kind: "audio", of: { bytes: 65_536 } }),
  task("second.jpg", { of: { bytes: 65_000 } }),
  task("first-of-next.jpg", { of: { bytes: 65_537 } }),
  task("third.jpg", { of: { bytes: 1 } }),
];

describe("WorkQueue order", () => {
  it("gives small ones first, photos before videos in a size class, otherwise as they came", () => {
    expect(keysOf(queueOf("small", sized))).toEqual([
      "second.jpg",
      "third.jpg",
      "song.mp3",
      "small.mp4",
      "first-of-next.jpg",
      "big.jpg",
      "big.mp4",
    ]);
  });

  it("gives large ones first on request, photos still before videos", () => {
    const sameClass = [
      task("a.mp4", { kind: "video", of: { bytes: 9_000_000 } }),
      task("b.jpg", { of: { bytes: 9_000_000 } }),
    ];
    expect(keysOf(queueOf("large", [...sized, ...sameClass]))).toEqual([
      "big.mp4",
      "big.jpg",
      "b.jpg",
      "a.mp4",
      "first-of-next.jpg",
      "second.jpg",
      "third.jpg",
      "song.mp3",
      "small.mp4",
    ]);
  });

  it("gives recent ones first on request, those without a date last", () => {
    const tasks = [
      task("no-date"),
      task("last-year", { of: { modifiedAt: NOW - 365 * 24 * HOUR } }),
      task("30-days", { of: { modifiedAt: NOW - 30 * 24 * HOUR } }),
      task("20-days", { of: { modifiedAt: NOW - 20 * 24 * HOUR } }),
      task("two-hours", { of: { modifiedAt: NOW - 2 * HOUR } }),
      task("now", { of: { modifiedAt: NOW } }),
      task("from-a-clock-ahead", { of: { modifiedAt: NOW + HOUR } }),
    ];
    expect(keysOf(queueOf("recent", tasks))).toEqual([
      "now",
      "from-a-clock-ahead",
      "two-hours",
      "20-days",
      "30-days",
      "last-year",
      "no-date",
    ]);
  });

  it("keeps the order of the source on request", () => {
    expect(keysOf(queueOf("source", sized))).toEqual(sized.map((each) => each.entry.key));
  });

  it("lets priority win over every order", () => {
    const tasks = [
      task("usual"),
      task("late", { of: { priority: -1 } }),
      task("first", { of: { priority: 5, bytes: 40_000_000 } }),
      task("second", { of: { priority: 2 } }),
      task("usual-too", { of: { priority: 0 } }),
    ];
    expect(keysOf(queueOf("small", tasks))).toEqual(["first", "second", "usual", "usual-too", "late"]);
  });

  it("stays in order and empty afterwards when every entry has a priority of its own", () => {
    const tasks = Array.from({ length: 500 }, (_, at) => task(`${at}`, { of: { priority: (at * 7) % 500 } }));
    const queue = queueOf("small", tasks);
    const priorities = Array.from({ length: 500 }, () => queue.shift(1)?.entry.priority);
    expect(priorities).toEqual(Array.from({ length: 500 }, (_, at) => 499 - at));
    expect(queue.length).toBe(0);
    queue.push(task("again"));
    expect(keysOf(queue)).toEqual(["again"]);
  });
});

describe("WorkQueue bots", () => {
  const tasks = [
    task("1", { bot: "a" }),
    task("2", { bot: "b" }),
    task("3", { bot: "a" }),
    task("large-b", { bot: "b", of: { bytes: 1_000_000 } }),
  ];

  it("takes bots in the order their tasks came", () => {
    expect(keysOf(queueOf("small", tasks))).toEqual(["1", "2", "3", "large-b"]);
  });

  it("passes over a bot that is not accepted without losing its place", () => {
    const queue = queueOf("small", tasks);
    const onlyB = (bot: string) => bot === "b";
    expect(queue.shift(1, onlyB)?.entry.key).toBe("2");
    expect(queue.shift(1, onlyB)?.entry.key).toBe("large-b");
    expect(queue.shift(1, onlyB)).toBeUndefined();
    expect(queue.length).toBe(2);
    expect(keysOf(queue)).toEqual(["1", "3"]);
  });
});

describe("WorkQueue deferrals", () => {
  it("holds a task back until its moment, then puts it in front of its class", () => {
    const queue = queueOf("small", [task("fresh"), task("held", { notBefore: 100 })]);
    expect([queue.dueInMs(0), queue.dueInMs(99)]).toEqual([100, 1]);
    // What is due waits for whoever shifts it, not for time.
    expect(queue.dueInMs(100)).toBe(Number.POSITIVE_INFINITY);
    expect(queue.shift(99)?.entry.key).toBe("fresh");
    expect(queue.shift(99.9)).toBeUndefined();
    queue.push(task("newer"));
    expect(queue.shift(100)?.entry.key).toBe("held");
    expect(queue.dueInMs(0)).toBe(Number.POSITIVE_INFINITY);
    expect(keysOf(queue)).toEqual(["newer"]);
  });

  it("returns several due tasks earliest first, and equal moments as they came", () => {
    const moments = [50, 10, 30, 10, 40, 20, 10, 60];
    const queue = queueOf("source", [task("fresh")]);
    for (const [at, notBefore] of moments.entries()) queue.push(task(`${notBefore}/${at}`, { notBefore }));
    expect(keysOf(queue, 55)).toEqual(["10/1", "10/3", "10/6", "20/5", "30/2", "40/4", "50/0", "fresh"]);
    expect(queue.dueInMs(55)).toBe(5);
    expect(queue.length).toBe(1);
  });

  it("agrees with sorting for many tasks deferred at random", () => {
    let state = 3;
    const moments = Array.from({ length: 2000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return 1 + (state % 500);
    });
    const queue = queueOf("source");
    for (const notBefore of moments) queue.push(task(`${notBefore}`, { notBefore }));
    expect(keysOf(queue, 1000).map(Number)).toEqual(moments.toSorted((a, b) => a - b));
  });
});

describe("WorkQueue back-pressure", () => {
  it("makes the feeder wait at the capacity and wakes it when a task leaves", async () => {
    const queue = queueOf("small", [task("1"), task("2")], 2);
    let hasRoom = false;
    const waiting = queue.room().then(() => {
      hasRoom = true;
    });
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    queue.shift(1);
    await waiting;
    expect(hasRoom).toBe(true);
  });

  it("keeps the feeder waiting while deferred tasks hold the queue above its capacity, without dropping any", async () => {
    const queue = queueOf("small", [task("1"), task("2")], 2);
    const first = queue.shift(1);
    queue.push(task("3"));
    queue.push({ ...(first ?? task("lost")), notBefore: 50 });
    expect(queue.length).toBe(3);
    let hasRoom = false;
    const waiting = queue.room().then(() => {
      hasRoom = true;
    });
    queue.shift(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasRoom).toBe(false);
    queue.shift(1);
    await waiting;
    expect(keysOf(queue, 50)).toEqual(["1"]);
  });

  it("lets the feeder go at once without a capacity, and on abort", async () => {
    await queueOf("small", [task("1")]).room();
    const full = queueOf("small", [task("1")], 1);
    const stop = new AbortController();
    const aborted = full.room(stop.signal);
    stop.abort();
    await aborted;
    await full.room(stop.signal);
    expect(full.length).toBe(1);
  });
});
