import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { failure } from "../../src/domain/failure.ts";
import type { LostCall } from "../../src/ledgers/look-port.ts";
import type { UnprovedId } from "../../src/ledgers/pack-port.ts";
import type { AttemptFacts, AttemptId } from "../../src/ledgers/port.ts";
import { confirmation, facts, type OpenLedger, object, TestedLedger } from "./tested-ledger.ts";

const CHANNEL = "-1001234567890";
const DEAD = failure("file_id_dead", "refused");
const [A, B] = [object("a.jpg"), object("b.jpg")];

/** What lies beside what is written to stays as it is, and what is of one moment or one number with a bound is no bound. */
export function edgeConformance(open: OpenLedger): void {
  rowsBeside(open);
  messagesAtTheEdge(open);
  looksAtTheEdge(open);
}

/** Begins a pack of one, whose id waits then. */
async function held(tested: TestedLedger, entry = A, more: Partial<AttemptFacts> = {}): Promise<AttemptId> {
  const [id = 0] = await tested.ledger.beginAll([facts(entry, { pack: { id: "p", index: 0 }, ...more })]);
  await tested.ledger.holdUnproved(id, confirmation(facts(entry, more), "held"));
  return id;
}

async function lostOf(tested: TestedLedger, entry = A): Promise<LostCall[]> {
  const asked = { bot: "default", content: provisionalId(entry), kind: "photo" } as const;
  return (await tested.ledger.lostCalls([asked])).flat();
}

function rowsBeside(open: OpenLedger): void {
  describe("what lies beside", () => {
    const tested = new TestedLedger(open);
    const states = async (...of: Parameters<TestedLedger["find"]>[]) =>
      (await Promise.all(of.map((each) => tested.find(...each)))).map(({ state }) => state);

    it("an id that is dropped stays in doubt: other content, another bot's, another kind", async () => {
      await tested.doubts(A);
      const [lost] = await lostOf(tested);
      await tested.ledger.holdLost(lost?.attempt ?? 0, confirmation(facts(A), "found"));
      await tested.doubts(B);
      await tested.doubts(A, { bot: "two" });
      await tested.doubts(A, { kind: "document" });
      await tested.ledger.discard(lost?.attempt ?? 0, DEAD);
      const others = await states([B], [A, "two"], [A, "default", "document"]);
      expect([await tested.status(provisionalId(A)), ...others]).toEqual([
        "warming",
        "unknown",
        "unknown",
        "unknown",
      ]);
    });

    it("an id that is dropped is the one that its row had before", async () => {
      const id = await tested.warm(A);
      await tested.ledger.discard(await held(tested), DEAD);
      expect([await tested.readerFinds("a.jpg"), (await tested.find(A)).state]).toEqual([id, "ready"]);
    });

    it("an id that is dropped waits on, as does what is under way", async () => {
      const [a, b] = [await held(tested), await held(tested, B)];
      const c = await tested.begin(object("c.jpg"));
      await tested.ledger.discard(a, DEAD);
      expect((await tested.ledger.unproved(["default"])).map(({ attempt }) => attempt)).toEqual([b]);
      await expect(
        tested.ledger.confirm(c, confirmation(facts(object("c.jpg")), "c")),
      ).resolves.toBeDefined();
    });

    it("a canary that has ended are others, and attempts, that are under way", async () => {
      await held(tested);
      const [id] = (await tested.ledger.unproved(["default"])) as [UnprovedId];
      const [one, two] = [
        await tested.ledger.beginCanary(id, "-1001", null),
        await tested.ledger.beginCanary(id, "-1001", null),
      ];
      const sending = await tested.begin(B);
      await tested.ledger.endCanary(one, { state: "failed", failure: DEAD });
      const rows = await tested.sql("select id, state from prewarm_attempts order by id");
      expect(rows.map(({ id: row, state }) => [String(row), state]).slice(1)).toEqual([
        [String(one), "failed"],
        [String(two), "sending"],
        [String(sending), "sending"],
      ]);
    });

    it("a lost call that is closed is lost as before", async () => {
      await tested.doubts(A);
      await tested.doubts(B);
      const [a] = await lostOf(tested);
      await tested.ledger.closeLost(a?.attempt ?? 0, "absent");
      const [both] = [[...(await lostOf(tested)), ...(await lostOf(tested, B))]];
      expect(both.map(({ state }) => state)).toEqual(["absent", "unknown"]);
    });
  });

  describe("a lost call", () => {
    const tested = new TestedLedger(open);

    it("is that of a pack where its place in one is known", async () => {
      await tested.doubts(A);
      await tested.doubts(A, { pack: { id: "p", index: 0 } });
      const packs = async () => (await lostOf(tested)).map(({ pack }) => pack?.id ?? null);
      expect(await packs()).toEqual([null, "p"]);
      await tested.sql("update prewarm_attempts set pack_index = null where pack_id = 'p' returning id");
      expect(await packs()).toEqual([null, null]);
    });
  });
}

/** Posts in a ledger at moments in seconds, and asks for the numbers of those around one. */
class Chat {
  readonly #tested: TestedLedger;

  constructor(tested: TestedLedger) {
    this.#tested = tested;
  }

  async begins(at: number, key: string): Promise<AttemptId> {
    this.#tested.now = at * 1_000;
    return this.#tested.ledger.begin(facts(object(key), { chatId: CHANNEL }));
  }

