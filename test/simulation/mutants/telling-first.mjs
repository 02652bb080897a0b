import { inject, TestRunner } from "vitest";

/** Of a file, runs the tests first that ended runs before, and of the others those that are soon over; `costs` are told by tests.mjs. */
export default class TellingFirst extends TestRunner {
  onCollected(files) {
    const costs = new Map(inject("costs"));
    const costOf = (task) =>
      task.tasks ? Math.min(...task.tasks.map(costOf)) : (costs.get(task.id) ?? Number.MAX_VALUE);
    const sort = (suite) => {
      suite.tasks.sort((a, b) => costOf(a) - costOf(b));
      for (const each of suite.tasks) if (each.tasks) sort(each);
    };
    for (const file of files) sort(file);
    return super.onCollected?.(files);
  }
}
