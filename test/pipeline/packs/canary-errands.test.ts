import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { Reason } from "../../../src/domain/reasons.ts";
import { LaneHeld } from "../../../src/domain/shared-work.ts";
import type { Permit } from "../../../src/lanes/port.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { removeCanary } from "../../../src/pipeline/packs/canaries.ts";
import type { Bot } from "../../../src/telegram/port.ts";
import { GONE } from "../../lanes/clocked-lanes.ts";
import { LANE } from "./open-packs.ts";
import { BOT, openPackLine, type PackLine } from "./pack-line.ts";

const TIMES = { started: 0, bodyEnd: 0, ended: 0 };
const flood = (method: string, count: number) => [
  { match: { method, nth: 1, count }, fault: { type: "flood", retry_after: 5 } },
];
const broken = (method: string, count: number) => [
  { match: { method, nth: 1, count }, fault: { type: "status", status: 500 } },
];
/** Answers that say that nothing was posted, and do not say why. */
const unclear = (method: string, count: number) => [
  { match: { method, nth: 1, count }, fault: { type: "status", status: 402 } },
];
const many = (count: number, what: string) => Array.from({ length: count }, () => what);
/** Milliseconds between one call of a method and the next. */
const gapsOf = (line: PackLine, method: string) => {
  const starts = line.server.calls().flatMap((call) => (call.method === method ? [call.started] : []));
  return starts.slice(1).map((at, nth) => at - (starts[nth] ?? 0));
};
const leastOf = (gaps: readonly number[]) => Math.min(...gaps);
/** How a kind may go on the first lane now. */
const kindNow = ({ packs, permit }: PackLine) => {
  const taken = permit();
  taken.drop();
  return packs.useOf(taken.lane).kinds.document;
};

