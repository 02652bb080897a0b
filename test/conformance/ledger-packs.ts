import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { failure } from "../../src/domain/failure.ts";
import type { KnownEntry } from "../../src/domain/task.ts";
import type { LostCall } from "../../src/ledgers/look-port.ts";
import type { UnprovedId } from "../../src/ledgers/pack-port.ts";
import type { AttemptFacts, AttemptId } from "../../src/ledgers/port.ts";
import { confirmation, facts, type OpenLedger, object, TestedLedger } from "./tested-ledger.ts";

const [A, B, C] = ["a.jpg", "b.jpg", "c.jpg"].map((key) => object(key)) as [
  KnownEntry,
  KnownEntry,
  KnownEntry,
];
const LOST = failure("answer_lost", "the answer never came");

/** Several media in one message: their attempts, ids that are to be proved, and what is proved. */
export function packConformance(open: OpenLedger): void {
  describe("the attempts of a pack", () => {
    const tested = new TestedLedger(open);

    it("are those of each of its media, and end each for itself", async () => {
      const [a = 0, b = 0] = await beginPack(tested, [A, B]);
      await tested.ledger.confirm(a, confirmation(facts(A), "first"));
      await tested.ledger.retry(b, failure("photo_dimensions", "too long"));
      expect(await tested.readerFinds("a.jpg")).toBe("first");
      expect((await tested.find(B)).state).toBe("none");
      expect(await tested.sql("select pack_id, pack_index, tag from prewarm_attempts order by id")).toEqual([
        { pack_id: "p", pack_index: 0, tag: "tagaaaaaaa" },
        { pack_id: "p", pack_index: 1, tag: "tagbaaaaaa" },
      ]);
    });

    it("are in doubt together when their process dies", async () => {
      await beginPack(tested, [A, B, C]);
      expect(await tested.recover()).toBe(3);
      for (const each of [A, B, C]) expect((await tested.find(each)).state).toBe("unknown");
    });

    it("are counted where they are in doubt, and a message that was to try an id is not: no row is in doubt by it", async () => {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      const [id] = await tested.ledger.unproved(["default"]);
      await tested.ledger.beginCanary(id as UnprovedId, "-1001", null);
      expect(await tested.recover()).toBe(0);
      expect(await tested.sql("select state from prewarm_attempts where purpose = 'canary'")).toEqual([
        { state: "unknown" },
      ]);
    });

    it("are all begun, or none", async () => {
      // What cannot be written of the last takes the others with it.
      const broken = { ...facts(C), settings: undefined as unknown as string, kind: null as never };
      await expect(tested.ledger.beginAll([facts(A), facts(B), broken])).rejects.toThrow();
      expect(await tested.sql("select id from prewarm_attempts")).toEqual([]);
      expect((await tested.find(A)).state).toBe("none");
    });
  });

  describe("the attempts of a pack, with what is known of their content", () => {
    const tested = new TestedLedger(open);
    const [known, learned] = [
      object("known.jpg", { etag: "known" }),
      object("learned.jpg", { etag: "learned" }),
    ];

    it("are all begun where nothing speaks against it, and else none, with what does", async () => {
      const begin = (entries: readonly KnownEntry[], evenIfKnown = false) => {
        const all = entries.map((entry, index) => facts(entry, { pack: { id: "p", index } }));
        const reads = all.map(({ content: sha256 }) => ({ sha256, evenIfKnown, evenInDoubt: null }));
        return tested.ledger.beginAllRead(all, reads);
      };
      await tested.warm(known, { confirmed: { content: "a".repeat(64) } });
      await tested.warm(learned, { kind: "document", confirmed: { content: "b".repeat(64) } });
      const { stored } = await tested.find(known);
      expect(await begin([A, known, B, learned])).toEqual({
        type: "not_all",
        left: [
          [1, { type: "known", stored }],
          [3, { type: "learned", content: "b".repeat(64) }],
        ],
      });
      expect(await tested.sql("select id from prewarm_attempts where pack_id is not null")).toEqual([]);
      const begun = await begin([A, B]);
      expect(
        await tested.sql("select id from prewarm_attempts where pack_id is not null order by id"),
      ).toEqual(begun.type === "begun" ? begun.attempts.map((id) => ({ id })) : []);
      expect(begun).toMatchObject({ attempts: [expect.anything(), expect.anything()] });
      const hash = { sha256: "a".repeat(64), evenIfKnown: true, evenInDoubt: null };
      expect(await tested.ledger.beginAllRead([facts(known)], [hash])).toMatchObject({ type: "begun" });
    });
  });

  describe("an id that came in a pack", () => {
    const tested = new TestedLedger(open);
    const waiting = () => tested.ledger.unproved(["default"]);

    it("waits with all that is to be stored, and is not what readers find; later processes leave its row alone", async () => {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      expect(await waiting()).toEqual([
        {
          attempt: a,
          bot: "default",
          kind: "photo",
          key: "a.jpg",
          content: provisionalId(A),
          chatId: "-1001",
          confirmation: confirmation(facts(A), "held"),
        },
      ]);
      expect(await tested.ledger.unproved(["other"])).toEqual([]);
      expect(await tested.readerFinds("a.jpg")).toBeNull();
      expect((await tested.find(A)).state).toBe("none");
      await tested.fails(A, undefined, { bot: "two" });
      await tested.fails(A, undefined, { kind: "document" });
      await tested.fails(B);
      await tested.sql("update prewarm_attempts set owner = 'one that died'");
      expect((await tested.find(A)).state).toBe("under_way");
      const others = [tested.find(A, "two"), tested.find(A, "default", "document"), tested.find(B)];
      expect((await Promise.all(others)).map(({ state }) => state)).toEqual(["error", "error", "error"]);
      expect(await tested.recover()).toBe(0);
      expect((await waiting()).length).toBe(1);
    });

    it("leaves its row in doubt where nobody knows what became of the message that tried it, until it is decided", async () => {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      await tested.ledger.leaveUnproved(a, LOST);
      expect((await tested.find(A)).state).toBe("unknown");
      expect((await waiting()).length).toBe(1);
      await tested.ledger.leaveUnproved(a, LOST);
      await tested.sql("update prewarm_attempts set owner = 'one that died'");
      expect((await tested.find(A)).state).toBe("unknown");
      // Another key of the content that fails before its call says nothing of that.
      await tested.ledger.fail(null, facts(A), failure("r2_unavailable", "no"));
      expect((await tested.find(A)).state).toBe("unknown");
      await tested.ledger.confirm(a, confirmation(facts(A), "held"));
      expect(await tested.readerFinds("a.jpg")).toBe("held");
      await expect(tested.ledger.leaveUnproved(a, LOST)).rejects.toThrow();
    });

    it("leaves it in doubt under the hash of what was sent, by which other keys of it are asked about", async () => {
      const sha256 = "a".repeat(64);
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, { ...confirmation(facts(A), "held"), content: sha256 });
      await tested.ledger.leaveUnproved(a, LOST);
      const read = { sha256, evenIfKnown: false, evenInDoubt: null };
      expect(await tested.ledger.beginRead(facts(B), read)).toMatchObject({ type: "in_doubt" });
    });

    it("is no call under way for other keys of its content once that was sent again all the same", async () => {
      const content = "a".repeat(64);
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, { ...confirmation(facts(A), "held"), content });
      await tested.ledger.leaveUnproved(a, LOST);
      const forced = await tested.ledger.begin({ ...facts(A), content });
      await tested.ledger.confirm(forced, { ...confirmation(facts(A), "forced"), content });
      const read = { sha256: content, evenIfKnown: true, evenInDoubt: "always" } as const;
      expect(await tested.ledger.beginRead({ ...facts(B), content }, read)).toMatchObject({ type: "begun" });
    });

    it("frees its row where it is dropped after that", async () => {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      await tested.ledger.leaveUnproved(a, LOST);
      await tested.ledger.discard(a, failure("file_id_dead", "not taken"));
      expect((await tested.find(A)).state).toBe("none");
    });

    it("is stored once it is proved, with the moment of its message", async () => {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      await tested.ledger.confirm(a, confirmation(facts(A), "held"));
      expect(await tested.readerFinds("a.jpg")).toBe("held");
      expect(await waiting()).toEqual([]);
    });

    it("is dropped where it serves nothing, so that its object is warmed; neither twice, nor where it does not wait", async () => {
      const [a = 0, b = 0] = await beginPack(tested, [A, B]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      const why = failure("file_id_dead", "refused");
      await tested.ledger.discard(a, why);
      expect(await waiting()).toEqual([]);
      expect((await tested.find(A)).state).toBe("none");
      await expect(tested.ledger.discard(a, why)).rejects.toThrow(/not under way here/);
      await expect(tested.ledger.discard(b, why)).rejects.toThrow(/not under way here/);
      await expect(tested.ledger.holdUnproved(a, confirmation(facts(A), "x"))).rejects.toThrow(
        /not under way/,
      );
    });

    it("that a look found is held the same way, from a call in doubt only; dropped, its row is in doubt no more", async () => {
      await lostPack(tested, [A, B]);
      const [a, b] = await lostOf(tested, [A, B]);
      await tested.ledger.holdLost(a?.attempt ?? 0, confirmation(facts(A), "found"));
      await tested.ledger.holdLost(b?.attempt ?? 0, confirmation(facts(B), "found too"));
      const again = () => tested.ledger.holdLost(a?.attempt ?? 0, confirmation(facts(A), "again"));
      await expect(again()).rejects.toThrow(/not lost/);
      expect(await waiting()).toHaveLength(2);
      expect(await lostOf(tested, [A, B])).toEqual([]);
      await tested.ledger.discard(a?.attempt ?? 0, failure("file_id_dead", "refused"));
      await tested.ledger.confirm(b?.attempt ?? 0, confirmation(facts(B), "found too"));
      expect((await tested.find(A)).state).toBe("none");
      expect(await tested.readerFinds("b.jpg")).toBe("found too");
    });

    it("that a look found leaves its row in doubt while it waits, which may be for the next process", async () => {
      const content = "c".repeat(64);
      await tested.doubts(object("read.jpg", { sha256: content }));
      const row = { bot: "default", content, kind: "photo" } as const;
      const [[lost] = []] = await tested.ledger.lostCalls([row]);
      await tested.ledger.holdLost(lost?.attempt ?? 0, confirmation(facts(A), "found"));
      expect(await tested.ledger.idsOf([row])).toEqual(["in_doubt"]);
    });

    it("leaves its row in doubt when it is dropped, where another call for it is lost", async () => {
      await lostPack(tested, [A]);
      const [a] = await lostOf(tested, [A]);
      await tested.ledger.holdLost(a?.attempt ?? 0, confirmation(facts(A), "found"));
      await tested.doubts(A);
      await tested.ledger.discard(a?.attempt ?? 0, failure("file_id_dead", "refused"));
      expect((await tested.find(A)).state).toBe("unknown");
    });
  });

  describe("a lost pack", () => {
    const tested = new TestedLedger(open);

    it("is known by each of its media: tag, place, how many are in doubt, and where it is once one was found", async () => {
      await lostPack(tested, [A, B, C]);
      const packs = async () => (await lostOf(tested, [A, B, C])).map(({ tag, pack }) => ({ tag, ...pack }));
      const p = { id: "p", messageId: null, lost: 3 };
      expect(await packs()).toEqual([
        { tag: "tagaaaaaaa", index: 0, ...p },
        { tag: "tagbaaaaaa", index: 1, ...p },
        { tag: "tagcaaaaaa", index: 2, ...p },
      ]);
      const [first] = await lostOf(tested, [A]);
      await tested.ledger.confirmLost(first?.attempt ?? 0, confirmation(facts(A), "found"));
      expect(await packs()).toEqual([
        { tag: "tagbaaaaaa", index: 1, id: "p", messageId: 7, lost: 2 },
        { tag: "tagcaaaaaa", index: 2, id: "p", messageId: 7, lost: 2 },
      ]);
      // Neither the same name of another bot's pack, nor one of another chat, is it.
      await lostPack(tested, [A], { bot: "two" });
      await lostPack(tested, [B], { chatId: "-1002" });
      const [, other] = await lostOf(tested, [B]);
      expect(other?.pack).toEqual({ id: "p", index: 0, messageId: null, lost: 1 });
    });

    it("counts as one message among the neighbours of others", async () => {
      for (const id of await beginPack(tested, [A, B, C]))
        await tested.ledger.confirm(id, confirmation(facts(A), `id ${String(id)}`));
      const around = { bot: "default", chatId: "-1001", startedAt: 0, settledAt: tested.now + 9_000 };
      expect((await tested.ledger.neighbours(around)).map(({ messageId }) => messageId)).toEqual([7]);
    });
  });

  describe("a message of a probe", () => {
    const tested = new TestedLedger(open);
    const post = { bot: "default", chatId: "-1001", kind: "photo", tag: "abcdefghij" } as const;

    it("is left until it is deleted", async () => {
      const attempt = await tested.ledger.beginProbe(post);
      await tested.ledger.endCanary(attempt, { state: "ready", messageId: 31 });
      const message = { canary: attempt, bot: "default", kind: "photo", chatId: "-1001", messageId: 31 };
      expect(await tested.ledger.leftCanaries(["default"])).toEqual([message]);
      await tested.ledger.endCanary(attempt, { state: "discarded" });
      expect(await tested.ledger.leftCanaries(["default"])).toEqual([]);
      expect(await tested.ledger.lostProbes(["default"])).toEqual([]);
    });

    it("is lost where its process died, until it was looked for", async () => {
      const attempt = await tested.ledger.beginProbe(post);
      expect(await tested.recover()).toBe(0);
      expect(await tested.ledger.lostProbes(["default"])).toMatchObject([{ ...post, attempt }]);
      expect(await tested.ledger.lostProbes(["other"])).toEqual([]);
      await tested.ledger.closeLost(attempt, "absent");
      expect(await tested.ledger.lostProbes(["default"])).toEqual([]);
    });
  });

  describe("a canary", () => {
    const tested = new TestedLedger(open);
    const left = () => tested.ledger.leftCanaries(["default"]);

    async function held(): Promise<UnprovedId> {
      const [a = 0] = await beginPack(tested, [A]);
      await tested.ledger.holdUnproved(a, confirmation(facts(A), "held"));
      const [id] = await tested.ledger.unproved(["default"]);
      if (!id) throw new Error("none waits");
      return id;
    }

    it("is left until its message is deleted", async () => {
      const canary = await tested.ledger.beginCanary(await held(), "-1009", null);
      expect(await left()).toEqual([]);
      await tested.ledger.endCanary(canary, { state: "ready", messageId: 31 });
      expect(await left()).toEqual([
        { canary, bot: "default", kind: "photo", chatId: "-1009", messageId: 31 },
      ]);
      expect(await tested.ledger.leftCanaries(["other"])).toEqual([]);
      await tested.ledger.endCanary(canary, { state: "discarded" });
      expect(await left()).toEqual([]);
      await tested.ledger.endCanary(canary, { state: "discarded" });
      const refused = { state: "failed", failure: failure("file_id_dead", "no") } as const;
      await expect(tested.ledger.endCanary(canary, refused)).rejects.toThrow(/not under way/);
    });

    it("is a message that is gone, for looks: none to make a copy of", async () => {
      const canary = await tested.ledger.beginCanary(await held(), "-1001", null);
      const { now } = tested;
      const around = { bot: "default", chatId: "-1001", startedAt: now - 60_000, settledAt: now + 60_000 };
      const seen = async () =>
        (await tested.ledger.neighbours(around)).map(({ messageId, isGone }) => [messageId, isGone]);
      for (const end of [{ state: "ready", messageId: 31 }, { state: "discarded" }] as const) {
        await tested.ledger.endCanary(canary, end);
        expect(await seen()).toEqual([
          [7, false],
          [31, true],
        ]);
        expect(await tested.ledger.lastPosts("default", "-1001")).toEqual([7]);
      }
    });

    it("that was refused, or got no answer, leaves none, and changes nothing for its object", async () => {
      const id = await held();
      const refused = await tested.ledger.beginCanary(id, "-1001", null);
      await tested.ledger.endCanary(refused, { state: "failed", failure: failure("file_id_dead", "no") });
      const lost = await tested.ledger.beginCanary(id, "-1001", null);
      await tested.ledger.endCanary(lost, { state: "unknown", failure: LOST });
      expect(await left()).toEqual([]);
      expect((await tested.find(A)).state).toBe("none");
      expect(await tested.ledger.countBad(["default"])).toEqual({ failed: 0, unknown: 0 });
      expect(await tested.ledger.unproved(["default"])).toHaveLength(1);
    });

    it("is looked for by its tag where its answer was lost, or its process died, until it was", async () => {
      const id = await held();
      const lost = await tested.ledger.beginCanary(id, "-1001", "abcdefghij");
      await tested.ledger.beginCanary(id, "-1001", null);
      const found = await tested.ledger.beginCanary(id, "-1001", "klmnopqrst");
      expect(await tested.ledger.lostProbes(["default"])).toEqual([]);
      await tested.recover();
      expect(await tested.ledger.lostProbes(["default"])).toMatchObject([
        { attempt: lost, bot: "default", chatId: "-1001", kind: "photo", tag: "abcdefghij" },
        { attempt: found, tag: "klmnopqrst" },
      ]);
      await tested.ledger.closeLost(lost, "absent");
      await tested.ledger.endCanary(found, { state: "ready", messageId: 31 });
      expect(await tested.ledger.lostProbes(["default"])).toEqual([]);
      expect((await left()).map(({ messageId }) => messageId)).toEqual([31]);
      // Another process that looked for it as well has found it, and has not heard that it is gone.
      await tested.ledger.endCanary(found, { state: "discarded" });
      await expect(tested.ledger.closeLost(found, "absent")).rejects.toThrow(/is not lost/);
      await tested.ledger.endCanary(found, { state: "ready", messageId: 31 });
      // The process was not dead, and its answer comes now.
      await tested.ledger.endCanary(lost, { state: "ready", messageId: 32 });
      expect((await left()).map(({ messageId }) => messageId)).toEqual([32, 31]);
    });

    it("of a process that died is no object in doubt", async () => {
      await tested.ledger.beginCanary(await held(), "-1001", null);
      await tested.recover();
      expect(await tested.ledger.countBad(["default"])).toEqual({ failed: 0, unknown: 0 });
      expect(await lostOf(tested, [A])).toEqual([]);
      expect(await left()).toEqual([]);
    });
  });

  describe("a proof", () => {
    const tested = new TestedLedger(open);
    const proof = { bot: "default", scope: "-1001", what: "quota", result: "messages", evidence: { n: 3 } };

    it("takes the place of an older one of the same matter, and of no other", async () => {
      const other = { ...proof, scope: "channel", result: "media", at: 5 };
      await tested.ledger.keepProof({ ...proof, at: 10 });
      await tested.ledger.keepProof(other);
      await tested.ledger.keepProof({ ...proof, result: "media", evidence: {}, at: 1_769_862_605_123 });
      expect(await tested.ledger.proofs()).toEqual([
        other,
        { ...proof, result: "media", evidence: {}, at: 1_769_862_605_123 },
      ]);
    });
  });
}

/** Begins one call for these, as pack `p`; their tags are made of their keys. */
function beginPack(
  tested: TestedLedger,
  entries: readonly KnownEntry[],
  more: Partial<AttemptFacts> = {},
): Promise<AttemptId[]> {
  return tested.ledger.beginAll(
    entries.map((entry, index) =>
      facts(entry, { tag: `tag${entry.key.charAt(0)}aaaaaa`, pack: { id: "p", index }, ...more }),
    ),
  );
}

async function lostPack(
  tested: TestedLedger,
  entries: readonly KnownEntry[],
  more: Partial<AttemptFacts> = {},
): Promise<void> {
  for (const id of await beginPack(tested, entries, more)) await tested.ledger.doubt(id, LOST);
}

async function lostOf(tested: TestedLedger, entries: readonly KnownEntry[]): Promise<LostCall[]> {
  const rows = entries.map(
    (each) => ({ bot: "default", content: provisionalId(each), kind: "photo" }) as const,
  );
  return (await tested.ledger.lostCalls(rows)).flat();
}
