import { describe, expect, it } from "vitest";
import { ByteBudget } from "../../../src/domain/byte-budget.ts";
import { Emitter } from "../../../src/domain/events.ts";
import { ok } from "../../../src/domain/result.ts";
import type { Task } from "../../../src/domain/task.ts";
import type { Permit } from "../../../src/lanes/port.ts";
import { gather } from "../../../src/pipeline/packs/gather.ts";
import { trustOf } from "../../../src/pipeline/packs/trust.ts";
import { packUse } from "../../../src/pipeline/packs/use.ts";
import { ReadAhead } from "../../../src/pipeline/read-ahead.ts";
import { Stop } from "../../../src/pipeline/stop.ts";
import { WorkQueue } from "../../../src/queue/work-queue.ts";
import type { Prepared, Transfers } from "../../../src/transfers/port.ts";
import { VirtualClock } from "../../helpers/clock.ts";

const MB = 1_000_000;
const PERMIT = {
  lane: { bot: { slug: "default" }, chat: "-1", takes: (kind: string) => kind === "document" },
} as unknown as Permit;
const TASK = { bot: "default", kind: "document", queuedAt: 0, tries: 0, calls: 0, notBefore: 0 };

function taskOf(n: number, more: Partial<Task> = {}, bytes = MB): Task {
  return { ...TASK, entry: { key: `${n}`, bytes, etag: "" }, content: `${n}`, ...more } as Task;
}

/** Documents of 1 MB in a queue, or other tasks, and room for so many of them; their reads end when the test says so. */
function openRoom(transfer: "url" | "upload", room: number | null, given: readonly Task[] = []) {
  const clock = new VirtualClock();
  const budget = room === null ? null : new ByteBudget(room * MB);
  const reads: (() => void)[] = [];
  const transfers = {
    guess: () => transfer,
    prepare: () =>
      new Promise((resolve) => {
        reads.push(() => resolve(ok({ transfer, drop: () => {} } as unknown as Prepared)));
      }),
  } as unknown as Transfers;
  const queue = new WorkQueue({ capacity: 0, order: "small", wall: () => 0 });
  const ahead = new ReadAhead({
    ...{ clock, transfers, budget, wholeBytes: MB },
    stop: new Stop(new Emitter()),
    changed: () => {},
  });
  const tasks = given.length > 0 ? given : Array.from({ length: 20 }, (_, n) => taskOf(n));
  for (const task of tasks) queue.push(task);
  const proved = ["quota messages", "ids:document ordinary", "keeps 50"].map((text) => {
    const [what = "", result = ""] = text.split(" ");
    return { bot: "default", scope: "*", what, result, evidence: {}, at: 0 };
  });
  const trust = trustOf(proved, { bot: "default", chat: "-1", type: "channel" }, 0);
  const bounds = { use: packUse({ type: "auto" }, trust), mostBytes: 45 * MB };
  const pack = () => {
    const first = ahead.takeAny(0, "default");
    const task = first?.task ?? queue.shift(0, () => true);
    return task ? gather({ task, read: first }, PERMIT, 0, { queue, ahead, transfers, bounds }) : null;
  };
  const begin = () => {
    const task = queue.shift(0, () => true);
    if (!task || ahead.begin(task)) return task !== undefined;
    queue.unshift(task);
    return false;
  };
  return { budget, reads, ahead, queue, pack, begin };
}

describe("the room that packs have", () => {
  it("is that of what is read ahead: a pack holds no more uploads than there is room for", () => {
    const { pack, queue, budget } = openRoom("upload", 8);
    const [one, two] = [pack(), pack()];
    expect([one?.length, two, queue.length, budget?.used]).toEqual([8, null, 11, 8 * MB]);
    for (const { release } of one ?? []) release?.();
    expect([budget?.used, pack()?.length]).toEqual([0, 8]);
  });

  it("is taken by nothing that goes by url", () => {
    const { pack, budget } = openRoom("url", 1);
    expect([pack()?.length, (budget?.used ?? 0) < MB / 10]).toEqual([20, true]);
  });

  it("bounds no pack where nothing is read ahead", () => {
    const { pack } = openRoom("upload", null);
    expect(pack()?.length).toBe(20);
  });

  it("is given back when it turns out that an object goes by url", async () => {
    const { begin, reads, ahead, budget } = openRoom("url", 2);
    expect([begin(), begin(), begin(), ahead.isFull]).toEqual([true, true, false, true]);
    for (const read of reads) read();
    await ahead.idle();
    expect([(budget?.used ?? MB) < MB / 10, ahead.isFull, begin()]).toEqual([true, false, true]);
  });

  it("takes along what is still being read, each with what was booked for it", async () => {
    const { begin, reads, pack, ahead, budget } = openRoom("upload", 50);
    for (const _ of Array(5)) begin();
    reads[2]?.();
    await Promise.resolve();
    const taken = pack();
    expect([taken?.length, taken?.filter(({ read }) => read).length]).toEqual([20, 5]);
    expect([ahead.size, budget?.used]).toEqual([0, 20 * MB]);
    for (const read of reads) read();
    await ahead.idle();
    expect(budget?.used).toBe(20 * MB);
    for (const { release } of taken ?? []) release?.();
    expect(budget?.used).toBe(0);
  });
});

describe("what is passed over for a pack", () => {
  const keysIn = (queue: WorkQueue) =>
    Array.from({ length: queue.length }, () => queue.shift(0, () => true)?.entry.key);

  it("waits in its order, before what comes after it", () => {
    const others = [taskOf(1, { alone: true }), taskOf(2, { kind: "audio" })];
    const { pack, queue } = openRoom("url", null, [taskOf(0), ...others, taskOf(3), taskOf(4)]);
    expect(pack()?.map(({ task }) => task.entry.key)).toEqual(["0", "3", "4"]);
    expect(keysIn(queue)).toEqual(["1", "2"]);
  });

  it.each([
    [15, 2],
    [16, undefined],
  ])("is so much at the most: %i others", (count, media) => {
    const others = Array.from({ length: count }, (_, n) => taskOf(n + 1, { alone: true }));
    const { pack, queue, budget } = openRoom("upload", 40, [taskOf(0), ...others, taskOf(99)]);
    expect([pack()?.length, queue.length]).toEqual([media, media ? count : count + 1]);
    expect(budget?.used).toBe((media ?? 0) * MB);
  });

  it("is nothing smaller that would still find room", () => {
    const { pack, queue } = openRoom("upload", 2.5, [
      taskOf(0),
      taskOf(1),
      taskOf(2),
      taskOf(3, {}, 300_000),
    ]);
    expect(pack()?.length).toBe(2);
    expect(keysIn(queue)).toEqual(["2", "3"]);
  });

  it.each<[string, Partial<Task>]>([
    ["one that goes by itself", { alone: true }],
    ["a kind that the chat does not take", { kind: "photo" }],
  ])("is all, where the first is %s", (_, more) => {
    const { pack, queue } = openRoom("url", null, [taskOf(0, more), taskOf(1), taskOf(2)]);
    expect([pack(), queue.length]).toEqual([null, 2]);
  });
});
