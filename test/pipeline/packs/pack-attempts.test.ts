import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { LaneHeld, TakenElsewhere } from "../../../src/domain/shared-work.ts";
import type { Permit } from "../../../src/lanes/port.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { OwnAnswers } from "../../../src/pipeline/own-answers.ts";
import { PackAttempts } from "../../../src/pipeline/packs/pack-attempts.ts";
import type { PackTask } from "../../../src/pipeline/packs/reading.ts";
import { trustOf } from "../../../src/pipeline/packs/trust.ts";
import { type PackUse, packUse } from "../../../src/pipeline/packs/use.ts";
import type { SentPack } from "../../../src/telegram/pack-port.ts";
import { NEVER } from "../../lanes/clocked-lanes.ts";
import { openLine } from "../line.ts";
import { openPackLine, type PackLine, type Refusal } from "./pack-line.ts";

/** Packs of documents that are proved, and none. */
const [PROVED, NONE] = ([{ type: "auto" }, { type: "off" }] as const).map((rule) => {
  const proofs = ["quota messages", "ids:document ordinary", "keeps 50"].map((text) => {
    const [what = "", result = ""] = text.split(" ");
    return { bot: "default", scope: "*", what, result, evidence: {}, at: 0 };
  });
  return packUse(rule, trustOf(proofs, { bot: "default", chat: "-1", type: "channel" }, 0));
}) as [PackUse, PackUse];

it("that were written down for a call that may not go any more end as such, but for what is in doubt for others meanwhile", async () => {
  const line = await openLine();
  const { clock, events, ledger, transfers, attempts, stop, lanes } = line;
  const uses = [PROVED, NONE];
  const parts = { clock, events, ledger, transfers, attempts, stop, answers: new OwnAnswers() };
  const packs = new PackAttempts({ ...parts, useOf: () => uses.shift() ?? NONE });
  const tasks = ["a", "b"].map((key) => line.taskOf(key));
  const permit = lanes.take(tasks[0]?.bot ?? "", "document", clock.now(), 0);
  if (!permit) throw new Error("no lane is free");
  const made = packs.make(
    tasks.map((task) => ({ task, read: undefined })),
    permit,
    { use: PROVED, mostBytes: 1_000_000 },
  );
  await line.live(5_000);
  const { outcomes, call } = await made;
  expect([call, outcomes.length, line.attemptStates()]).toEqual([null, 2, ["sending", "sending"]]);
  // As another process does with what one has left that stands still.
  line.sql("update prewarm_attempts set state = 'unknown' where r2_key = 'b' returning id");
  const settled = outcomes.map((outcome, nth) =>
    line.settlement.settle(line.taskOf(["a", "b"][nth] ?? ""), outcome, { queue: 0, lane: 0 }),
  );
  expect((await Promise.all(settled)).map((again) => again?.entry.key)).toEqual(["a", undefined]);
  expect(line.attemptStates()).toEqual(["retry", "unknown"]);
  expect(line.told.item.map(({ key, status, reason }) => [key, status, reason])).toEqual([
    ["b", "unknown", "process_died"],
  ]);
});

