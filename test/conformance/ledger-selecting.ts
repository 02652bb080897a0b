import { describe, expect, it } from "vitest";
import type { Selection } from "../../src/domain/choices.ts";
import { failure } from "../../src/domain/failure.ts";
import type { Identity, Selected } from "../../src/ledgers/port.ts";
import { etagOf } from "../helpers/etag.ts";
import { asDocument, facts, type OpenLedger, object, SHA_A, TestedLedger } from "./tested-ledger.ts";

async function gather(pages: AsyncIterable<Selected[]>): Promise<Selected[]> {
  const all: Selected[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** Finding work in the ledger itself. */
export function selectConformance(open: OpenLedger): void {
  describe("select", () => {
    const tested = new TestedLedger(open);
    const select = async (what: Selection[], prefix?: string, bots = ["default"]) =>
      (await gather(tested.ledger.select(what, { prefix, bots }))).map(
        ({ bot, kind, entry }) => `${bot} ${kind} ${entry.key} ${entry.etag}`,
      );

    it("finds each (bot, kind, key) of a state once, with the ETag and size it was tried with", async () => {
      await tested.warm(object("ready.jpg"));
      await tested.fails(object("bad.jpg"));
      await tested.fails(object("bad.jpg"));
      await tested.fails(object("bad.jpg"), undefined, { bot: "two" });
      await tested.doubts(object("lost.jpg"));
      await tested.warm(object("doc.jpg"), { confirmed: asDocument("doc") });
      expect(await select(["failed"])).toEqual([`default photo bad.jpg ${etagOf("e-bad.jpg")}`]);
      expect(await select(["unknown"])).toEqual([`default photo lost.jpg ${etagOf("e-lost.jpg")}`]);
      expect(await select(["weak"])).toEqual([`default photo doc.jpg ${etagOf("e-doc.jpg")}`]);
      expect((await select(["failed", "unknown", "weak"], "", ["default", "two"])).sort()).toEqual([
        `default photo bad.jpg ${etagOf("e-bad.jpg")}`,
        `default photo doc.jpg ${etagOf("e-doc.jpg")}`,
        `default photo lost.jpg ${etagOf("e-lost.jpg")}`,
        `two photo bad.jpg ${etagOf("e-bad.jpg")}`,
      ]);
      expect(await select([])).toEqual([]);
      expect(await select(["failed"], "", [])).toEqual([]);
    });

    it("finds no key for a kind that only another key of the same content is sent as", async () => {
      const etag = etagOf("same");
      await tested.warm(object("a.pdf", { etag }), { kind: "document" });
      await tested.doubts(object("b.mp4", { etag }), { kind: "video" });
      await tested.fails(object("c.jpg", { etag }));
      expect(await select(["unknown"])).toEqual([`default video b.mp4 ${etag}`]);
      expect(await select(["failed"])).toEqual([`default photo c.jpg ${etag}`]);
      const rows = await tested.ledger.rowsOf(["a.pdf"], ["default"]);
      expect(rows.map(({ kind, state }) => [kind, state])).toEqual([["document", "ready"]]);
    });

    it("finds no key as what its extension means that was asked for as something else", async () => {
      const etag = etagOf("same");
      await tested.warm(object("b.jpg", { etag }), { kind: "document" });
      await tested.ledger.note([{ bot: "default", kind: "document", entry: object("c.jpg", { etag }) }]);
      await tested.doubts(object("a.jpg", { etag }));
      expect(await select(["unknown"])).toEqual([`default photo a.jpg ${etag}`]);
      const rows = await tested.ledger.rowsOf(["b.jpg", "c.jpg"], ["default"]);
      expect(rows.map(({ kind, entry }) => `${kind} ${entry.key}`)).toEqual([
        "document b.jpg",
        "document c.jpg",
      ]);
      await tested.fails(object("a.jpg", { etag }), failure("refused_unclear", "no"));
      await tested.warm(object("a.jpg", { etag }), { bot: "two", confirmed: asDocument("doc") });
      expect(await select(["failed"])).toEqual([
        `default photo a.jpg ${etag}`,
        `default photo c.jpg ${etag}`,
      ]);
    });

    it("says of each key whether it was asked for as its row, where a source says itself what it asks for", async () => {
      const etag = etagOf("same");
      await tested.warm(object("b.jpg", { etag }), { kind: "document" });
      await tested.doubts(object("a.jpg", { etag }));
      const found = await gather(
        tested.ledger.select(["unknown"], { prefix: "", bots: ["default"], anyKind: true }),
      );
      expect(found.map(({ kind, entry, asked }) => [kind, entry.key, asked])).toEqual([
        ["photo", "a.jpg", undefined],
        ["photo", "b.jpg", false],
      ]);
    });

    it("finds no key in place of one that has become something else", async () => {
      const etag = etagOf("same");
      await tested.warm(object("b.jpg", { etag }), { kind: "document" });
      await tested.doubts(object("a.jpg", { etag }));
      await tested.doubts(object("a.jpg", { etag: etagOf("new") }));
      expect(await select(["unknown"])).toEqual([`default photo a.jpg ${etagOf("new")}`]);
    });

    it("finds no photo as a document because it came back as one for another bot", async () => {
      const etag = etagOf("same");
      await tested.warm(object("a.jpg", { etag }), { bot: "two", confirmed: asDocument("doc") });
      await tested.doubts(object("b.pdf", { etag }), { kind: "document" });
      expect(await select(["unknown"])).toEqual([`default document b.pdf ${etag}`]);
      await tested.fails(object("b.pdf", { etag }), failure("refused_unclear", "no"), { kind: "document" });
      tested.now += 3_600_000;
      const due = await tested.ledger.warming(["default"]);
      expect(due.map(({ entry }) => entry.key)).toEqual(["b.pdf"]);
    });

    it("finds a key that stands as a document, also where another key of the same content was sent", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }), { confirmed: asDocument("doc") });
      const known = facts(object("b.jpg"), { content: SHA_A });
      await tested.ledger.point({ ...known, bots: ["default"] });
      expect(await select(["weak"])).toEqual([
        `default photo a.jpg ${etagOf("e-a.jpg")}`,
        `default photo b.jpg ${etagOf("e-b.jpg")}`,
      ]);
    });

    it("knows the rows of a key, each by the state it would be found in", async () => {
      await tested.warm(object("ready.jpg"));
      await tested.fails(object("bad.jpg"));
      await tested.doubts(object("bad.jpg"), { bot: "two" });
      await tested.warm(object("doc.jpg"), { confirmed: asDocument("doc") });
      await tested.begin(object("new.jpg"));
      await tested.ledger.fail(
        null,
        facts(object("big.mp4"), { kind: "video" }),
        failure("file_too_big", "60 MB"),
      );
      await tested.doubts(object("changed.jpg", { etag: "old", bytes: 7 }));
      await tested.warm(object("changed.jpg", { etag: "new" }));
      const keys = ["ready.jpg", "bad.jpg", "doc.jpg", "new.jpg", "big.mp4", "changed.jpg", "none.jpg"];
      const rows = await tested.ledger.rowsOf(keys, ["default", "two"]);
      expect(
        rows.map(({ bot, kind, entry, state, reason }) => [entry.key, bot, kind, state, reason]),
      ).toEqual([
        ["bad.jpg", "default", "photo", "failed", "photo_dimensions"],
        ["bad.jpg", "two", "photo", "unknown", "answer_lost"],
        ["big.mp4", "default", "video", "failed", "file_too_big"],
        ["changed.jpg", "default", "photo", "ready", null],
        ["doc.jpg", "default", "photo", "weak", "came_back_as_document"],
        ["doc.jpg", "default", "document", "ready", null],
        ["new.jpg", "default", "photo", "waiting", null],
        ["ready.jpg", "default", "photo", "ready", null],
      ]);
      expect(rows.find(({ entry: { key } }) => key === "changed.jpg")?.entry.etag).toBe("new");
      expect(await tested.ledger.rowsOf(keys, [])).toEqual([]);
      expect(await tested.ledger.countBad(["default", "two"])).toEqual({ failed: 2, unknown: 2 });
      expect(await tested.ledger.countBad(["two"])).toEqual({ failed: 0, unknown: 1 });
      expect(await tested.ledger.countBad([])).toEqual({ failed: 0, unknown: 0 });
    });

    it("finds what never came to a call, and a changed object under its new ETag only", async () => {
      await tested.ledger.fail(
        null,
        facts(object("big.mp4"), { kind: "video" }),
        failure("file_too_big", "60 MB"),
      );
      await tested.warm(object("a.jpg"));
      await tested.fails(object("a.jpg", { etag: etagOf("new") }));
      expect(await select(["failed"])).toEqual([
        `default video big.mp4 ${etagOf("e-big.mp4")}`,
        `default photo a.jpg ${etagOf("new")}`,
      ]);
      await tested.warm(object("a.jpg", { etag: etagOf("new") }));
      expect(await select(["failed"])).toEqual([`default video big.mp4 ${etagOf("e-big.mp4")}`]);
    });

    it("leaves out what a key was before it changed, be it failed or weak", async () => {
      await tested.fails(object("a.jpg"));
      await tested.warm(object("b.jpg"), { confirmed: asDocument("doc") });
      await tested.fails(object("a.jpg", { etag: etagOf("new") }));
      await tested.doubts(object("b.jpg", { etag: etagOf("new-b") }));
      expect(await select(["failed", "weak"])).toEqual([`default photo a.jpg ${etagOf("new")}`]);
      expect(await select(["unknown"])).toEqual([`default photo b.jpg ${etagOf("new-b")}`]);
    });

    it.each(["object_changed", "object_missing"] as const)(
      "finds what a key is, though it was tried once more as what it was before: %s",
      async (reason) => {
        const before = object("a.jpg");
        await tested.fails(before, failure("server_error", "no"));
        await tested.doubts(object("a.jpg", { etag: etagOf("new") }));
        await tested.ledger.fail(null, facts(before), failure(reason, "it is another"));
        const found = [`default photo a.jpg ${etagOf("new")}`];
        expect(await select(["failed", "unknown"])).toEqual(found);
        const rows = await tested.ledger.rowsOf(["a.jpg"], ["default"]);
        expect(rows.map(({ state, entry }) => `${state} ${entry.etag}`)).toEqual([
          `unknown ${etagOf("new")}`,
        ]);
        await tested.fails(object("b.jpg"), failure(reason, "it is another"));
        expect(await select(["failed"])).toEqual([`default photo b.jpg ${etagOf("e-b.jpg")}`]);
      },
    );

    it("says what is not known of a row that prewarm did not write", async () => {
      await tested.sql(
        `insert into media_store (bot_slug, kind, r2_key, sha256) values ('default', 'photo', 'a.jpg', '${SHA_A}')`,
      );
      await tested.sql(
        `insert into media_cache (bot_slug, kind, sha256, status) values ('default', 'photo', '${SHA_A}', 'error')`,
      );
      expect(await gather(tested.ledger.select(["failed"], { bots: ["default"] }))).toEqual([
        { bot: "default", kind: "photo", entry: { key: "a.jpg" } },
      ]);
    });

    it("hands on the hash with the ETag it belongs to, so that the row is found again", async () => {
      const entry = object("a.jpg", { sha256: SHA_A });
      await tested.ledger.fail(null, facts(entry), failure("file_too_big", "60 MB"));
      expect(await gather(tested.ledger.select(["failed"], { bots: ["default"] }))).toEqual([
        { bot: "default", kind: "photo", entry },
      ]);
    });

    it("cuts to the prefix to the letter", async () => {
      for (const key of ["a_b/1.jpg", "aXb/2.jpg", "a%/3.jpg", "A_B/4.jpg", "a_b", "xa_b/5.jpg"]) {
        await tested.fails(object(key));
      }
      expect(await select(["failed"], "a_b/")).toEqual([`default photo a_b/1.jpg ${etagOf("e-a_b/1.jpg")}`]);
      expect(await select(["failed"], "a%")).toEqual([`default photo a%/3.jpg ${etagOf("e-a%/3.jpg")}`]);
    });

    it("goes through all of it in pages, while rows are warmed and new ones fail", async () => {
      for (let i = 0; i < 2100; i++) {
        await tested.ledger.fail(null, facts(object(`k${i}.jpg`)), failure("r2_unavailable", "no"));
      }
      const seen: string[] = [];
      let pages = 0;
      for await (const page of tested.ledger.select(["failed"], { bots: ["default"] })) {
        expect(page.length).toBeLessThanOrEqual(1000);
        pages++;
        seen.push(...page.map(({ entry }) => entry.key));
        for (const { entry } of page.slice(0, 3)) await tested.warm(object(entry.key));
        await tested.fails(object(`late-${pages}.jpg`));
        await tested.fails(object("k2099.jpg"));
      }
      expect(pages).toBe(3);
      expect(seen.filter((key) => key.startsWith("k"))).toHaveLength(2100);
      expect(new Set(seen).size).toBe(2100);
    });
  });
}

