import { expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { Task } from "../../../src/domain/task.ts";
import type { Outcome } from "../../../src/pipeline/outcome.ts";
import { RefusedMedia } from "../../../src/pipeline/packs/refused-media.ts";

type Result = Outcome["result"];
const TASK: Task = {
  entry: { key: "a.jpg", bytes: 1, etag: "e" },
  bot: "default",
  kind: "photo",
  content: "etag:e:1",
  replace: false,
  queuedAt: 0,
  tries: 0,
  calls: 0,
  notBefore: 0,
};
const failedBy = (reason: Parameters<typeof failure>[0]): Result => ({
  type: "failed",
  attempt: 1,
  failure: failure(reason, ""),
});
const SENT = { type: "sent" } as Result;

it.each<[string, Result, ReturnType<RefusedMedia["judge"]>]>([
  ["was sent", SENT, "innocent"],
  ["was refused for what it is", failedBy("photo_dimensions"), "at fault"],
  ["has to wait", failedBy("flood_wait"), null],
  ["met a broken connection", failedBy("connect_failed"), null],
  ["was put off", { type: "put_off", ms: 0 }, null],
])("a medium that by itself %s", (_, result, verdict) => {
  const media = new RefusedMedia();
  media.add(TASK);
  expect(media.judge(TASK, result)).toBe(verdict);
  // What was not judged is judged by its next call, and nothing twice.
  expect(media.judge(TASK, SENT)).toBe(verdict === null ? "innocent" : null);
});

it("knows media by their bot, kind and content", () => {
  const media = new RefusedMedia();
  media.add(TASK);
  expect(media.judge({ ...TASK, content: "etag:f:1" }, SENT)).toBeNull();
});