describe("an id that came in a pack, of a kind that is not proved", () => {
  it("is held until it was sent once by itself, and that message was deleted", async () => {
    const line = await openPackLine();
    expect(await line.send(["a"])).toBe("posted");
    expect([line.states(), line.methods(), line.isFree("a"), kindNow(line)]).toEqual([
      ["unproved"],
      ["pack"],
      false,
      "none",
    ]);
    await line.errand();
    expect([line.states(), line.canaries(), line.proofs(), line.posted()]).toEqual([
      ["unproved"],
      ["ready"],
      [],
      [1, 2],
    ]);
    expect(await line.ledger.leftCanaries([BOT])).toMatchObject([{ messageId: 2, chatId: "-1" }]);
    await line.errand();
    expect([line.states(), line.canaries(), line.posted()]).toEqual([["ready"], ["discarded"], [1]]);
    expect([line.proofs(), line.finished, line.queued()]).toEqual([["ids:document ordinary"], ["a"], []]);
    expect([line.isFree("a"), kindNow(line), line.runner.errands.size]).toEqual([true, "many", 0]);
    expect(line.told.item).toMatchObject([{ key: "a", status: "ready", attempts: 1, messageId: 1 }]);
    // Calls of errands have their slots like any other.
    expect(line.leastGap()).toBeGreaterThanOrEqual(1_000);
  });

  it("is dropped where it serves nothing else: its object goes again, by itself", async () => {
    const line = await openPackLine();
    line.server.control({ rich: { ids: "rich_only" } });
    await line.send(["a"]);
    await line.errands();
    expect([line.states(), line.canaries(), line.methods()]).toEqual([
      ["discarded"],
      ["failed"],
      ["pack", "send"],
    ]);
    expect([line.proofs(), line.finished, line.isFree("a")]).toEqual([["ids:document rich_only"], [], true]);
    expect([line.queued(), kindNow(line)]).toEqual([[["a", true]], "none"]);
  });

  it("is tried as often as Telegram asks to wait", async () => {
    const line = await openPackLine({ faults: flood("sendDocument", 4) });
    await line.send(["a"]);
    await line.errands();
    expect(line.methods()).toEqual(["pack", ...many(5, "send"), "delete"]);
    expect([line.canaries(), line.states()]).toEqual([[...many(4, "failed"), "discarded"], ["ready"]]);
    expect(leastOf(gapsOf(line, "sendDocument"))).toBeGreaterThanOrEqual(5_000);
  });

  it("is tried three times where answers say that nothing was posted, and nothing of it; then its object goes by itself", async () => {
    const line = await openPackLine({ faults: unclear("sendDocument", 3) });
    await line.send(["a"]);
    await line.errands();
    expect([line.methods(), line.canaries()]).toEqual([["pack", ...many(3, "send")], many(3, "failed")]);
    expect([line.states(), line.proofs(), line.queued()]).toEqual([["discarded"], [], [["a", true]]]);
    expect(kindNow(line)).toBe("one");
  });

  it("is tried again where the second answer says nothing of it either", async () => {
    const line = await openPackLine({ faults: unclear("sendDocument", 2) });
    await line.send(["a"]);
    await line.errands();
    expect([line.canaries(), line.proofs()]).toEqual([
      ["failed", "failed", "discarded"],
      ["ids:document ordinary"],
    ]);
  });

  it("is tried once where no answer comes: neither it nor its object is posted once more by itself", async () => {
    const line = await openPackLine({ faults: broken("sendDocument", 9) });
    await line.send(["a"]);
    await line.errands();
    expect([line.methods(), line.canaries(), line.states()]).toEqual([
      ["pack", "send"],
      ["unknown"],
      ["unproved"],
    ]);
    expect([line.queued(), line.finished, line.isFree("a"), line.proofs()]).toEqual([[], ["a"], true, []]);
    expect(line.told.item).toMatchObject([{ key: "a", status: "unknown", error: { class: "in_doubt" } }]);
    expect(line.told.notice.map(({ text }) => text)).toEqual([expect.stringContaining("may be left in -1")]);
    // Another key of its content finds it so.
    expect(line.sql("select status, error_reason as reason from media_cache")).toEqual([
      { status: "unknown", reason: "answer_lost" },
    ]);
    expect(kindNow(line)).toBe("one");
  });

  it("waits in the ledger where no lane is left, or none for now since the run ends", async () => {
    const line = await openPackLine();
    await line.send(["a"]);
    line.stop.drain({ type: "no_lane", failure: GONE });
    await line.errand();
    expect([line.methods(), line.canaries(), line.runner.errands.size]).toEqual([["pack"], [], 1]);
    line.lanes.closeBot(BOT, GONE);
    await line.errand();
    expect([line.states(), line.canaries(), line.finished]).toEqual([["unproved"], [], []]);
    expect(line.packs.useOf(LANE).kinds.document).toBe("one");
  });

  it("is not sent where another process was told not to call there, and sent after that", async () => {
    const others: { wait: boolean } = { wait: true };
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginCanary: async (...given) => {
        if (others.wait) throw new LaneHeld(1_000);
        return ledger.beginCanary(...given);
      },
    });
    const line = await openPackLine({ between });
    await line.send(["a"]);
    await line.errand();
    expect([line.methods(), line.canaries(), line.runner.errands.size]).toEqual([["pack"], [], 1]);
    others.wait = false;
    await line.errands();
    expect([line.methods(), line.states()]).toEqual([["pack", "send", "delete"], ["ready"]]);
  });

  it("is not sent where its lane was closed while that was written down", async () => {
    const lanes: { close: () => void } = { close: () => {} };
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginCanary: async (...given) => {
        lanes.close();
        return ledger.beginCanary(...given);
      },
    });
    const line = await openPackLine({ between });
    lanes.close = () => line.lanes.closeBot(BOT, GONE);
    await line.send(["a"]);
    await line.errand();
    expect([line.methods(), line.canaries(), line.runner.errands.size]).toEqual([["pack"], ["failed"], 1]);
  });
});