/** Keys of known content, and what is kept of lanes. */
export function pointConformance(open: OpenLedger): void {
  describe("point and lanes", () => {
    const tested = new TestedLedger(open);

    it("points a new key at content that is ready, with what is known of it", async () => {
      const id = await tested.warm(object("a.jpg", { sha256: SHA_A }), { confirmed: { width: 9 } });
      await tested.ledger.point({
        bot: "default",
        kind: "photo",
        content: SHA_A,
        entry: object("b.jpg"),
        bots: ["default"],
      });
      expect(await tested.readerFinds("b.jpg")).toBe(id);
      expect(await tested.find(object("b.jpg"))).toMatchObject({ state: "ready", keyKnown: true });
      expect(await tested.sql("select kind, ext, width from media_store where r2_key = 'b.jpg'")).toEqual([
        { kind: "photo", ext: "jpg", width: 9 },
      ]);
    });

    it("points a photo that stands as a document at what readers can send", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }), { confirmed: asDocument("doc") });
      await tested.ledger.point({
        bot: "default",
        kind: "photo",
        content: SHA_A,
        entry: object("b.jpg"),
        bots: ["default"],
      });
      expect(await tested.readerFinds("b.jpg")).toBe("doc");
    });

    it("leaves a key where another bot of this run still needs it", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }), { bot: "one" });
      const old = await tested.warm(object("b.jpg"), { bot: "two" });
      const facts = {
        bot: "one",
        kind: "photo",
        content: SHA_A,
        entry: object("b.jpg", { etag: etagOf("new") }),
        bots: ["one", "two"],
      } as const;
      await tested.ledger.point(facts);
      expect(await tested.readerFinds("b.jpg", "two")).toBe(old);
      await tested.warm(object("a.jpg", { sha256: SHA_A }), { bot: "two" });
      await tested.ledger.point(facts);
      expect(await tested.find(object("b.jpg", { etag: etagOf("new") }), "one")).toMatchObject({
        keyKnown: true,
      });
    });

    it("keeps lanes to the millisecond, the last word on each", async () => {
      const lane = {
        bot: "default",
        chat: "-1001",
        frozenUntil: 0,
        pace: null,
        paceAt: null,
        migratedTo: null,
      };
      const learned = { ...lane, frozenUntil: 1_800_000_000_123, pace: 19.5, paceAt: 1_800_000_000_001 };
      await tested.ledger.keepLane(lane);
      await tested.ledger.keepLane({ ...lane, chat: "-1002", migratedTo: "-1003" });
      await tested.ledger.keepLane(learned);
      expect(await tested.ledger.lanes()).toEqual([learned, { ...lane, chat: "-1002", migratedTo: "-1003" }]);
    });

    it("freezes a lane, known or not, until the latest deadline, and leaves the rest of what is known of it", async () => {
      const known = { bot: "default", chat: "-1", frozenUntil: 0, pace: 19.5, paceAt: 7, migratedTo: null };
      await tested.ledger.keepLane(known);
      for (const until of [1_800_000_000_123, 1_800_000_000_500, 1_700_000_000_000])
        for (const chat of ["-1", "-2"]) await tested.ledger.freezeLane({ bot: "default", chat, until });
      const frozen = { ...known, frozenUntil: 1_800_000_000_500 };
      expect(await tested.ledger.lanes()).toEqual([
        frozen,
        { ...frozen, chat: "-2", pace: null, paceAt: null },
      ]);
    });
  });
}

