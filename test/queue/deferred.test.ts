import { expect, it } from "vitest";
import { Deferred } from "../../src/queue/deferred.ts";
import { task } from "./tasks.ts";

const keysOf = (tasks: readonly ReturnType<typeof task>[]) => tasks.map(({ entry }) => entry.key);

it("takes what is due, earliest first, and of one moment first in first out", () => {
  const deferred = new Deferred();
  expect([deferred.length, deferred.nextDue, deferred.takeDue(1e9)]).toEqual([0, null, []]);
  for (const [key, notBefore] of [
    ["c", 30],
    ["a1", 10],
    ["b", 20],
    ["a2", 10],
  ] as const)
    deferred.push(task(key, { notBefore }));
  expect([deferred.length, deferred.nextDue]).toEqual([4, 10]);
  expect(keysOf(deferred.takeDue(9))).toEqual([]);
  expect(keysOf(deferred.takeDue(20))).toEqual(["a1", "a2", "b"]);
  expect([deferred.length, deferred.nextDue]).toEqual([1, 30]);
});
