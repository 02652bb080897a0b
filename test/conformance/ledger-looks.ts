import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { failure } from "../../src/domain/failure.ts";
import type { LostCall, Neighbour } from "../../src/ledgers/look-port.ts";
import type { AttemptFacts } from "../../src/ledgers/port.ts";
import { etagOf } from "../helpers/etag.ts";
import { confirmation, facts, type OpenLedger, object, SHA_A, TestedLedger } from "./tested-ledger.ts";

/** What is known of calls whose answers were lost, and of the messages around them. */
export function lookConformance(open: OpenLedger): void {
  describe("a lost call", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const P = provisionalId(a);
    const lost = async (content = P): Promise<LostCall[]> => {
      const [calls] = await tested.ledger.lostCalls([{ bot: "default", content, kind: "photo" }]);
      return calls ?? [];
    };
    const only = async (): Promise<LostCall> => {
      const [call, ...others] = await lost();
      if (!call || others.length > 0) throw new Error("not one lost call");
      return call;
    };

    it("is found with its tag, its chat, and when it was made", async () => {
      const began = tested.now;
      const attempt = await tested.begin(a, { tag: "abcdefghij" });
      tested.now += 2_000;
      await tested.ledger.doubt(attempt, failure("answer_lost", "the answer never came"));
      const [calls, none] = await tested.ledger.lostCalls([
        { bot: "default", content: P, kind: "photo" },
        { bot: "default", content: P, kind: "video" },
      ]);
      expect(none).toEqual([]);
      expect(calls).toMatchObject([
        {
          attempt,
          bot: "default",
          content: P,
          kind: "photo",
          key: "a.jpg",
          chatId: "-1001",
          tag: "abcdefghij",
        },
      ]);
      const [call] = calls ?? [];
      expect(call).toMatchObject({ reason: "answer_lost", state: "unknown" });
      expect(call?.startedAt).toBeLessThanOrEqual(began);
      expect(call?.startedAt).toBeGreaterThan(began - 1_000);
      expect(call?.endedAt).toBeGreaterThanOrEqual(tested.now);
      expect(call?.endedAt).toBeLessThan(tested.now + 1_000);
    });

    it("is also one that a dead process left, given up when it was found; calls that ended are none", async () => {
      await tested.fails(a);
      await tested.ledger.retry(await tested.begin(a), failure("flood_wait", "wait"));
      await tested.begin(a);
      tested.now += 60_000;
      await tested.recover();
      const call = await only();
      expect(call).toMatchObject({ reason: "process_died", tag: null, startedAt: tested.now - 60_000 });
      expect(call.endedAt).toBeGreaterThanOrEqual(tested.now);
    });

    it("is ready once its message is found, like any other, and was there by then", async () => {
      await tested.doubts(a, { tag: "abcdefghij" });
      const call = await only();
      tested.now += 600_000;
      const confirmed = await tested.ledger.confirmLost(call.attempt, confirmation(facts(a), "found"));
      expect(confirmed).toMatchObject({ duplicate: false, stored: { fileId: "found", messageId: 7 } });
      expect(await tested.readerFinds("a.jpg")).toBe("found");
      expect(await tested.find(a)).toMatchObject({ state: "ready", keyKnown: true, error: null });
      expect(await lost()).toEqual([]);
      expect(
        await tested.sql("select state, message_id, ended_at, error_reason, tag from prewarm_attempts"),
      ).toEqual([
        {
          state: "ready",
          message_id: 7,
          ended_at: "2026-01-31 12:40:05",
          error_reason: null,
          tag: "abcdefghij",
        },
      ]);
    });

    it("can be found after it was closed, but neither twice, nor where it is another call", async () => {
      await tested.doubts(a);
      const { attempt } = await only();
      await tested.ledger.closeLost(attempt, "unchecked");
      await tested.ledger.confirmLost(attempt, confirmation(facts(a), "found"));
      const again = () => tested.ledger.confirmLost(attempt, confirmation(facts(a), "again"));
      await expect(again()).rejects.toThrow(/not lost/);
      await expect(tested.ledger.closeLost(attempt, "absent")).rejects.toThrow(/not lost/);
      const sending = await tested.begin(object("b.jpg"));
      await expect(tested.ledger.closeLost(sending, "absent")).rejects.toThrow(/not lost/);
      await expect(tested.ledger.confirmLost(sending, confirmation(facts(a), "x"))).rejects.toThrow(
        /not lost/,
      );
      expect(await tested.readerFinds("a.jpg")).toBe("found");
    });

    it("stays unknown when it is closed, until it is sent; what was decided of it is kept", async () => {
      await tested.doubts(a);
      const first = await only();
      await tested.ledger.closeLost(first.attempt, "absent");
      expect((await tested.find(a)).state).toBe("unknown");
      await tested.doubts(a, { tag: "bcdefghijk" });
      expect(await lost()).toMatchObject([
        { attempt: first.attempt, state: "absent" },
        { tag: "bcdefghijk", state: "unknown" },
      ]);
      await tested.warm(a);
      expect((await tested.find(a)).state).toBe("ready");
    });

    it("goes with its content when that becomes known by its hash", async () => {
      await tested.doubts(a, { tag: "abcdefghij" });
      await tested.warm(a, { bot: "two", confirmed: { content: SHA_A } });
      expect(await lost()).toMatchObject([{ content: SHA_A, tag: "abcdefghij" }]);
      expect(await lost(SHA_A)).toMatchObject([{ content: SHA_A, tag: "abcdefghij" }]);
    });

    it("leaves the older of two ids, and an id that its row has meanwhile", async () => {
      const id = await tested.warm(a);
      await tested.doubts(a);
      const call = await only();
      const confirmed = await tested.ledger.confirmLost(call.attempt, confirmation(facts(a), "found"));
      expect(confirmed).toMatchObject({ duplicate: true, stored: { fileId: id } });
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });

    it("that is found answers who asked for one more attempt", async () => {
      await tested.doubts(a);
      await tested.ledger.enqueue([{ key: "a.jpg", bot: "default", kind: "photo", again: true }]);
      await tested.ledger.confirmLost((await only()).attempt, confirmation(facts(a), "found"));
      expect(await tested.ledger.queued(0)).toEqual([]);
    });
  });

  describe("the neighbours of a message", () => {
    const tested = new TestedLedger(open);
    const CHANNEL = "-1001234567890";

    /** Posts at `at` seconds, for `took` seconds. */
    async function posts(
      at: number,
      messageId: number,
      { took = 1, chatId = CHANNEL, ...more }: Partial<AttemptFacts> & { took?: number } = {},
    ): Promise<void> {
      const entry = object(`${chatId}-${messageId}-${more.bot ?? "default"}.jpg`);
      const asked = facts(entry, { chatId, ...more });
      tested.now = at * 1_000;
      const attempt = await tested.ledger.begin(asked);
      tested.now = (at + took) * 1_000;
      const confirmed = confirmation(asked, `id ${asked.bot} ${messageId}`);
      await tested.ledger.confirm(attempt, {
        ...confirmed,
        stored: { ...confirmed.stored, chatId: asked.chatId ?? "", messageId },
      });
    }

    async function around(from: number, to: number, chatId = CHANNEL, bot = "default"): Promise<Neighbour[]> {
      return tested.ledger.neighbours({ bot, chatId, startedAt: from * 1_000, settledAt: to * 1_000 });
    }

    const ids = (neighbours: readonly Neighbour[]) => neighbours.map(({ messageId }) => messageId);

    it("are the last before, the first after, and all between, with their times", async () => {
      for (const [at, id] of [
        [100, 10],
        [110, 11],
        [120, 14],
        [130, 17],
        [140, 18],
        [150, 19],
      ] as const) {
        await posts(at, id);
      }
      const found = await around(115, 135);
      expect(ids(found)).toEqual([11, 14, 17, 18]);
      expect(found[0]?.startedAt).toBe(110_000);
      expect(found[0]?.endedAt).toBeGreaterThanOrEqual(111_000);
      expect(found[0]?.endedAt).toBeLessThan(112_000);
    });

    it("are missing at an end where there is none, or everywhere", async () => {
      expect(await around(100, 200)).toEqual([]);
      await posts(150, 15);
      expect(ids(await around(100, 200))).toEqual([15]);
      expect(ids(await around(160, 200))).toEqual([15]);
      expect(ids(await around(100, 140))).toEqual([15]);
    });

    it("do not bound what may have been posted while they were on their way", async () => {
      await posts(100, 10);
      await posts(108, 12, { took: 20 });
      await posts(130, 13);
      expect(ids(await around(110, 120))).toEqual([10, 12, 13]);
    });

    it("are those of all bots in a channel, whose ids are the same for everybody, and of no other chat", async () => {
      await posts(100, 10);
      await posts(110, 11, { bot: "two" });
      await posts(111, 50, { chatId: "-1009999999999" });
      await posts(130, 13, { bot: "two" });
      expect(ids(await around(115, 120))).toEqual([11, 13]);
    });

    it("are those of one bot in all private chats and basic groups, which share its ids", async () => {
      await posts(100, 10, { chatId: "42" });
      await posts(110, 12, { chatId: "-77" });
      await posts(111, 900, { chatId: "42", bot: "two" });
      await posts(112, 500);
      await posts(120, 14, { chatId: "42" });
      await posts(130, 15, { chatId: "43" });
      expect(ids(await around(115, 122, "42"))).toEqual([12, 14, 15]);
      expect(ids(await around(115, 122, "-77", "two"))).toEqual([900]);
    });

    it("are bounds by which attempts had begun when one ended, whatever the clock said", async () => {
      const begun = async (at: number, key: string) => {
        tested.now = at * 1_000;
        const asked = facts(object(key), { chatId: CHANNEL });
        const attempt = await tested.ledger.begin(asked);
        return { attempt, confirmation: confirmation(asked, key) };
      };
      const ends = async ({ attempt, confirmation: made }: Awaited<ReturnType<typeof begun>>, id: number) =>
        tested.ledger.confirm(attempt, {
          ...made,
          stored: { ...made.stored, chatId: CHANNEL, messageId: id },
        });
      await posts(100, 10);
      const before = await begun(200, "before.jpg");
      const lost = await begun(201, "lost.jpg");
      const after = await begun(202, "after.jpg");
      tested.now = 50_000;
      await ends(before, 11);
      await tested.ledger.doubt(lost.attempt, failure("answer_lost", "no answer"));
      await ends(after, 12);
      await posts(70, 13);
      const content = provisionalId(object("lost.jpg"));
      const [calls] = await tested.ledger.lostCalls([{ bot: "default", content, kind: "photo" }]);
      const { attempt = 0, startedAt = 0, lastBegun = null } = calls?.[0] ?? {};
      expect(lastBegun).toBe(Number(after.attempt));
      const place = { bot: "default", chatId: CHANNEL, attempt, lastBegun };
      const found = await tested.ledger.neighbours({ ...place, startedAt, settledAt: 60_000 });
      expect(ids(found)).toEqual([10, 11, 12, 13]);
      expect(found.map((each) => each.lastBegun)).toEqual(
        [1, 4, 4, 5].map((nth) => nth - 1 + Number(found[0]?.attempt)),
      );
    });

    it("are copies of looks by which attempts had begun when one was made, whatever the clock said", async () => {
      await posts(100, 10);
      const begin = async (at: number, key: string) => {
        tested.now = at * 1_000;
        return tested.ledger.begin(facts(object(key), { chatId: CHANNEL }));
      };
      const copy = async (at: number, copyId: number) => {
        tested.now = at * 1_000;
        const asked = { attempt: 1, bot: "default", chatId: CHANNEL, messageId: 10, way: "forward" } as const;
        const look = await tested.ledger.beginLook(asked);
        return async () => {
          await tested.ledger.copied(look, copyId);
          await tested.ledger.endLook(look);
        };
      };
      await (await copy(110, 11))();
      const ends = await copy(120, 12);
      const attempt = await begin(200, "lost.jpg");
      // Clocks that went back an hour, and later on.
      tested.now = 90_000;
      await ends();
      await (await copy(95, 20))();
      const lastBegun = Number(await begin(96, "beside.jpg"));
      const place = { bot: "default", chatId: CHANNEL, attempt, lastBegun };
      await (await copy(400, 21))();
      const found = await tested.ledger.neighbours({ ...place, startedAt: 200_000, settledAt: 300_000 });
      expect(ids(found)).toEqual([11, 12, 20, 21]);
      const first = Number(attempt) - 1;
      expect(
        found.map(({ behind, lastBegun }) => [Number(behind) - first, Number(lastBegun) - first]),
      ).toEqual([
        [0, 0],
        [0, 1],
        [1, 1],
        [2, 2],
      ]);
    });

    it("are copies of looks by which of these began first, whatever the clock said", async () => {
      await posts(100, 10);
      const copy = async (at: number, copyId: number) => {
        tested.now = at * 1_000;
        const asked = { attempt: 1, bot: "default", chatId: CHANNEL, messageId: 10, way: "forward" } as const;
        const look = await tested.ledger.beginLook(asked);
        if (copyId > 0) {
          await tested.ledger.copied(look, copyId);
          await tested.ledger.endLook(look);
        }
        return look;
      };
      await copy(110, 11);
      await copy(900, 12);
      // A clock that went back in between.
      const look = await copy(200, 0);
      await copy(150, 20);
      await copy(400, 21);
      const place = { bot: "default", chatId: CHANNEL, startedAt: 200_000, settledAt: 300_000 };
      const found = await tested.ledger.neighbours({ ...place, look });
      expect(ids(found)).toEqual([11, 12, 20, 21]);
      expect(found.map((each) => Number(each.look) - Number(look))).toEqual([-2, -1, 1, 2]);
    });

    it("are no copies from before where a clock was put back while these were there: they may have come after", async () => {
      await posts(100, 10);
      const asked = { attempt: 1, bot: "default", chatId: CHANNEL, messageId: 10, way: "forward" } as const;
      const begunAt = (at: number) => {
        tested.now = at;
        return tested.ledger.beginLook(asked);
      };
      const [beside, look] = [await begunAt(890_000), await begunAt(900_000)];
      await tested.ledger.copied(beside, 16);
      tested.now = 200_000;
      await tested.ledger.endLook(beside);
      const place = { bot: "default", chatId: CHANNEL, startedAt: 900_000, settledAt: 960_000 };
      const found = await tested.ledger.neighbours({ ...place, look });
      expect(ids(found)).toEqual([10, 16]);
    });

    it("count a message that was found later from when it was found, and the copies of looks", async () => {
      await posts(100, 10);
      const late = object("late.jpg");
      tested.now = 102_000;
      await tested.doubts(late, { chatId: CHANNEL });
      await posts(110, 12);
      const [calls] = await tested.ledger.lostCalls([
        { bot: "default", content: provisionalId(late), kind: "photo" },
      ]);
      const attempt = calls?.[0]?.attempt ?? 0;
      tested.now = 200_000;
      const look = { attempt, bot: "default", chatId: CHANNEL, messageId: 14, way: "forward" } as const;
      const id = await tested.ledger.beginLook(look);
      await tested.ledger.copied(id, 20);
      await tested.ledger.endLook(id);
      const found = confirmation(facts(late), "found");
      await tested.ledger.confirmLost(attempt, { ...found, stored: { ...found.stored, messageId: 14 } });
      expect(ids(await around(115, 120))).toEqual([12, 14, 20]);
      expect(ids(await around(115, 250))).toEqual([12, 14, 20]);
      expect(ids(await around(250, 260))).toEqual([20]);
    });

    it("are the last ones of a chat, without copies of looks", async () => {
      for (let n = 1; n <= 5; n++) await posts(100 + n, n);
      const other = object("other.jpg", { etag: etagOf("other.jpg") });
      await tested.warm(other, { bot: "two", chatId: CHANNEL });
      await tested.warm(other, { bot: "three", chatId: "-44" });
      const look = { attempt: 1, bot: "default", chatId: CHANNEL, messageId: 5, way: "forward" } as const;
      const id = await tested.ledger.beginLook(look);
      await tested.ledger.copied(id, 9);
      await tested.ledger.endLook(id);
      expect(await tested.ledger.lastPosts("default", CHANNEL)).toEqual([7, 5, 4]);
      expect(await tested.ledger.lastPosts("default", "-44")).toEqual([]);
      expect(await tested.ledger.lastPosts("three", "-44")).toEqual([7]);
    });

    it("are found among many", async () => {
      for (let n = 0; n < 150; n++) await posts(1_000 + n * 2, 1 + n);
      expect(ids(await around(1_102, 1_103))).toEqual([51, 52, 53]);
      expect(ids(await around(1_102, 1_104)).at(-1)).toBe(54);
    });
  });

  describe("a look", () => {
    const tested = new TestedLedger(open);
    const look = { attempt: 1, bot: "default", chatId: "-1001", messageId: 5, way: "edit" } as const;

    it("is left until it is ended, with the copy that it made", async () => {
      const edit = await tested.ledger.beginLook(look);
      const forward = await tested.ledger.beginLook({ ...look, messageId: 6, way: "forward" });
      await tested.ledger.beginLook({ ...look, bot: "two" });
      await tested.ledger.copied(forward, 99);
      expect(await tested.ledger.leftLooks(["default"])).toEqual([
        { ...look, look: edit, copyId: null, startedAt: tested.now, behind: 1, origins: [], originals: [] },
        {
          ...look,
          behind: 1,
          look: forward,
          messageId: 6,
          way: "forward",
          copyId: 99,
          startedAt: tested.now,
          origins: [],
          originals: [],
        },
      ]);
      await tested.ledger.endLook(edit);
      await tested.ledger.endLook(forward);
      expect(await tested.ledger.leftLooks(["default"])).toEqual([]);
      expect(await tested.ledger.leftLooks(["default", "two"])).toMatchObject([{ bot: "two" }]);
      await expect(tested.ledger.endLook(99)).rejects.toThrow(/there is no look/);
      await expect(tested.ledger.copied(99, 100)).rejects.toThrow(/there is no look/);
    });

    it("is ended by whoever is first, and goes on where a copy of it comes to light after that", async () => {
      const edit = await tested.ledger.beginLook(look);
      const forward = await tested.ledger.beginLook({ ...look, way: "forward" });
      for (const each of [edit, forward, edit]) await tested.ledger.endLook(each);
      expect(await tested.ledger.leftLooks(["default"])).toEqual([]);
      await tested.ledger.copied(forward, 100);
      expect(await tested.ledger.leftLooks(["default"])).toMatchObject([{ look: forward, copyId: 100 }]);
      await tested.ledger.endLook(forward);
      expect(await tested.ledger.leftLooks(["default"])).toEqual([]);
    });

    it("is left with the tags of our messages of that number, where nobody knows the id of its copy", async () => {
      const posts = [
        { key: "a.jpg", chatId: "-1001", tag: "aaaaaaaaaa", messageId: 6 },
        { key: "b.jpg", chatId: "-1002", tag: "bbbbbbbbbb", messageId: 6, bot: "two" },
        { key: "c.jpg", chatId: "-1002", tag: "cccccccccc", messageId: 7 },
        { key: "d.jpg", chatId: "-1003", tag: null, messageId: 6 },
      ];
      for (const { key, chatId, tag, messageId, bot = "default" } of posts) {
        const entry = object(key, { etag: etagOf(key) });
        const { stored } = confirmation(facts(entry), key);
        await tested.warm(entry, {
          bot,
          chatId,
          tag,
          confirmed: { stored: { ...stored, chatId, messageId } },
        });
      }
      await tested.ledger.beginLook({ ...look, messageId: 6 });
      await tested.ledger.beginLook({ ...look, messageId: 6, way: "forward" });
      await tested.ledger.beginLook({ ...look, messageId: 8, way: "forward" });
      const copied = await tested.ledger.beginLook({ ...look, messageId: 7, way: "forward" });
      await tested.ledger.copied(copied, 9);
      await tested.ledger.beginLook({ ...look, messageId: 9, way: "forward" });
      const left = await tested.ledger.leftLooks(["default"]);
      const known = left.map(({ originals }) =>
        originals.map(({ chatId, tag }) => `${chatId} ${tag}`).sort(),
      );
      expect(known).toEqual([
        [],
        ["-1001 aaaaaaaaaa", "-1002 bbbbbbbbbb"],
        [],
        [],
        // What it asked for was itself a copy.
        ["-1002 cccccccccc"],
      ]);
    });
  });

  describe("an attempt", () => {
    const tested = new TestedLedger(open);

    it("holds the tag of its message, and the id once it is confirmed", async () => {
      await tested.warm(object("a.jpg"), { tag: "abcdefghij" });
      await tested.fails(object("b.jpg", { etag: etagOf("b") }), undefined, { tag: "bcdefghijk" });
      expect(await tested.sql("select tag, message_id, purpose from prewarm_attempts order by id")).toEqual([
        { tag: "abcdefghij", message_id: 7, purpose: null },
        { tag: "bcdefghijk", message_id: null, purpose: null },
      ]);
    });
  });
}
