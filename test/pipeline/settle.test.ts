import { describe, expect, it } from "vitest";
import { type Failure, failure } from "../../src/domain/failure.ts";
import type { Reason } from "../../src/domain/reasons.ts";
import type { Task } from "../../src/domain/task.ts";
import type { StoredId } from "../../src/ledgers/port.ts";
import type { Outcome } from "../../src/pipeline/outcome.ts";
import type { Sent } from "../../src/telegram/port.ts";
import { type Line, openLine } from "./line.ts";

const HASH = "ab".repeat(32);
const WAITED = { queue: 40, lane: 5 };
const SPENT = { download: 100, lane: 20, send: 300, begin: 0, queue: 0, ahead: 0, place: 0 };

const SENT: Sent = {
  chatId: "-1",
  messageId: 7,
  kind: "document",
  fileId: "file-1",
  fileUniqueId: "AgADaQADr0s4Sg",
  width: null,
  height: null,
  duration: null,
  mime: "text/plain",
};

/** The outcome of a try whose call was begun in the ledger. */
async function called(
  line: Line,
  task: Task,
  result: { sent: Partial<Sent>; content?: string } | Failure,
): Promise<Outcome> {
  const { bot, kind, content, entry } = task;
  const facts = { bot, kind, content, entry, chatId: "-1", settings: "settings", tag: null };
  const attempt = await line.ledger.begin(facts);
  const common = { facts, spent: SPENT, transfer: "upload" } as const;
  if (!("sent" in result)) return { ...common, result: { type: "failed", attempt, failure: result } };
  const sent = { ...SENT, ...result.sent };
  return {
    ...common,
    result: { type: "sent", attempt, sent, content: result.content ?? content, mime: null, shown: {} },
  };
}

/** The outcome of a try that came to no call. */
function uncalled({ bot, kind, content, entry }: Task, result: Outcome["result"]): Outcome {
  const facts = { bot, kind, content, entry, chatId: "-1", settings: "settings", tag: null };
  return { facts, spent: { ...SPENT, send: 0 }, transfer: null, result };
}

async function settle(line: Line, task: Task, outcome: Outcome): Promise<Task | null> {
  return line.settlement.settle(task, outcome, WAITED);
}

const items = (line: Line) => line.told.item.map(({ key, status, reason }) => [key, status, reason]);

describe("a call that posted", () => {
  it("makes the object ready, and is reported once the ledger has it", async () => {
    const line = await openLine();
    const task = line.taskOf("a", { calls: 1 });
    await line.live(1_000);
    const seen: unknown[] = [];
    line.events.on("item", () => seen.push(line.rows()));
    expect(await settle(line, task, await called(line, task, { sent: {} }))).toBeNull();
    expect(seen).toEqual([[["a", "ready"]]]);
    expect(line.attemptStates()).toEqual(["ready"]);
    expect(line.told.item).toMatchObject([
      {
        key: "a",
        bot: "default",
        kind: "document",
        status: "ready",
        fileId: "file-1",
        messageId: 7,
        chatId: "-1",
        transfer: "upload",
        bytes: 9,
        attempts: 1,
        latency: { total: 1_000, queue: 40, lane: 25, download: 100, send: 300 },
        error: null,
      },
    ]);
  });

  it("is weak when the id is, and stays usable", async () => {
    const line = await openLine();
    const task = line.taskOf("a");
    await settle(line, task, await called(line, task, { sent: { fileUniqueId: "short" } }));
    expect(items(line)).toEqual([["a", "weak", "short_unique_id"]]);
    expect(line.sql("select tg_file_id as id, weak from media_cache")).toEqual([{ id: "file-1", weak: 1 }]);
  });

  it("is a duplicate when the same content was ready already: the older id stays", async () => {
    const line = await openLine();
    for (const [key, fileId] of [
      ["a", "older"],
      ["copy", "newer"],
    ] as const) {
      const task = line.taskOf(key);
      await settle(line, task, await called(line, task, { sent: { fileId }, content: HASH }));
    }
    expect(items(line)).toEqual([
      ["a", "ready", null],
      ["copy", "skipped", "duplicate_content"],
    ]);
    expect(line.told.item.map(({ fileId }) => fileId)).toEqual(["older", "older"]);
  });

  it("has its message removed once the id is safe", async () => {
    const removed: [string, StoredId, unknown][] = [];
    const line = await openLine({
      remove: async (bot, stored) => {
        removed.push([bot, stored, line.rows()]);
      },
    });
    const task = line.taskOf("a");
    await settle(line, task, await called(line, task, { sent: {} }));
    expect(removed).toMatchObject([["default", { chatId: "-1", messageId: 7 }, [["a", "ready"]]]]);
  });
});

