import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { LaneHeld, TakenElsewhere } from "../../../src/domain/shared-work.ts";
import type { AttemptFacts, Ledger } from "../../../src/ledgers/port.ts";
import type { Attempts } from "../../../src/pipeline/attempt.ts";
import { beginPack } from "../../../src/pipeline/packs/begun-pack.ts";
import type { PackBounds } from "../../../src/pipeline/packs/fit.ts";
import { type ReadyTask, readPack } from "../../../src/pipeline/packs/reading.ts";
import type { ReadTask } from "../../../src/pipeline/read-ahead.ts";
import { openPackLine, type PackLine } from "./pack-line.ts";

const SHA = "c".repeat(64);
const PROVED = ["quota messages", "ids:document ordinary"];

/** What goes of these into a call, and what becomes of the others. */
async function read(line: PackLine, keys: readonly string[], more: Partial<PackBounds> = {}) {
  const permit = line.permit();
  const bounds = { ...line.packs.boundsOf(permit.lane), ...more };
  const tasks = keys.map((key) => ({ task: line.taskOf(key), read: undefined }));
  const { ready, dropped } = await line.through(
    readPack(tasks, permit, bounds, { ...line, signal: line.stop.aborting }),
  );
  permit.drop();
  return {
    ready: ready.map(({ task }) => task.entry.key),
    spent: ready[0]?.spent,
    dropped: [...dropped].map(([asked, { result }]) => [keys[asked], result]),
    outcomes: [...dropped.values()],
  };
}

describe("objects that are read for one message", () => {
  it("drop out where they cannot be read, for that reason", async () => {
    const line = await openPackLine({ proved: PROVED });
    const why = failure("object_missing", "gone");
    line.transfers.broken.set("b", why);
    const { ready, dropped, outcomes } = await read(line, ["a", "b", "c"]);
    expect([ready, dropped]).toEqual([["a", "c"], [["b", { type: "failed", attempt: null, failure: why }]]]);
    expect(outcomes).toMatchObject([{ transfer: null, facts: { chatId: "-1", entry: { key: "b" } } }]);
    expect(line.transfers.dropped).toEqual([]);
  });

  it("go in a later one where there is no room, and by themselves where there never is", async () => {
    const line = await openPackLine({ proved: PROVED });
    const first = await read(line, ["a", "b"], { mostBytes: 20 });
    const later = { type: "put_off", ms: 0 };
    expect([first.ready, first.dropped]).toEqual([["a"], [["b", later]]]);
    expect(line.transfers.dropped).toEqual(["b"]);
    const none = await read(line, ["c", "d"], { mostBytes: 10 });
    expect(none).toMatchObject({
      ready: [],
      dropped: [
        ["c", { ...later, alone: true }],
        ["d", { ...later, alone: true }],
      ],
    });
    expect(line.transfers.dropped).toEqual(["b", "c", "d"]);
  });

  it("wait for one another where they turn out to be the same", async () => {
    const line = await openPackLine({ proved: PROVED });
    for (const key of ["a", "b"]) line.transfers.hashes.set(key, SHA);
    const { ready, dropped } = await read(line, ["a", "b"]);
    expect([ready, dropped]).toEqual([["a"], [["b", expect.objectContaining({ type: "put_off" })]]]);
  });

  it("are not sent where their content is known by now, or in doubt", async () => {
    const line = await openPackLine({ proved: PROVED });
    const hashes = { known: "d".repeat(64), lost: "e".repeat(64) };
    for (const [key, sha256] of Object.entries(hashes)) line.transfers.hashes.set(key, sha256);
    await line.send(["known"]);
    const lost = line.taskOf("lost");
    const attempt = await line.ledger.begin({
      ...line.attempts.factsOf(lost, line.permit()),
      content: hashes.lost,
    });
    await line.ledger.doubt(attempt, failure("answer_lost", "no answer"));
    for (const [key, sha256] of Object.entries(hashes)) line.transfers.hashes.set(`${key} again`, sha256);
    const { ready, dropped } = await read(line, ["a", "known again", "b", "lost again"]);
    expect(ready).toEqual(["a", "b"]);
    expect(dropped).toMatchObject([
      ["known again", { type: "known", content: hashes.known, stored: { messageId: 1 } }],
      ["lost again", { type: "in_doubt", content: hashes.lost }],
    ]);
    expect(line.transfers.dropped.slice(-2)).toEqual(["known again", "lost again"]);
  });

  it("took what they took, here and before", async () => {
    const line = await openPackLine({ proved: PROVED });
    line.transfers.readMs = 300;
    expect((await read(line, ["a"])).spent).toMatchObject({ download: 300, place: 300, send: 0, lane: 0 });
    const permit = line.permit();
    const task = line.taskOf("b");
    const prepared = line.transfers.prepare(task, line.stop.aborting);
    const ahead = { task, prepared, ms: 40 } as unknown as ReadTask;
    const options = { ...line, signal: line.stop.aborting };
    const { ready } = await line.through(
      readPack([{ task, read: ahead }], permit, line.packs.boundsOf(permit.lane), options),
    );
    expect(ready[0]?.spent).toMatchObject({ download: 340, place: 300 });
  });
});