const API = "https://api.telegram.org";
const bot = (slug: string, id: string, apiRoot = API) => ({ slug, id, apiRoot });
const BUCKET = { endpoint: "https://x.r2.cloudflarestorage.com", name: "media" };
const OWNER: Identity = { sandbox: false, bucket: BUCKET, bots: [bot("default", "111")] };

/** Whose ledger it is. */
export function identityConformance(open: OpenLedger): void {
  describe("checkWorld", () => {
    const tested = new TestedLedger(open);

    it("tells a sandbox's ledger from a real one, and a new one is anybody's", async () => {
      const reasons = async (sandbox: boolean) => {
        const result = await tested.ledger.checkWorld(sandbox);
        return result.ok ? "ok" : result.failure.reason;
      };
      expect([await reasons(true), await reasons(false)]).toEqual(["ok", "ok"]);
      await tested.ledger.identify({ sandbox: true, bucket: null, bots: [] });
      expect([await reasons(true), await reasons(false)]).toEqual(["ok", "ledger_sandbox"]);
    });
  });

  describe("measures", () => {
    const tested = new TestedLedger(open);

    it("are remembered, and what was not measured again stays", async () => {
      const { ledger } = tested;
      expect(await ledger.measures()).toEqual({ transferMs: null, bytesPerSecond: null });
      await ledger.keepMeasures({ transferMs: 1_750.4, bytesPerSecond: null });
      await ledger.keepMeasures({ transferMs: null, bytesPerSecond: 2_500_000 });
      expect(await ledger.measures()).toEqual({ transferMs: 1_750, bytesPerSecond: 2_500_000 });
    });
  });

  describe("the lanes of a bot", () => {
    const tested = new TestedLedger(open);

    it("tell what their chats are, whichever bot was told, as they were remembered last", async () => {
      const { ledger } = tested;
      expect(await ledger.chatTypes()).toEqual(new Map());
      await ledger.keepLaneStates("default", [{ chat: "-1009", type: "channel", out: null }]);
      await ledger.keepLaneStates("default", [
        { chat: "-1001", type: "channel", out: null },
        { chat: "-1002", out: null },
      ]);
      await ledger.keepLaneStates("two", [{ chat: "-1002", type: "supergroup", out: null }]);
      const types = { "-1001": "channel", "-1002": "supergroup" };
      expect(await ledger.chatTypes()).toEqual(new Map(Object.entries(types)));
    });
  });

  describe("close", () => {
    const tested = new TestedLedger(open);

    it("comes after all that was asked before, whoever waited for it", async () => {
      const { ledger } = tested;
      void ledger.freezeLane({ bot: "default", chat: "-1001", until: 1_800_000_000_000 });
      await ledger.close();
      expect(await tested.sql("select chat_id, frozen_until from prewarm_lanes")).toEqual([
        { chat_id: "-1001", frozen_until: 1_800_000_000_000 },
      ]);
    });
  });

  describe("identify", () => {
    const tested = new TestedLedger(open);
    const reasonOf = async (identity: Identity) => {
      const result = await tested.ledger.identify(identity);
      return result.ok ? null : result.failure.reason;
    };

    it("takes the first writer, the same one again, and bots that are new to it", async () => {
      expect(await reasonOf(OWNER)).toBeNull();
      expect(await reasonOf(OWNER)).toBeNull();
      expect(await reasonOf({ ...OWNER, bucket: { ...BUCKET, endpoint: `${BUCKET.endpoint}/` } })).toBeNull();
      expect(await reasonOf({ ...OWNER, bots: [bot("second", "222")] })).toBeNull();
      expect(await reasonOf({ ...OWNER, bots: [bot("second", "333")] })).toBe("ledger_other_bot");
    });

    it("names both bots, buckets or servers when it refuses", async () => {
      await tested.ledger.identify(OWNER);
      const messages = [];
      for (const identity of [
        { ...OWNER, bots: [bot("default", "222")] },
        { ...OWNER, bucket: { ...BUCKET, name: "other" } },
        { ...OWNER, bots: [bot("default", "111", "http://localhost:8081")] },
        { ...OWNER, sandbox: true, bucket: null },
      ]) {
        const result = await tested.ledger.identify(identity);
        messages.push(result.ok ? "taken" : `${result.failure.class}: ${result.failure.message}`);
      }
      const { place } = tested.ledger;
      expect(messages).toEqual([
        `config: ${place} belongs to bot 111 as \`default\`; this token is of bot 222`,
        `config: ${place} belongs to bucket media at ${BUCKET.endpoint}; this run reads bucket other at ${BUCKET.endpoint}`,
        `config: ${place} has ids of \`default\` from ${API}; this run talks to http://localhost:8081`,
        `config: ${place} belongs to real bots; this run is in the sandbox`,
      ]);
    });

    it("writes nothing of an identity that it refuses", async () => {
      await tested.ledger.identify(OWNER);
      expect(await reasonOf({ ...OWNER, bots: [bot("new", "5"), bot("default", "222")] })).toBe(
        "ledger_other_bot",
      );
      expect(await reasonOf({ ...OWNER, bots: [bot("new", "6")] })).toBeNull();
    });

    it("knows a sandbox again although its ports change, and lets no real run in", async () => {
      const sandbox = (port: number): Identity => ({
        sandbox: true,
        bucket: null,
        bots: [bot("default", "111", `http://127.0.0.1:${port}`)],
      });
      expect(await reasonOf(sandbox(1))).toBeNull();
      expect(await reasonOf(sandbox(2))).toBeNull();
      expect(await reasonOf(OWNER)).toBe("ledger_sandbox");
    });

    it("keeps a sandbox out of a database that has ids already", async () => {
      await tested.warm(object("a.jpg"));
      expect(await reasonOf({ ...OWNER, sandbox: true, bucket: null })).toBe("ledger_real");
      expect(await reasonOf(OWNER)).toBeNull();
    });
  });
}
