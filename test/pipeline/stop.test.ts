import { describe, expect, it, onTestFinished } from "vitest";
import { Emitter, type StopCause } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { errorFields, itemResult } from "../../src/pipeline/results.ts";
import { Stop, watchFailures } from "../../src/pipeline/stop.ts";

const cause = (type: "duration" | "no_lane" | "denied" | "failures" | "SIGINT" | "SIGTERM"): StopCause => {
  const why = failure("bot_kicked", "");
  if (type === "SIGINT" || type === "SIGTERM") return { type: "signal", signal: type };
  if (type === "failures") return { type, failure: why, inARow: false };
  return type === "duration" ? { type } : { type, failure: why };
};

it("lets a hundred calls listen without a warning about a leak", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const stop = new Stop(new Emitter());
  for (let n = 0; n < 100; n += 1)
    for (const signal of [stop.draining, stop.aborting]) signal.addEventListener("abort", () => {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

describe("the cause of a stop", () => {
  it.each([
    ["duration", "no_lane", "no_lane"],
    ["no_lane", "duration", "no_lane"],
    ["failures", "denied", "denied"],
    ["denied", "no_lane", "denied"],
    ["no_lane", "SIGINT", "SIGINT"],
    ["SIGTERM", "denied", "SIGTERM"],
    ["SIGTERM", "SIGINT", "SIGTERM"],
  ] as const)("of a run stopped by %s and then by %s is %s", (first, second, rules) => {
    const stop = new Stop(new Emitter());
    stop.drain(cause(first));
    stop.drain(cause(second));
    expect(stop.cause).toEqual(cause(rules));
    expect([stop.draining.aborted, stop.aborting.aborted]).toEqual([true, false]);
    stop.abort();
    expect(stop.aborting.aborted).toBe(true);
  });
});

describe("the breaker", () => {
  const bad = (reason: Parameters<typeof failure>[0], left = false) =>
    itemResult({ ...{ key: "k", bot: "b", status: "failed", left }, ...errorFields(failure(reason, "")) });
  const good = itemResult({ key: "k", bot: "b", status: "ready" });
  const skipped = itemResult({ key: "k", bot: "b", status: "skipped" });

  function stoppedAfter(
    items: readonly (typeof good)[],
    max?: { count: number } | { share: number },
  ): number | null {
    const events = new Emitter();
    const stop = new Stop(events);
    watchFailures(events, stop, { maxFailures: max });
    const at = items.findIndex((item) => {
      events.emit("item", item);
      return stop.cause !== null;
    });
    return at < 0 ? null : at + 1;
  }
  const times = <T>(count: number, item: T): T[] => Array(count).fill(item);

  it.each([
    ["20 of one class", times(30, bad("media_refused")), undefined, 20],
    [
      "skipped ones between them",
      [...times(10, bad("media_refused")), ...times(50, skipped), ...times(15, bad("file_empty"))],
      undefined,
      70,
    ],
    [
      "another class between them",
      [...times(19, bad("media_refused")), bad("object_missing"), ...times(19, bad("media_refused"))],
      undefined,
      null,
    ],
    [
      "a success between them",
      [...times(19, bad("media_refused")), good, ...times(19, bad("media_refused"))],
      undefined,
      null,
    ],
    ["broken manifest lines", times(99, bad("manifest_line")), undefined, null],
    ["a bot that is out already", times(99, bad("bot_kicked")), undefined, null],
    ["what a bot without a lane left undone", times(99, bad("no_lane_left")), { count: 0 }, null],
    ["what was left from earlier runs", times(99, bad("media_refused", true)), { count: 0 }, null],
    [
      "more than a number",
      [good, bad("media_refused"), bad("object_missing"), good, bad("answer_lost")],
      { count: 2 },
      5,
    ],
    [
      "more than a share, once there is one",
      [bad("media_refused"), ...times(30, good), bad("file_empty")],
      { share: 0.01 },
      32,
    ],
    ["no more than a share", [...times(30, good), bad("media_refused")], { share: 0.05 }, null],
  ])("with %s", (_what, items, max, wanted) => {
    expect(stoppedAfter(items, max)).toBe(wanted);
  });
});