describe("attempts of one message at a ledger that others share", () => {
  const ready = ["a", "b", "c"].map((key, nth) => {
    const task = { entry: { key } };
    const content = { sha256: `etag:${key}`, evenIfKnown: false, evenInDoubt: null };
    return { task, content, prepared: { request: { media: { bytes: 10 ** nth } } }, asked: nth };
  }) as unknown as ReadyTask[];
  const factsOf = (going: readonly ReadyTask[]) =>
    going.map(({ task }) => ({ entry: task.entry }) as unknown as AttemptFacts);
  const begin = (beginAllRead: Ledger["beginAllRead"], isFree = true) => {
    const ledger = { beginAllRead } as Ledger;
    const attempts = { claimsHash: () => isFree } as unknown as Attempts;
    return beginPack(ready, { factsOf, ledger, attempts });
  };
  /** A ledger in which others are at these keys. */
  const taken = (...keys: string[]) => {
    const asked: string[][] = [];
    const beginAllRead: Ledger["beginAllRead"] = async (facts) => {
      asked.push(facts.map(({ entry }) => entry.key));
      const nth = facts.findIndex(({ entry }) => keys.includes(entry.key));
      if (nth >= 0) throw new TakenElsewhere(nth);
      return { type: "begun", attempts: facts.map((_, id) => id + 1) };
    };
    return { beginAllRead, asked };
  };

  it("are begun but for those that another process is at", async () => {
    const { beginAllRead, asked } = taken("a", "c");
    const begun = await begin(beginAllRead);
    expect(begun).toMatchObject({ going: [ready[1]], ids: [1], bytes: 10 });
    expect(begun?.facts.map(({ entry }) => entry.key)).toEqual(["b"]);
    expect([...(begun?.left ?? [])]).toEqual([
      [0, { type: "elsewhere" }],
      [2, { type: "elsewhere" }],
    ]);
    expect(asked).toEqual([["a", "b", "c"], ["b", "c"], ["b"]]);
    expect((await begin(taken().beginAllRead))?.bytes).toBe(111);
  });

  it("are none where others are at all of them, and nothing more is asked", async () => {
    const { beginAllRead, asked } = taken("a", "b", "c");
    expect(await begin(beginAllRead)).toMatchObject({ going: [], facts: [], ids: [], bytes: 0 });
    expect(asked).toHaveLength(3);
  });

  it("are not begun where the lane is not to be called, or the ledger breaks", async () => {
    const failing = (error: Error) => begin(() => Promise.reject(error));
    expect(await failing(new LaneHeld(null))).toBeNull();
    await expect(failing(new Error("disk full"))).rejects.toThrow("disk full");
  });

  it.each([true, false])(
    "are asked for once more by a hash that was learned, if that is free: %s",
    async (isFree) => {
      const asked: string[][] = [];
      const begun = await begin(async (facts, reads) => {
        asked.push(reads.map(({ sha256 }) => sha256));
        if (asked.length > 1) return { type: "begun", attempts: facts.map((_, id) => id + 1) };
        return {
          type: "not_all",
          left: [
            [0, { type: "in_doubt" }],
            [2, { type: "learned", content: SHA }],
          ],
        };
      }, isFree);
      expect(asked).toEqual([["etag:a", "etag:b", "etag:c"], isFree ? ["etag:b", SHA] : ["etag:b"]]);
      expect(begun?.ids).toHaveLength(isFree ? 2 : 1);
      const other = isFree ? [] : [[2, { type: "put_off", ms: 500 }]];
      expect([...(begun?.left ?? [])]).toEqual([[0, { type: "in_doubt", content: "etag:a" }], ...other]);
    },
  );
});
