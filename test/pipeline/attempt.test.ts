import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Permit } from "../../src/lanes/port.ts";
import type { Outcome } from "../../src/pipeline/outcome.ts";
import { etagOf } from "../helpers/etag.ts";
import { type Line, openLine } from "./line.ts";

const HASH = "ab".repeat(32);

function permitOf(line: Line): Permit {
  const permit = line.lanes.take("default", "document", line.clock.now(), Number.MAX_VALUE);
  if (!permit) throw new Error("no lane is open");
  return permit;
}

/** What a try of this key comes to, within `ms` of the clock. */
async function tryOf(line: Line, key: string, ms = 0, more: Parameters<Line["taskOf"]>[1] = {}) {
  const outcome = line.attempts.make(line.taskOf(key, more), permitOf(line));
  await line.live(ms);
  return outcome;
}

const laneOf = (line: Line) => {
  const [lane] = line.lanes.all;
  if (!lane) throw new Error("no lane");
  return lane;
};

describe("a try", () => {
  it("writes down what it is about before its call, and says what came back and where the time went", async () => {
    const line = await openLine({ faults: [{ fault: { type: "latency", ms: 3_000 } }] });
    line.transfers.readMs = 500;
    const outcome = line.attempts.make(line.taskOf("a"), permitOf(line));
    await line.live(1_000);
    expect(line.attemptStates()).toEqual(["sending"]);
    expect(line.rows()).toEqual([["a", "warming"]]);
    await line.live(3_000);
    expect(await outcome).toMatchObject({
      transfer: "upload",
      facts: {
        bot: "default",
        kind: "document",
        content: `etag:${etagOf("a")}:9`,
        chatId: "-1",
        settings: "settings",
      },
      spent: { download: 500, lane: 0, send: 3_000 },
      result: { type: "sent", content: `etag:${etagOf("a")}:9`, sent: { kind: "document", chatId: "-1" } },
    });
    expect(line.told.call).toMatchObject([{ bot: "default", chat: "-1", ms: 3_000, failure: null }]);
  });

  it("is about the hash, where reading the object showed it", async () => {
    const line = await openLine();
    line.transfers.hashes.set("a", HASH);
    expect(await tryOf(line, "a")).toMatchObject({ result: { type: "sent", content: HASH } });
  });

  it("that cannot read its object makes no call, and leaves no attempt behind", async () => {
    const line = await openLine();
    const why = failure("object_missing", "a is gone");
    line.transfers.broken.set("a", why);
    expect(await tryOf(line, "a")).toMatchObject({
      transfer: null,
      result: { type: "failed", attempt: null, failure: why },
    });
    expect([line.server.calls(), line.attemptStates(), line.told.call]).toEqual([[], [], []]);
    expect(laneOf(line).freeAt(0)).toBe(0);
  });

  it("of content that turns out to be known sends nothing", async () => {
    const line = await openLine();
    for (const key of ["a", "copy"]) line.transfers.hashes.set(key, HASH);
    const task = line.taskOf("a");
    const first = line.attempts.make(task, permitOf(line));
    await line.live(2_000);
    await line.settlement.settle(task, await first, { queue: 0, lane: 0 });
    line.inFlight.release(task);
    const copy = line.taskOf("copy");
    const second = line.attempts.make(copy, permitOf(line));
    await line.live(2_000);
    expect(await second).toMatchObject({
      transfer: null,
      result: { type: "known", content: HASH, stored: { kind: "document" } },
    });
    line.inFlight.release(copy);
    expect(line.server.calls()).toHaveLength(1);
    expect(await tryOf(line, "copy", 2_000, { replace: true })).toMatchObject({ result: { type: "sent" } });
  });

  it("of content that turns out to be known costs its lane no slot", async () => {
    const line = await openLine();
    for (const key of ["a", "one", "two", "three"]) line.transfers.hashes.set(key, HASH);
    const task = line.taskOf("a");
    const first = line.attempts.make(task, permitOf(line));
    await line.live(2_000);
    await line.settlement.settle(task, await first, { queue: 0, lane: 0 });
    line.inFlight.release(task);
    for (const key of ["one", "two", "three"]) {
      const copy = line.taskOf(key);
      const outcome = line.attempts.make(copy, permitOf(line));
      await line.live(0);
      expect(await outcome).toMatchObject({ spent: { lane: 0 }, result: { type: "known" } });
      line.inFlight.release(copy);
    }
    expect(laneOf(line).freeAt(line.clock.now())).toBe(line.clock.now());
    expect(line.attemptStates()).toEqual(["ready"]);
  });

  it("of content that turns out to be in doubt sends nothing, unless that was asked for", async () => {
    const line = await openLine({ faults: [{ match: { nth: 1 }, fault: { type: "post_then_drop" } }] });
    for (const key of ["a", "copy"]) line.transfers.hashes.set(key, HASH);
    const task = { ...line.taskOf("a"), content: HASH };
    const first = line.attempts.make(task, permitOf(line));
    await line.live(2_000);
    await line.settlement.settle(task, await first, { queue: 0, lane: 0 });
    line.inFlight.release(task);
    const copy = line.taskOf("copy");
    const second = line.attempts.make(copy, permitOf(line));
    await line.live(2_000);
    expect((await second).result).toEqual({ type: "in_doubt", content: HASH });
    line.inFlight.release(copy);
    expect(line.server.calls()).toHaveLength(1);
    // What was looked for is a call of its own row, and not that of the other key.
    const looked = line.taskOf("copy", { evenInDoubt: "looked_for" });
    const third = line.attempts.make(looked, permitOf(line));
    await line.live(2_000);
    expect((await third).result).toEqual({ type: "in_doubt", content: HASH });
    line.inFlight.release(looked);
    expect((await tryOf(line, "copy", 5_000, { evenInDoubt: "always" })).result.type).toBe("sent");
  });

  it("of content that is just being sent under another key is put off for a moment", async () => {
    const line = await openLine({ faults: [{ match: { nth: 1 }, fault: { type: "latency", ms: 5_000 } }] });
    for (const key of ["a", "copy"]) line.transfers.hashes.set(key, HASH);
    const task = line.taskOf("a");
    const first = line.attempts.make(task, permitOf(line));
    expect(await tryOf(line, "copy", 2_000)).toMatchObject({ result: { type: "put_off", ms: 500 } });
    await line.live(5_000);
    const { result } = await first;
    line.inFlight.release(task);
    if (result.type === "sent") await line.ledger.retry(result.attempt, failure("flood_wait", "wait"));
    expect((await tryOf(line, "copy", 5_000)).result.type).toBe("sent");
  });

  it("is put off when its lane is frozen while the object is read, and makes no call", async () => {
    const line = await openLine();
    line.transfers.readMs = 1_000;
    const outcome = line.attempts.make(line.taskOf("a"), permitOf(line));
    await line.live(500);
    line.lanes.freeze(laneOf(line), 60_000);
    await line.live(1_000);
    expect((await outcome).result).toEqual({ type: "put_off", ms: 0 });
    expect([line.server.calls(), line.attemptStates()]).toEqual([[], []]);
    expect(laneOf(line).calls.size).toBe(0);
  });

  it("waits for its slot while the run goes on, and is put off when it drains", async () => {
    const line = await openLine();
    permitOf(line);
    const outcome = line.attempts.make(line.taskOf("a"), permitOf(line));
    await line.live(500);
    line.stop.drain({ type: "duration" });
    await line.live(0);
    expect((await outcome).result).toEqual({ type: "put_off", ms: 0 });
    expect(line.server.calls()).toEqual([]);
  });

  it("that is cut off after its request was sent is in doubt", async () => {
    const line = await openLine({ faults: [{ fault: { type: "latency", ms: 60_000 } }] });
    const outcome = line.attempts.make(line.taskOf("a"), permitOf(line));
    await line.live(1_000);
    line.stop.abort();
    await line.live(0);
    expect((await outcome).result).toMatchObject({ type: "failed", failure: { class: "in_doubt" } });
    expect(line.told.call).toMatchObject([{ failure: { class: "in_doubt" } }]);
  });

  it("follows a chat that moves while its slot is waited for", async () => {
    const line = await openLine();
    permitOf(line);
    const outcome = line.attempts.make(line.taskOf("a"), permitOf(line));
    await line.live(500);
    line.server.control({ chat: { id: -1, migrate_to: -1009 } });
    line.lanes.migrate(laneOf(line), "-1009");
    await line.live(1_000);
    expect(await outcome).toMatchObject({ facts: { chatId: "-1009" }, result: { type: "sent" } });
    expect(line.sql("select warmup_chat_id as chat from prewarm_attempts")).toEqual([{ chat: "-1009" }]);
  });

  it("by URL tells the transfers how that went", async () => {
    const line = await openLine();
    line.transfers.url = "http://127.0.0.1:9/nothing-listens-here.pdf";
    const outcome = await tryOf(line, "a");
    expect(outcome).toMatchObject({ transfer: "url", result: { type: "failed" } });
    const failures = line.transfers.urlResults.map((why) => why?.class);
    expect(failures).toEqual(["media"]);
  });
});

describe("the answer to a call", () => {
  const answers: readonly (readonly [string, object, (line: Line) => unknown])[] = [
    [
      "that is a flood wait freezes the lane",
      { type: "flood", retry_after: 30 },
      (line) => laneOf(line).frozenUntil,
    ],
    [
      "that refuses the bot closes the lane",
      { type: "status", status: 403, description: "Forbidden: bot was kicked from the channel chat" },
      (line) => laneOf(line).closed?.reason,
    ],
  ];

  it.each(answers)("%s before it is free", async (_, fault, look) => {
    const line = await openLine({ faults: [{ fault }] });
    const seen: unknown[] = [];
    line.events.on("lane", () => {
      if (laneOf(line).calls.size === 0) seen.push(look(line));
    });
    const outcome: Outcome = await tryOf(line, "a");
    expect(outcome.result.type).toBe("failed");
    expect(seen).toEqual([look(line)]);
    expect(look(line)).not.toBeUndefined();
  });
});