describe("attempts of one message", () => {
  const ALL = ["quota messages", "ids:document ordinary"];

  /** Makes one call for these, of which some were read ahead, and some hold room. */
  async function make(
    line: PackLine,
    keys: readonly string[],
    more: Partial<PackTask> = {},
    use: Partial<PackUse> = {},
  ) {
    const permit = line.permit();
    const proved = line.packs.boundsOf(permit.lane);
    const bounds = { ...proved, use: { ...proved.use, ...use } };
    const tasks = keys.map((key) => ({ task: line.taskOf(key), read: undefined, ...more }));
    const made = await line.through(line.packAttempts.make(tasks, permit, bounds));
    return { ...made, types: made.outcomes.map(({ result }) => result.type) };
  }

  it("have their outcomes in the order that was asked for, whatever drops out", async () => {
    const line = await openPackLine({ proved: ALL });
    line.transfers.broken.set("b", failure("object_missing", "gone"));
    const { outcomes, types, call } = await make(line, ["a", "b", "c"]);
    expect(types).toEqual(["sent", "failed", "sent"]);
    expect(outcomes.map(({ facts }) => facts.entry.key)).toEqual(["a", "b", "c"]);
    expect(outcomes.map(({ pack }) => pack?.index)).toEqual([0, undefined, 1]);
    expect([call?.places, call?.then, call?.uploadBytes]).toEqual([[0, 2], null, 24]);
  });

  it("give back all that was held for them, and forget what need not be read again", async () => {
    const line = await openPackLine({ proved: ALL, answering: (keys) => (keys.length > 1 ? GONE : null) });
    const given: string[] = [];
    const more = {
      read: { ms: 0, prepared: undefined, end: () => given.push("end") } as never,
      release: () => given.push("room"),
    };
    await make(line, ["a"], more);
    expect([given, line.transfers.dropped, line.transfers.forgotten]).toEqual([
      ["end", "room"],
      ["a"],
      ["a"],
    ]);
    line.stop.drain({ type: "no_lane", failure: GONE.failure });
    await make(line, ["b"], more);
    expect([given.length, line.transfers.dropped, line.transfers.forgotten]).toEqual([4, ["a", "b"], ["a"]]);
  });

  it("take as many slots as their media would, until it is known what counts", async () => {
    const secondsAfter = async (slots: PackUse["slots"]) => {
      const line = await openPackLine({ proved: ALL });
      await make(line, ["a", "b", "c"], {}, { slots });
      await make(line, ["next"]);
      const [first, second] = line.server.calls();
      return Math.round(((second?.started ?? 0) - (first?.started ?? 0)) / 1_000);
    };
    expect([await secondsAfter("one"), await secondsAfter("each")]).toEqual([1, 3]);
  });

  it("took what they took: reading, waiting for the lane, and their share of the call", async () => {
    const line = await openPackLine({
      proved: ALL,
      faults: [{ match: { method: "sendRichMessage" }, fault: { type: "latency", ms: 100 } }],
    });
    line.transfers.readMs = 300;
    await make(line, ["a", "b"]);
    const before = line.clock.now();
    const { outcomes } = await make(line, ["c", "d"]);
    const { spent } = outcomes[0] ?? {};
    expect(spent).toMatchObject({ download: 300, ahead: 300, send: expect.closeTo(100, -1) });
    expect(spent?.place).toBeCloseTo((300 + (spent?.send ?? 0)) / 2, 3);
    const [, second] = line.server.calls();
    expect(spent?.lane).toBeCloseTo((second?.started ?? 0) - before - 300, 3);
    expect(line.told.call.map(({ ms, failure: why }) => [Math.round(ms / 100), why])).toEqual([
      [1, null],
      [1, null],
    ]);
  });

  it("are none where the run ends, or the lane is not to be called, and its slot is another one's", async () => {
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginAllRead: async (all, reads) => {
        if (all.some(({ entry }) => entry.key === "held")) throw new LaneHeld(null);
        return ledger.beginAllRead(all, reads);
      },
    });
    const line = await openPackLine({ proved: ALL, between });
    await make(line, ["a"]);
    const held = await make(line, ["held", "b"]);
    expect([held.types, held.call, line.states()]).toEqual([["put_off", "put_off"], null, ["sending"]]);
    const at = line.clock.now();
    await make(line, ["c"]);
    expect((line.server.calls()[1]?.started ?? 0) - at).toBeLessThan(500);
    line.stop.drain({ type: "no_lane", failure: GONE.failure });
    expect((await make(line, ["d"])).types).toEqual(["put_off"]);
    expect(line.states()).toEqual(["sending", "sending"]);
  });

  it("do not wait for their lane where none is left to be sent", async () => {
    const line = await openPackLine({ proved: ALL });
    await make(line, ["a"]);
    line.transfers.broken.set("b", failure("object_missing", "gone"));
    const at = line.clock.now();
    expect((await make(line, ["b"])).types).toEqual(["failed"]);
    expect(line.clock.now() - at).toBeLessThan(500);
    // Nor is a slot of it used.
    await make(line, ["c"]);
    expect(line.leastGap()).toBeLessThan(1_500);
  });

  it("leave their slot to the next call where packs end while they are written down", async () => {
    let end = () => {};
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginAllRead: (all, reads) => {
        end();
        return ledger.beginAllRead(all, reads);
      },
    });
    const line = await openPackLine({ proved: ALL, between });
    await make(line, ["a"]);
    end = () => line.packs.unsupported("default");
    const { outcomes, call } = await make(line, ["b", "c"]);
    expect([call, outcomes.map(({ result }) => "begun" in result)]).toEqual([null, [true, true]]);
    const at = line.clock.now();
    await line.through(line.permit().ready(NEVER, 0));
    expect(line.clock.now() - at).toBeLessThan(500);
  });

  it("tell their lane what they posted, and whether that was a trial", async () => {
    const line = await openPackLine({ proved: ALL });
    const ended: unknown[] = [];
    const isTrialWhere = async (isProved: boolean) => {
      const permit = watched(line.permit(), (call) => ended.push(call));
      const { use, mostBytes } = line.packs.boundsOf(permit.lane);
      const tasks = [{ task: line.taskOf(`proved ${isProved}`), read: undefined }];
      await line.through(line.packAttempts.make(tasks, permit, { use: { ...use, isProved }, mostBytes }));
    };
    for (const isProved of [true, false]) await isTrialWhere(isProved);
    expect(ended).toEqual([
      { kinds: ["document"], uploadBytes: 22, isTrial: false },
      { kinds: ["document"], uploadBytes: 23, isTrial: true },
    ]);
  });

  it("leave those to another process that it is at", async () => {
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginAllRead: async (all, reads) => {
        const nth = all.findIndex(({ entry }) => entry.key.startsWith("theirs"));
        if (nth >= 0) throw new TakenElsewhere(nth);
        return ledger.beginAllRead(all, reads);
      },
    });
    const line = await openPackLine({ proved: ALL, between });
    expect((await make(line, ["theirs", "a", "b"])).types).toEqual(["elsewhere", "sent", "sent"]);
    expect((await make(line, ["theirs too"])).types).toEqual(["elsewhere"]);
    expect(line.methods()).toEqual(["pack"]);
    // No call was made in that slot.
    const at = line.clock.now();
    await make(line, ["c"]);
    expect((line.server.calls()[1]?.started ?? 0) - at).toBeLessThan(500);
  });

  it("tell that Telegram fetches by URL where it did", async () => {
    const line = await openPackLine({ proved: ALL, answering: (_, tags) => posted(tags) });
    await make(line, ["a"]);
    expect(line.transfers.urlResults).toEqual([]);
    line.transfers.url = "https://bucket.example/";
    await make(line, ["b", "c"]);
    expect(line.transfers.urlResults).toEqual([null]);
    line.transfers.url = null;
    const uploaded = line.taskOf("d");
    const prepared = Promise.resolve(await line.transfers.prepare(uploaded, NEVER));
    line.transfers.url = "https://bucket.example/";
    const permit = line.permit();
    const read = { task: uploaded, prepared, ms: 0, end: () => {} } as unknown as PackTask["read"];
    const tasks = [
      { task: uploaded, read },
      { task: line.taskOf("e"), read: undefined },
    ];
    await line.through(line.packAttempts.make(tasks, permit, line.packs.boundsOf(permit.lane)));
    expect(line.transfers.urlResults).toEqual([null, null]);
    const refusing = await openPackLine({ proved: ALL, answering: () => GONE });
    refusing.transfers.url = "https://bucket.example/";
    await make(refusing, ["a", "b"]);
    expect(refusing.transfers.urlResults).toEqual([]);
  });

  it.each<[string, Refusal, string[], boolean]>([
    [
      "each its own where all met a wait",
      { failure: failure("flood_wait", "wait") },
      ["failed", "failed", "failed"],
      true,
    ],
    [
      "the named one's, where it broke the call",
      { failure: failure("object_missing", "x"), medium: 1 },
      ["packed_again", "failed", "packed_again"],
      true,
    ],
    [
      "nobody's, where one of them was refused",
      { failure: failure("file_empty", "x") },
      ["packed_again", "packed_again", "packed_again"],
      true,
    ],
    [
      "nobody's, where the chat turned it away",
      { failure: failure("no_rights", "x") },
      ["packed_again", "packed_again", "packed_again"],
      true,
    ],
    [
      "each its own where the chat is gone",
      { failure: failure("chat_gone", "x") },
      ["failed", "failed", "failed"],
      false,
    ],
  ])("fail as what a call came to: %s", async (_, refusal, types, isOpen) => {
    const line = await openPackLine({ proved: ALL, answering: () => refusal });
    const made = await make(line, ["a", "b", "c"]);
    expect([
      made.types,
      made.outcomes.map(({ result }) => "failure" in result && result.failure.reason),
    ]).toEqual([types, Array(3).fill(refusal.failure.reason)]);
    expect(line.lanes.isOpen("default", "document")).toBe(isOpen);
  });
});

const GONE: Refusal = { failure: failure("chat_gone", "gone") };

/** The permit, of whose end is told what was posted. */
function watched(permit: Permit, tell: (call: unknown) => void): Permit {
  const end: Permit["end"] = (answer, call) => {
    tell(call);
    permit.end(answer, call);
  };
  const get = (target: Permit, name: string | symbol) => {
    const found: unknown = Reflect.get(target, name, target);
    return typeof found === "function" ? found.bind(target) : found;
  };
  return new Proxy(permit, { get: (target, name) => (name === "end" ? end : get(target, name)) });
}

/** The answer of a message of documents, whose number and ids are made of their tags. */
function posted(tags: readonly (string | null)[]): SentPack {
  const none = { width: null, height: null, duration: null, mime: null };
  const message = { chatId: "-1", messageId: Number(/\d+/.exec(tags[0] ?? "")) };
  const blocks = tags.map((tag) => ({
    sent: { ...message, ...none, kind: "document" as const, fileId: `id ${tag}`, fileUniqueId: `u ${tag}` },
    caption: tag,
    bytes: null,
  }));
  return { ...message, blocks };
}
