import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Task } from "../../src/domain/task.ts";
import { decideAll } from "../../src/pipeline/plan.ts";
import { errorFields, itemResult } from "../../src/pipeline/results.ts";
import { etagOf } from "../helpers/etag.ts";
import { type Line, openLine } from "./line.ts";

/** The next task of the queue, which must be there. */
function next(line: Line): Task {
  const task = line.queue.shift(line.clock.now());
  if (!task) throw new Error("the queue is empty");
  return task;
}

/** Makes this task ready in the ledger. */
async function warm(line: Line, { bot, kind, content, entry }: Task): Promise<void> {
  const facts = { bot, kind, content, entry, chatId: "-1", settings: "settings", tag: null };
  const attempt = await line.ledger.begin(facts);
  const stored = { fileId: `id of ${entry.key}`, fileUniqueId: "AgADaQADr0s4Sg", chatId: "-1", messageId: 1 };
  await line.ledger.confirm(attempt, {
    content,
    stored: { ...stored, kind, weak: false },
    asked: null,
    replace: false,
    mime: null,
    width: null,
    height: null,
    duration: null,
    bots: [bot],
  });
}

/** Another key of the content of `a`. */
const COPY = {
  entry: { key: "copy", bytes: 9, etag: etagOf("a"), seen: true },
  content: `etag:${etagOf("a")}:9`,
};

const items = (line: Line) => line.told.item.map(({ key, status, reason }) => [key, status, reason]);

describe("an intake", () => {
  it("puts work into the queue, says so, and wakes the dispatcher", async () => {
    const line = await openLine();
    const woken = line.bell.wait(60_000, line.clock, line.stop.draining);
    await line.put("a");
    await woken;
    expect([line.clock.now(), line.queue.length, line.told.queued]).toEqual([
      0,
      1,
      [{ bytes: 9, depth: 1, bot: "default", packs: null }],
    ]);
  });

  it("lets the same content under another key wait, and decides it anew once the first has ended", async () => {
    const line = await openLine();
    await line.put("a");
    await line.put("copy", COPY);
    expect(line.queue.length).toBe(1);
    const task = next(line);
    await warm(line, task);
    await line.intake.finished(task);
    expect([line.queue.length, items(line)]).toEqual([0, [["copy", "skipped", "duplicate_content"]]]);
    expect(line.rows()).toEqual([
      ["a", "ready"],
      ["copy", "ready"],
    ]);
  });

  it("sends it under the other key when the first came to nothing", async () => {
    const line = await openLine();
    await line.put("a");
    await line.put("copy", COPY);
    const task = next(line);
    await line.ledger.fail(
      null,
      { ...task, chatId: null, settings: "settings", tag: null },
      failure("object_missing", "a is gone"),
    );
    await line.intake.finished(task);
    expect(next(line).entry.key).toBe("copy");
  });

  it("decides nothing anew once the run drains", async () => {
    const line = await openLine();
    await line.put("a");
    await line.put("copy", COPY);
    line.stop.drain({ type: "duration" });
    await line.intake.finished(next(line));
    expect([line.queue.length, line.told.item]).toEqual([0, []]);
  });

  it("does not act on a decision that the same content has overtaken", async () => {
    const line = await openLine();
    const stale = await decideAll([line.queryOf("late", etagOf("a"))], line.rules);
    await line.put("a");
    const task = next(line);
    await warm(line, task);
    await line.live(5);
    await line.intake.finished(task);
    for (const planned of stale) expect(await line.intake.take(planned)).toBe(false);
    expect([line.queue.length, items(line)]).toEqual([0, [["late", "skipped", "duplicate_content"]]]);
  });

  it("acts on it all the same where the ledger still says so", async () => {
    const line = await openLine();
    const stale = await decideAll([line.queryOf("late", etagOf("a"))], line.rules);
    await line.put("a");
    await line.live(5);
    await line.intake.finished(next(line));
    for (const planned of stale) expect(await line.intake.take(planned)).toBe(true);
    expect(next(line).entry.key).toBe("late");
  });

  it("reports the ends that a plan found, and points a key at content that is known", async () => {
    const line = await openLine();
    await warm(line, line.taskOf("a"));
    for (const planned of await decideAll([line.queryOf("a"), line.queryOf("copy", etagOf("a"))], line.rules))
      expect(await line.intake.take(planned)).toBe(false);
    expect(items(line)).toEqual([
      ["a", "skipped", "already_ready"],
      ["copy", "skipped", "duplicate_content"],
    ]);
    expect(line.rows()).toEqual([
      ["a", "ready"],
      ["copy", "ready"],
    ]);
  });

  it("ends the run instead of the item when the bucket turns us away", async () => {
    const line = await openLine();
    const why = failure("r2_denied", "403");
    const item = itemResult({ key: "a", bot: "default", status: "failed", ...errorFields(why) });
    await line.intake.take({ type: "item", item });
    expect(line.told.item).toEqual([]);
    expect(line.told.stopping).toMatchObject([{ type: "denied", failure: { reason: "r2_denied" } }]);
  });
});

describe("a full queue", () => {
  it("makes its source wait, and is reported once when it fills up and once when half of it is free", async () => {
    const line = await openLine({ capacity: 4 });
    for (const key of ["a", "b", "c", "d"]) await line.put(key);
    const state = { hasRoom: false };
    const waiting = line.intake.room().then(() => {
      state.hasRoom = true;
    });
    await line.live(0);
    expect([state.hasRoom, line.told.room]).toEqual([false, [{ full: true, depth: 4, capacity: 4 }]]);
    await line.intake.finished(next(line));
    await waiting;
    for (const _ of ["b", "c"]) await line.intake.finished(next(line));
    expect(line.told.room.slice(1)).toEqual([{ full: false, depth: 1, capacity: 4 }]);
  });

  it("lets its source go when the run drains", async () => {
    const line = await openLine({ capacity: 1 });
    await line.put("a");
    const waiting = line.intake.room();
    line.stop.drain({ type: "duration" });
    await waiting;
    expect(line.queue.length).toBe(1);
  });
});
