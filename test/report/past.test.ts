import { describe, expect, it } from "vitest";
import type { PastAttempt } from "../../src/ledgers/past-attempt.ts";
import { PastRecorder, RunSplitter } from "../../src/report/past.ts";

const HOUR = 3_600_000;

function attempt(more: Partial<PastAttempt>): PastAttempt {
  return {
    id: 1,
    bot: "default",
    kind: "photo",
    key: "a.jpg",
    bytes: 10,
    chat: "-1001",
    owner: "7@here",
    state: "ready",
    startedAt: 10 * HOUR,
    endedAt: 10 * HOUR + 2_000,
    reason: null,
    message: null,
    purpose: null,
    packIndex: null,
    ...more,
  };
}

const PLACE = { command: "prewarm", ledger: "x.db", paceOf: () => 20, message: String };

describe("runs of the past", () => {
  it("are told apart by their process, and by a pause where its number came again", () => {
    const splitter = new RunSplitter();
    const at = (startedAt: number, owner: string, endedAt: number | null = startedAt) =>
      splitter.add(attempt({ startedAt, endedAt, owner }));
    expect([
      at(20 * HOUR, "1@pod"),
      at(19.9 * HOUR, "9@other"),
      at(19.5 * HOUR, "1@pod"),
      at(19.4 * HOUR, "9@other"),
      at(5 * HOUR, "1@pod", null),
    ]).toEqual([1, 2, 1, 2, 3]);
    expect(splitter.runs.map(({ owner, begun, ended }) => [owner, begun / HOUR, ended / HOUR])).toEqual([
      ["1@pod", 19.5, 20],
      ["9@other", 19.4, 19.9],
      ["1@pod", 5, 5],
    ]);
  });

  it("are added up to what was sent, tried again, and why", () => {
    const recorder = new PastRecorder();
    for (let n = 0; n < 30; n++)
      recorder.add(
        attempt({
          key: `${n}.jpg`,
          startedAt: 10 * HOUR + n * 3_000,
          endedAt: 10 * HOUR + n * 3_000 + n * 100,
        }),
      );
    recorder.add(attempt({ state: "retry", reason: "flood_wait", message: "too many" }));
    recorder.add(
      attempt({ state: "failed", reason: "photo_dimensions", message: "bad", key: "b.jpg", chat: "-1002" }),
    );
    recorder.add(
      attempt({ state: "failed", reason: "file_too_big", message: "big", key: "c.bin", chat: null }),
    );
    recorder.add(attempt({ purpose: "canary", state: "ready" }));
    const record = recorder.record(PLACE);
    expect(record).toMatchObject({ begun: 10 * HOUR, bytes: 300, packed: false, kinds: [["photo", 30]] });
    expect(record.counts).toEqual([
      ["ready", 30],
      ["failed", 2],
    ]);
    expect(record.waits).toEqual([{ reason: "flood_wait", count: 1, ms: null, example: "a.jpg" }]);
    expect(record.failures.map(({ reason, example }) => [reason, example])).toEqual([
      ["photo_dimensions", "b.jpg"],
      ["file_too_big", "c.bin"],
    ]);
    expect(record.lanes).toMatchObject([
      { chat: "-1001", messages: 31, floods: 1, perMinute: 20 },
      { chat: "-1002", messages: 0, floods: 0 },
    ]);
    expect(record.slowest[0]).toMatchObject({ key: "29.jpg", ms: 2_900 });
    expect(record.slowest).toHaveLength(20);
    expect(record.pace.at(-1)).toMatchObject({ allowed: 40 });
  });

  it("count a message of several media once", () => {
    const recorder = new PastRecorder();
    for (let packIndex = 0; packIndex < 10; packIndex++) recorder.add(attempt({ packIndex }));
    const record = recorder.record(PLACE);
    expect(record.lanes[0]?.messages).toBe(1);
    expect(record.packed).toBe(true);
    expect(record.pace.at(-1)).toMatchObject({ messages: 1, media: 10 });
  });
});
