import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { REASONS, type Reason } from "../../src/domain/reasons.ts";
import type { Task } from "../../src/domain/task.ts";
import { consequenceOf, type FollowUpOptions, followUp } from "../../src/pipeline/follow-up.ts";

const TASK: Task = {
  ...{
    entry: { key: "a.jpg", bytes: 1, etag: "e" },
    bot: "default",
    kind: "photo",
    content: "c",
    replace: false,
  },
  ...{ queuedAt: 0, tries: 0, calls: 1, notBefore: 0 },
};
const OPTIONS: FollowUpOptions = {
  retries: 5,
  mode: "auto",
  transfer: "upload",
  open: () => true,
  random: () => 1,
};

const next = (reason: Reason, task: Partial<Task> = {}, options: Partial<FollowUpOptions> = {}) =>
  followUp({ ...TASK, ...task }, failure(reason, ""), { ...OPTIONS, ...options });

describe("what becomes of an item", () => {
  it.each<[Reason, string]>([
    ["flood_wait", "again"],
    ["connect_failed", "again"],
    ["stopped", "release"],
    ["answer_lost", "doubt"],
    ["server_error", "doubt"],
    ["bad_answer", "doubt"],
    ["media_refused", "fail"],
    ["file_too_big", "fail"],
    ["body_refused", "fail"],
    ["upload_incomplete", "again"],
    ["refused_unclear", "hold"],
    ["object_missing", "fail"],
    ["object_changed", "fail"],
    ["bot_kicked", "again"],
    ["token_wrong", "release"],
    ["bucket_missing", "release"],
    ["manifest_line", "fail"],
  ])("after %s: %s", (reason, wanted) => {
    expect(next(reason).do).toBe(wanted);
  });

  it("never sends again what may have been posted", () => {
    for (const reason of Object.keys(REASONS) as Reason[])
      if (REASONS[reason].class === "in_doubt")
        expect(next(reason, {}, { transfer: "url" }).do).toBe("doubt");
  });

  it("waits longer from try to try, up to a minute, spread by half", () => {
    const pauses = [0, 1, 2, 6, 30].map((tries) => next("r2_unavailable", { tries }, { retries: 99 }));
    expect(pauses.map((next) => next.do === "again" && [next.delayMs, next.task.tries])).toEqual([
      [1_000, 1],
      [2_000, 2],
      [4_000, 3],
      [60_000, 7],
      [60_000, 31],
    ]);
    expect(next("r2_unavailable", {}, { random: () => 0 })).toMatchObject({ delayMs: 500 });
    expect(next("r2_unavailable", { tries: 5 }).do).toBe("fail");
    expect(next("r2_unavailable", {}, { retries: 0 }).do).toBe("fail");
    expect(next("flood_wait", { tries: 5 })).toMatchObject({ do: "again", delayMs: 0, task: { tries: 5 } });
  });

  it.each<[what: string, Reason, Partial<Task>, Partial<FollowUpOptions>, object]>([
    [
      "a refused photo goes as a document",
      "photo_dimensions",
      {},
      {},
      { do: "again", task: { sendAs: "document" } },
    ],
    ["once", "photo_processing", { sendAs: "document" }, {}, { do: "fail" }],
    ["but nothing else does", "photo_processing", { kind: "video" }, {}, { do: "fail" }],
    [
      "what failed by URL goes by upload",
      "url_wrong_type",
      {},
      { transfer: "url" },
      { do: "again", task: { transfer: "upload" } },
    ],
    [
      "also for texts that nobody knows",
      "refused_unclear",
      {},
      { transfer: "url" },
      { do: "again", task: { transfer: "upload" } },
    ],
    ["unless only URLs are wanted", "url_wrong_type", {}, { transfer: "url", mode: "url" }, { do: "fail" }],
    ["a kind that no chat takes fails", "kind_not_allowed", {}, { open: () => false }, { do: "fail" }],
    [
      "a chat that is gone, the last one, leaves the item alone",
      "bot_kicked",
      {},
      { open: () => false },
      { do: "release" },
    ],
  ])("%s", (_what, reason, task, options, wanted) => {
    expect(next(reason, task, options)).toMatchObject(wanted);
  });

  it("asks whether the kind that is sent has a lane, not the one that was asked for", () => {
    const open = (kind: string) => kind === "document";
    expect(next("kind_not_allowed", { sendAs: "document" }, { open }).do).toBe("again");
    expect(next("kind_not_allowed", {}, { open }).do).toBe("fail");
  });
});

describe("what a failure means beyond its item", () => {
  it.each<[Reason, object, "bot" | "run" | null]>([
    ["token_wrong", {}, "bot"],
    ["bot_frozen", {}, "bot"],
    ["r2_denied", {}, "run"],
    ["bucket_missing", {}, "run"],
    ["flood_wait", { retryAfterMs: 7_000 }, null],
    ["chat_migrated", { migrateTo: "-1005" }, null],
    ["kind_not_allowed", {}, null],
    ["bot_kicked", {}, null],
    ["connect_failed", {}, null],
    ["media_refused", {}, null],
    ["answer_lost", {}, null],
  ])("after %s %j: %s", (reason, more, wanted) => {
    expect(consequenceOf(failure(reason, "", more))).toEqual(wanted);
  });
});