describe("the message that tried an id", () => {
  it.each([
    {
      what: "as often as Telegram asks to wait",
      faults: flood("deleteMessage", 4),
      deletions: 5,
      end: "discarded",
      waitMs: 5_000,
    },
    {
      what: "three times where it may still be there",
      faults: broken("deleteMessage", 9),
      deletions: 3,
      end: "ready",
    },
    {
      what: "once more where it may still be there",
      faults: broken("deleteMessage", 2),
      deletions: 3,
      end: "discarded",
    },
  ])("is deleted $what", async ({ faults, deletions, end, waitMs = 1_000 }) => {
    const line = await openPackLine({ faults });
    await line.send(["a"]);
    await line.errands();
    expect(line.methods()).toEqual(["pack", "send", ...many(deletions, "delete")]);
    expect([line.canaries(), line.states(), line.finished]).toEqual([[end], ["ready"], ["a"]]);
    expect(leastOf(gapsOf(line, "deleteMessage"))).toBeGreaterThanOrEqual(waitMs);
  });

  it("is gone where others deleted it", async () => {
    const line = await openPackLine();
    await line.send(["a"]);
    await line.errand();
    line.server.control({ delete_messages: { chat: "-1", message_ids: [2] } });
    await line.errands();
    expect([line.methods(), line.canaries()]).toEqual([["pack", "send", "delete"], ["discarded"]]);
    expect(line.told.notice.filter(({ level }) => level === "warn")).toEqual([]);
  });

  it("is told of where Telegram deletes it no more, and not tried again", async () => {
    const description = "Bad Request: message can't be deleted";
    const fault = { type: "status", status: 400, description };
    const line = await openPackLine({ faults: [{ match: { method: "deleteMessage" }, fault }] });
    await line.send(["a"]);
    await line.errands();
    expect([line.methods(), line.canaries(), line.states()]).toEqual([
      ["pack", "send", "delete"],
      ["discarded"],
      ["ready"],
    ]);
    expect(line.told.notice.flatMap(({ level, text }) => (level === "warn" ? [text] : []))).toEqual([
      expect.stringMatching(/^message 2 of a trial stays in -1 and .*can't be deleted/),
    ]);
  });

  it("is gone where its group became a supergroup, which took it along under another number", async () => {
    const line = await openPackLine();
    const canary = { canary: 7, bot: BOT, kind: "document", chatId: "-1", messageId: 2 } as const;
    const ended: unknown[] = [];
    const ledger = { endCanary: async (...given: unknown[]) => void ended.push(given) } as unknown as Ledger;
    const removed = (reason: Reason) => {
      const answer = { ok: false, failure: failure(reason, reason), times: TIMES } as const;
      const bot = { deleteMessage: async () => answer } as unknown as Bot;
      const given = { lane: { bot, chat: "-1" }, ready: async () => true, leaves: () => true, end: () => {} };
      return removeCanary(canary, given as unknown as Permit, {
        ledger,
        draining: line.stop.draining,
        events: line.events,
      });
    };
    expect([await removed("chat_migrated"), ended]).toEqual(["gone", [[7, { state: "discarded" }]]]);
    expect([await removed("chat_gone"), await removed("connect_failed"), ended.length]).toEqual([
      "unclear",
      "unclear",
      1,
    ]);
  });

  it("is left where its chat is no lane any more, or the run ends; its id is proved all the same", async () => {
    const line = await openPackLine();
    await line.send(["a"]);
    await line.errand();
    line.stop.drain({ type: "no_lane", failure: GONE });
    await line.errand();
    expect([line.methods(), line.runner.errands.size]).toEqual([["pack", "send"], 1]);
    line.lanes.closeBot(BOT, GONE);
    await line.errand();
    expect([line.canaries(), line.states(), line.proofs()]).toEqual([
      ["ready"],
      ["ready"],
      ["ids:document ordinary"],
    ]);
  });
});
