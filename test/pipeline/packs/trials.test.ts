import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { Permit } from "../../../src/lanes/port.ts";
import type { UnprovedId } from "../../../src/ledgers/pack-port.ts";
import { finishCanaries } from "../../../src/pipeline/packs/left-canaries.ts";
import { flooded, GONE, NEVER } from "../../lanes/clocked-lanes.ts";
import { BOT, openPackLine, type PackLine, type PackLineOptions } from "./pack-line.ts";

const broken = (method: string, count: number) => [
  { match: { method, nth: 1, count }, fault: { type: "status", status: 500 } },
];

/** Answers that say that nothing was posted, and do not say why. */
const unclear = (method: string, count: number) => [
  { match: { method, nth: 1, count }, fault: { type: "status", status: 402 } },
];

/** A line after packs of one document each, whose ids wait in the ledger, and nobody is about to try them. */
async function withWaiting(keys: readonly string[], options: PackLineOptions = {}) {
  const line = await openPackLine(options);
  for (const key of keys) {
    await line.send([key]);
    line.packs.tried(BOT, "document", "open", "");
  }
  const ids = await line.ledger.unproved([BOT]);
  const [first] = ids;
  if (!first) throw new Error("none waits");
  const judge = (id: UnprovedId = first) => line.through(line.trials.judge(id));
  return { line, ids, first, judge, calls: () => line.methods().slice(keys.length) };
}

const inChat = (id: UnprovedId, chatId: string): UnprovedId => ({ ...id, chatId });
/** Chats of the calls after the first one. */
const chatsOf = (line: PackLine) =>
  line.server
    .calls()
    .slice(1)
    .map(({ chat_id }) => chat_id);
/** Keeps all lanes of the line from being called for so long, as Telegram asked. */
async function freeze(line: PackLine, ms: number): Promise<void> {
  const permit = line.permit();
  await line.through(permit.ready(NEVER, 0));
  permit.end(flooded(ms));
}

describe("an id that waits, beside the queue", () => {
  it.each(["ordinary", "rich_only"] as const)("is worth what is proved of its kind: %s", async (verdict) => {
    const { line, judge, calls } = await withWaiting(["a"]);
    line.packs.tried(BOT, "document", verdict, "an id");
    expect([await judge(), calls()]).toEqual([verdict, []]);
  });

  it("is sent once, which proves its kind, and that message is deleted", async () => {
    const { line, judge, calls } = await withWaiting(["a"]);
    expect([await judge(), calls(), line.canaries()]).toEqual([
      "ordinary",
      ["send", "delete"],
      ["discarded"],
    ]);
    expect([line.proofs(), await judge(), calls().length]).toEqual([
      ["ids:document ordinary"],
      "ordinary",
      2,
    ]);
    expect(line.leastGap()).toBeGreaterThanOrEqual(1_000);
  });

  it("serves nothing where it is refused", async () => {
    const { line, judge, calls } = await withWaiting(["a"]);
    line.server.control({ rich: { ids: "rich_only" } });
    line.server.control({ dead: { all: true } });
    expect([await judge(), calls(), line.proofs()]).toEqual([
      "rich_only",
      ["send"],
      ["ids:document rich_only"],
    ]);
  });

  it("is tried once where no answer comes, since that may have posted, and its kind again after ten minutes", async () => {
    const { line, ids, judge, calls } = await withWaiting(["a", "b"], { faults: broken("sendDocument", 1) });
    expect([await judge(), calls(), line.canaries()]).toEqual(["open", ["send"], ["unknown"]]);
    expect(line.told.notice.at(-1)?.text).toContain("may be left in -1");
    expect([await judge(ids[1]), calls()]).toEqual(["open", ["send"]]);
    await line.clock.advance(600_000);
    expect([await judge(), calls()]).toEqual(["ordinary", ["send", "send", "delete"]]);
  });

  it("is tried three times where answers say nothing but that nothing was posted, and its kind again after ten minutes", async () => {
    const { line, ids, judge, calls } = await withWaiting(["a", "b"], { faults: unclear("sendDocument", 4) });
    let at = 0;
    const end = line.trials.judge(ids[0] as UnprovedId).finally(() => {
      at = line.clock.now();
    });
    expect([await line.through(end), calls()]).toEqual(["open", ["send", "send", "send"]]);
    await line.clock.advance(at + 599_999 - line.clock.now());
    expect([await line.trials.judge(ids[1] as UnprovedId), calls().length]).toEqual(["open", 3]);
    await line.clock.advance(at + 600_000 - line.clock.now());
    expect([await judge(ids[1]), calls().length, line.canaries()]).toEqual([
      "ordinary",
      6,
      ["failed", "failed", "failed", "failed", "discarded"],
    ]);
  });

  it("is judged by the one of its kind that is just being tried", async () => {
    const { line, ids, calls } = await withWaiting(["a", "b"]);
    const both = Promise.all(ids.map((id) => line.trials.judge(id)));
    expect([await line.through(both), calls()]).toEqual([
      ["ordinary", "ordinary"],
      ["send", "delete"],
    ]);
  });

  it("is tried in its own chat, and in another one where that is no lane any more", async () => {
    for (const chat of ["-1", "-2"]) {
      const { line, first, judge } = await withWaiting(["a"], { chats: 2 });
      expect([await judge(inChat(first, chat)), chatsOf(line)]).toEqual(["ordinary", [chat, chat]]);
    }
    const other = await withWaiting(["a"], { chats: 2 });
    expect([await other.judge(inChat(other.first, "-9")), new Set(chatsOf(other.line)).has("-9")]).toEqual([
      "ordinary",
      false,
    ]);
  });

  it("is left where no lane takes its kind, or the run ends", async () => {
    const { line, judge, calls } = await withWaiting(["a"]);
    line.stop.drain({ type: "no_lane", failure: GONE });
    expect([await judge(), calls(), line.canaries()]).toEqual(["open", [], []]);
    const closed = await withWaiting(["a"]);
    closed.line.lanes.closeBot(BOT, failure("chat_gone", "gone"));
    expect([await closed.judge(), closed.calls()]).toEqual(["open", []]);
    const elsewhere = await withWaiting(["a"]);
    elsewhere.line.lanes.closeBot(BOT, GONE);
    const at = elsewhere.line.clock.now();
    expect([await elsewhere.judge(inChat(elsewhere.first, "-9")), elsewhere.calls()]).toEqual(["open", []]);
    expect(elsewhere.line.clock.now() - at).toBeLessThan(1_000);
  });

  it("is left after two minutes in which its lane has no call for it", async () => {
    const { line, first, calls } = await withWaiting(["a"]);
    const held: (Permit | null)[] = [];
    while (held.at(-1) !== null)
      held.push(line.lanes.take(BOT, "document", line.clock.now(), Number.MAX_VALUE));
    const began = line.clock.now();
    let ended = 0;
    const end = line.trials.judge(first).finally(() => {
      ended = line.clock.now();
    });
    expect([await line.through(end), calls(), ended - began]).toEqual(["open", [], 120_000]);
    for (const permit of held) permit?.drop();
  });

  it.each([300_000, 5_000])("waits as long as Telegram asked, and no longer: %d ms", async (ms) => {
    const { line, judge } = await withWaiting(["a"]);
    await freeze(line, ms);
    const frozen = line.clock.now();
    expect(await judge()).toBe("ordinary");
    const waited = (line.server.calls()[1]?.started ?? 0) - frozen;
    expect(waited).toBeGreaterThan(ms - 1_000);
    expect(waited).toBeLessThan(ms + 2_500);
  });
});

