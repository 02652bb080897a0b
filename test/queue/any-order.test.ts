import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Task } from "../../src/domain/task.ts";
import { Deque } from "../../src/queue/deque.ts";
import { WorkQueue } from "../../src/queue/work-queue.ts";
import { holds } from "../helpers/holds.ts";
import { task } from "./tasks.ts";

describe("a deque in any order of what is done with it", () => {
  it("is an array", async () => {
    const some = fc.record({
      what: fc.constantFrom("push", "unshift", "shift", "shift"),
      times: fc.integer({ min: 1, max: 30 }),
    });
    await holds(fc.array(some, { maxLength: 30 }), (steps) => {
      const deque = new Deque<number>();
      const model: number[] = [];
      const order = steps.flatMap(({ what, times }) => new Array<string>(times).fill(what));
      for (const [number, what] of order.entries()) {
        if (what === "shift") expect(deque.shift()).toBe(model.shift());
        else for (const each of [deque, model]) each[what as "push" | "unshift"](number);
        expect([deque.length, deque.peek()]).toEqual([model.length, model[0]]);
      }
    });
  });
});

/** Bytes of the first three classes of size, from the smallest one up. */
const BYTES = [1_000, 65_537, 300_000] as const;

/** The same as a queue is, in the plainest way: one list in order, and those that wait for a moment. */
class ModelQueue {
  readonly ready: Task[] = [];
  waiting: Task[] = [];

  get length(): number {
    return this.ready.length + this.waiting.length;
  }

  push(task: Task): void {
    if (task.notBefore > 0) this.waiting.push(task);
    else this.#insert(task, (other) => isBefore(task, other));
  }

  unshift(task: Task): void {
    this.#insert(task, (other) => !isBefore(other, task));
  }

  shift(now: number, accept: (bot: string) => boolean): Task | undefined {
    const due = this.waiting.filter(({ notBefore }) => notBefore <= now);
    this.waiting = this.waiting.filter(({ notBefore }) => notBefore > now);
    for (const task of due.toSorted((a, b) => a.notBefore - b.notBefore).reverse()) this.unshift(task);
    const at = this.ready.findIndex(({ bot }) => accept(bot));
    return at < 0 ? undefined : this.ready.splice(at, 1)[0];
  }

  #insert(task: Task, isBehind: (other: Task) => boolean): void {
    const at = this.ready.findIndex(isBehind);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, task);
  }
}

/** Whether the first one goes before the second, whenever they came. */
function isBefore({ entry: one }: Task, { entry: other }: Task): boolean {
  const [priority = 0, others = 0] = [one.priority, other.priority];
  return priority > others || (priority === others && one.bytes < other.bytes);
}

const BOTS = ["a", "b", "c"];

const pushed = fc.record({
  what: fc.constantFrom("push", "push", "unshift"),
  bot: fc.constantFrom(...BOTS),
  of: fc.record(
    { bytes: fc.constantFrom(...BYTES), priority: fc.constantFrom(0, 1, -1, 7) },
    { requiredKeys: ["bytes"] },
  ),
  after: fc.constantFrom(0, 0, 0, 1, 5, 20),
});
/** Without which bot; null for all. */
const shifted = fc.record({ without: fc.constantFrom(null, ...BOTS) });
const steps = fc.array(fc.oneof(pushed, shifted), { maxLength: 120 });

describe("a queue in any order of what is done with it", () => {
  it("hands out by priority, size and turn what is due, of bots that are accepted, and loses nothing", async () => {
    await holds(steps, (drawn) => {
      const both = [new WorkQueue({ capacity: 0, order: "small", wall: () => 0 }), new ModelQueue()] as const;
      for (const [now, step] of drawn.entries()) {
        if ("without" in step) expectSame(both, now, step.without);
        else put(both, step, now);
        expect(both[0].length).toBe(both[1].length);
      }
      for (let left = both[0].length; left > 0; left--) expectSame(both, 1_000, null);
      expect([both[0].length, both[0].dueInMs(1_000)]).toEqual([0, Number.POSITIVE_INFINITY]);
    });
  });
});

type Both = readonly [WorkQueue, ModelQueue];

function put(
  both: Both,
  { what, bot, of, after }: typeof pushed extends fc.Arbitrary<infer V> ? V : never,
  now: number,
) {
  const notBefore = what === "push" && after > 0 ? now + after : 0;
  const made = task(`${now}`, { bot, of, notBefore });
  for (const each of both) each[what as "push" | "unshift"](made);
}

function expectSame([queue, model]: Both, now: number, without: string | null): void {
  const accept = (bot: string) => bot !== without;
  expect(queue.shift(now, accept)).toBe(model.shift(now, accept));
}
