import { expect, test } from "vitest";
import { RequestLog } from "../../../src/sandbox/r2/request-log.ts";

test.each([
  [0, []],
  [2, [1, 2]],
  [3, [1, 2, 3]],
  [7, [5, 6, 7]],
])("of %i requests a log for three holds the last, oldest first", (count, ordinals) => {
  const log = new RequestLog(3);
  for (let i = 0; i < count; i++) {
    log.add({ time: i, method: "GET", operation: "GetObject", bucket: "b", key: "k" });
  }
  expect(log.list().map(({ ordinal }) => ordinal)).toEqual(ordinals);
});

test("the status set on what was added shows in the list", () => {
  const log = new RequestLog(3);
  log.add({ time: 0, method: "GET", operation: "GetObject", bucket: "b", key: "k" }).status = 200;
  expect(log.list()[0]?.status).toBe(200);
});