  async ends(at: number, attempt: AttemptId, key: string, messageId: number): Promise<void> {
    this.#tested.now = at * 1_000;
    const made = confirmation(facts(object(key), { chatId: CHANNEL }), key);
    const stored = { ...made.stored, chatId: CHANNEL, messageId };
    await this.#tested.ledger.confirm(attempt, { ...made, stored });
  }

  async posts(at: number, messageId: number, took = 1): Promise<void> {
    await this.ends(at + took, await this.begins(at, `${messageId}.jpg`), `${messageId}.jpg`, messageId);
  }

  /** A copy that a look of the message 10 made, and that is gone again. */
  async copies(at: number, copyId: number, chatId = CHANNEL): Promise<void> {
    this.#tested.now = at * 1_000;
    const { ledger } = this.#tested;
    const look = { attempt: 1, bot: "default", chatId, messageId: 10, way: "forward" } as const;
    const id = await ledger.beginLook(look);
    await ledger.copied(id, copyId);
    await ledger.endLook(id);
  }

  async around(from: number, to: number, attempts: { attempt?: AttemptId; lastBegun?: number } = {}) {
    const times = { startedAt: from * 1_000, settledAt: to * 1_000 };
    const place = { bot: "default", chatId: CHANNEL, ...attempts };
    const found = await this.#tested.ledger.neighbours({ ...place, ...times });
    return found.map(({ messageId }) => messageId);
  }
}

function messagesAtTheEdge(open: OpenLedger): void {
  describe("no bound for a lost message", () => {
    const tested = new TestedLedger(open);
    const chat = new Chat(tested);

    it("is one that ended in the second in which its call began, or began in the one in which that was over", async () => {
      await chat.posts(90, 9);
      await chat.posts(100, 10, 10);
      await chat.posts(120, 12);
      await chat.posts(130, 13);
      await chat.posts(140, 14);
      expect(await chat.around(110, 120)).toEqual([9, 10, 12, 13]);
    });

    it("is one that began in the second in which its call did, and ended before that by a clock that was put back", async () => {
      await chat.posts(90, 9);
      await chat.posts(110, 10, -5);
      await chat.posts(130, 13);
      expect(await chat.around(110, 120)).toEqual([9, 10, 13]);
    });

    it("is one that was under way when its call was begun last of all, whatever the clock said", async () => {
      await chat.posts(100, 10);
      const before = await chat.begins(200, "before.jpg");
      const attempt = await chat.begins(201, "lost.jpg");
      await chat.ends(50, before, "before.jpg", 11);
      await chat.posts(300, 12);
      expect(await chat.around(201, 250, { attempt, lastBegun: Number(attempt) })).toEqual([10, 11, 12]);
    });
  });

  describe("a bound for a lost message", () => {
    const tested = new TestedLedger(open);
    const chat = new Chat(tested);

    it("is a copy for which its call, or the last one begun beside it, was the last one before", async () => {
      await chat.posts(100, 10);
      const attempt = await chat.begins(200, "lost.jpg");
      await chat.copies(400, 21);
      await chat.copies(410, 22);
      expect(await chat.around(200, 300, { attempt, lastBegun: Number(attempt) })).toEqual([10, 21]);
    });

    it("is no copy in another chat, nor one beyond a message", async () => {
      await chat.posts(100, 10);
      await chat.copies(105, 40, "-1009999999999");
      await chat.copies(130, 50, "-1009999999999");
      await chat.copies(110, 12);
      await chat.posts(140, 13);
      await chat.copies(150, 60);
      expect(await chat.around(115, 120)).toEqual([12, 13]);
    });

    it("is no copy that was begun once its call was, whatever the clock said, nor one whose end nobody counted", async () => {
      await chat.posts(100, 10);
      const attempt = await chat.begins(200, "lost.jpg");
      await chat.copies(110, 20);
      await tested.sql("update prewarm_looks set last_begun = null returning id");
      await chat.posts(300, 30);
      expect(await chat.around(200, 250, { attempt, lastBegun: Number(attempt) })).toEqual([10, 20, 30]);
    });
  });
}

function looksAtTheEdge(open: OpenLedger): void {
  describe("a look for the copy of a copy", () => {
    const tested = new TestedLedger(open);

    it("is left with the tag of what was copied first, up to five copies before it", async () => {
      const { stored } = confirmation(facts(A), "a");
      await tested.warm(A, { tag: "aaaaaaaaaa", confirmed: { stored: { ...stored, messageId: 10 } } });
      const look = { attempt: 1, bot: "default", chatId: "-1001", way: "forward" } as const;
      for (let from = 10; from < 16; from++) {
        const id = await tested.ledger.beginLook({ ...look, messageId: from });
        await tested.ledger.copied(id, from + 1);
        await tested.ledger.endLook(id);
      }
      for (const messageId of [15, 16]) await tested.ledger.beginLook({ ...look, messageId });
      const left = await tested.ledger.leftLooks(["default"]);
      expect(left.map(({ messageId, originals }) => [messageId, originals.map(({ tag }) => tag)])).toEqual([
        [15, ["aaaaaaaaaa"]],
        [16, []],
      ]);
      expect(left.map(({ origins }) => origins)).toEqual([
        [15, 14, 13, 12, 11, 10],
        [16, 15, 14, 13, 12, 11],
      ]);
    });
  });
}