describe("what an earlier run left of its packs", () => {
  const finish = (line: PackLine) =>
    line.through(
      finishCanaries({ events: line.events, ledger: line.ledger, trials: line.trials, bots: [BOT] }),
    );
  const told = (line: PackLine) =>
    line.told.notice.map(({ text }) => text).filter((text) => text.includes("earlier run"));
  const HEAD = "ids of packs that an earlier run did not come to try:";

  it("is nothing to speak of where there is nothing", async () => {
    const line = await openPackLine();
    await finish(line);
    expect([told(line), line.methods()]).toEqual([[], []]);
  });

  it("is confirmed where one of its kind serves", async () => {
    const { line, calls } = await withWaiting(["a", "b"]);
    await finish(line);
    expect([line.states(), calls(), told(line)]).toEqual([
      ["ready", "ready"],
      ["send", "delete"],
      [`${HEAD} 2 decided`],
    ]);
  });

  it("is dropped where one of its kind serves nothing", async () => {
    const { line } = await withWaiting(["a", "b"]);
    line.packs.tried(BOT, "document", "rich_only", "an id");
    await finish(line);
    expect([line.states(), told(line)]).toEqual([["discarded", "discarded"], [`${HEAD} 2 decided`]]);
  });

  it("is left to the next run where nothing can be found out", async () => {
    const { line } = await withWaiting(["a", "b"], { faults: broken("sendDocument", 9) });
    await finish(line);
    expect([line.states(), told(line)]).toEqual([
      ["unproved", "unproved"],
      [`${HEAD} 0 decided, 2 are left to the next run`],
    ]);
  });

  it("is deleted where it is the message of a canary, in a chat that is a lane still", async () => {
    const { line, first } = await withWaiting(["a"]);
    for (const [chat, messageId] of [
      ["-1", 1],
      ["-9", 2],
    ] as const) {
      const canary = await line.ledger.beginCanary(first, chat, null);
      await line.ledger.endCanary(canary, { state: "ready", messageId });
    }
    const at = line.clock.now();
    await finish(line);
    expect([line.canaries().slice(0, 2), line.posted()]).toEqual([["discarded", "ready"], []]);
    // Nothing is waited for in a chat that is none.
    expect(line.clock.now() - at).toBeLessThan(10_000);
  });
});