describe("a try that sent nothing", () => {
  it("because its content was known ends it, and points its key there", async () => {
    const line = await openLine();
    const task = line.taskOf("a");
    await settle(line, task, await called(line, task, { sent: {}, content: HASH }));
    const copy = line.taskOf("copy");
    const stored = { fileId: "file-1", fileUniqueId: null, chatId: "-1", messageId: 7, weak: false } as const;
    const known = uncalled(copy, { type: "known", content: HASH, stored: { ...stored, kind: "document" } });
    expect(await settle(line, copy, known)).toBeNull();
    expect(items(line).at(-1)).toEqual(["copy", "skipped", "duplicate_content"]);
    expect(line.rows()).toEqual([
      ["a", "ready"],
      ["copy", "ready"],
    ]);
  });

  it.each([
    [0, 0],
    [500, 1_500],
  ])("and was put off for %i ms comes back as it was", async (ms, notBefore) => {
    const line = await openLine();
    const task = line.taskOf("a");
    await line.live(1_000);
    expect(await settle(line, task, uncalled(task, { type: "put_off", ms }))).toEqual({ ...task, notBefore });
    expect([line.told.item, line.told.retry]).toEqual([[], []]);
  });

  it("although it was written down comes back, unless it is in doubt for others meanwhile", async () => {
    const line = await openLine();
    const why = failure("flood_wait", "no calls for now");
    const begun = async (task: Task) => {
      const { facts, result } = await called(line, task, why);
      const attempt = result.type === "failed" && result.attempt !== null ? result.attempt : 0;
      return { ...uncalled(task, { type: "put_off", ms: 0, begun: { attempt, why } }), facts };
    };
    const [task, late] = [line.taskOf("a"), line.taskOf("b")];
    expect(await settle(line, task, await begun(task))).toEqual({ ...task, notBefore: 0 });
    const outcome = await begun(late);
    // As another process does with what one has left that stands still.
    line.sql("update prewarm_attempts set state = 'unknown' where r2_key = 'b' returning id");
    expect(await settle(line, late, outcome)).toBeNull();
    expect(line.attemptStates()).toEqual(["retry", "unknown"]);
    expect(items(line)).toEqual([["b", "unknown", "process_died"]]);
  });
});

describe("a call that failed", () => {
  const failing = async (line: Line, why: Failure, more: Partial<Task> = {}) => {
    const task = line.taskOf("a", more);
    return settle(line, task, await called(line, task, why));
  };

  it("comes back after a pause when another try may help, and its row stays as it is", async () => {
    const line = await openLine();
    const why = failure("connect_failed", "refused");
    expect(await failing(line, why, { tries: 1 })).toMatchObject({ tries: 2, notBefore: 2_000 });
    expect([line.attemptStates(), line.rows()]).toEqual([["retry"], [["a", "warming"]]]);
    expect(line.told.retry).toMatchObject([{ key: "a", chat: "-1", failure: why, notBefore: 2_000 }]);
    expect(line.told.item).toEqual([]);
  });

  it("comes back at once after a flood wait, which is the lane's, and costs no try", async () => {
    const line = await openLine();
    const why = failure("flood_wait", "429", { retryAfterMs: 9_000 });
    expect(await failing(line, why, { tries: 3 })).toMatchObject({ tries: 3, notBefore: 0 });
    expect(line.told.retry).toMatchObject([{ failure: { reason: "flood_wait" }, notBefore: 0 }]);
  });

  it("fails when its tries are used up, and is due again later", async () => {
    const line = await openLine();
    expect(await failing(line, failure("connect_failed", "refused"), { tries: 3 })).toBeNull();
    expect([line.attemptStates(), line.rows()]).toEqual([["failed"], [["a", "connect_failed"]]]);
    expect(items(line)).toEqual([["a", "failed", "connect_failed"]]);
    expect(line.sql("select next_retry_at is not null as due from media_cache")).toEqual([{ due: 1 }]);
  });

  it("is unknown when it may have posted", async () => {
    const line = await openLine();
    expect(await failing(line, failure("answer_lost", "no answer"))).toBeNull();
    expect([line.attemptStates(), line.sql("select status from media_cache")]).toEqual([
      ["unknown"],
      [{ status: "unknown" }],
    ]);
    expect(items(line)).toEqual([["a", "unknown", "answer_lost"]]);
  });

  it.each<[Reason, boolean]>([
    ["stopped", false],
    ["token_wrong", false],
    ["bot_kicked", true],
  ])("for %s leaves its item alone: it stays in the queue", async (reason, closed) => {
    const line = await openLine();
    if (closed) for (const lane of line.lanes.all) line.lanes.close(lane, failure(reason, "out"));
    const task = line.taskOf("a");
    expect(await settle(line, task, await called(line, task, failure(reason, "out")))).toBe(task);
    expect([line.told.item, line.told.retry, line.attemptStates()]).toEqual([[], [], ["retry"]]);
  });

  it("before it was made fails without an attempt that was sent", async () => {
    const line = await openLine();
    const task = line.taskOf("a");
    const why = failure("object_missing", "a is gone");
    const outcome = uncalled(task, { type: "failed", attempt: null, failure: why });
    expect(await settle(line, task, outcome)).toBeNull();
    expect([line.attemptStates(), items(line)]).toEqual([["failed"], [["a", "failed", "object_missing"]]]);
  });
});

describe("a task that no lane takes", () => {
  it.each([true, false])("fails; its row is written down: %s", async (record) => {
    const line = await openLine();
    for (const lane of line.lanes.all) line.lanes.close(lane, failure("kind_not_allowed", "no"), "document");
    await line.settlement.noLane(line.taskOf("a", { calls: 2 }), { record });
    expect(line.told.item).toMatchObject([{ key: "a", status: "failed", attempts: 2, chatId: null }]);
    expect(line.told.item[0]?.error).toMatchObject({
      reason: "kind_not_allowed",
      message: "no warmup chat of bot default takes a document",
    });
    expect(line.sql("select status from media_cache")).toEqual(record ? [{ status: "error" }] : []);
  });
});
