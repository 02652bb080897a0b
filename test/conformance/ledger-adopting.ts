import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { asDocument, confirmation, facts, type OpenLedger, object, TestedLedger } from "./tested-ledger.ts";

/** What one bot posted, for another to get ids of its own by. */
export function adoptingConformance(open: OpenLedger): void {
  describe("what a bot posted", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const contentOf = async () => String((await tested.sql("select sha256 from media_store"))[0]?.sha256);
    const posted = async (bot: string, kind: "photo" | "document" = "photo") =>
      (await tested.ledger.posted(bot, [{ content: await contentOf(), kind }]))[0];

    it("is found with the message, and with what prewarm wrote below it", async () => {
      const attempt = await tested.begin(a, { tag: "abcdefghij" });
      const shown = { filename: "a.jpg", title: undefined };
      await tested.ledger.confirm(attempt, confirmation(facts(a), "x", { shown }));
      expect(await posted("default")).toEqual({
        chatId: "-1001",
        messageId: 7,
        fileUniqueId: "AQADx",
        shown: { filename: "a.jpg" },
        caption: { tag: "abcdefghij" },
        inPack: false,
      });
      expect(await posted("other")).toBeNull();
      expect(await posted("default", "document")).toBeNull();
      expect(await tested.ledger.posters()).toEqual(["default"]);
      await tested.warm(object("c.jpg"), { fileId: "named", confirmed: { shown: { filename: "c.jpg" } } });
      expect(await tested.sql("select shown_as from media_cache where tg_file_id = 'named'")).toEqual([
        { shown_as: '{"filename":"c.jpg"}' },
      ]);
    });

    it("has a caption that nobody knows where others wrote the row", async () => {
      await tested.warm(a);
      await tested.sql("delete from prewarm_attempts");
      expect(await posted("default")).toMatchObject({ caption: null });
    });

    it("is the document where a photo came back as one, and nothing where the id is dead", async () => {
      const attempt = await tested.begin(a);
      await tested.ledger.confirm(attempt, confirmation(facts(a), "doc", asDocument("doc")));
      expect(await posted("default")).not.toBeNull();
      await tested.ledger.markDead({ bot: "default", key: "a.jpg", fileId: "doc" });
      expect(await posted("default")).toBeNull();
      expect(await tested.ledger.posters()).toEqual([]);
    });
  });

  describe("an attempt to adopt", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const adopts = (entry = a) => tested.ledger.begin(facts(entry, { purpose: "adopt" }));

    it("confirms an id without a message of its own, so that no lost message is looked for around it", async () => {
      await tested.ledger.confirm(await adopts(), confirmation(facts(a), "mine"));
      expect(await tested.readerFinds("a.jpg")).toBe("mine");
      expect(await tested.sql("select message_id, purpose from prewarm_attempts")).toEqual([
        { message_id: null, purpose: "adopt" },
      ]);
    });

    it("leaves nothing in doubt when its process dies at an edit, and a forward that may have made a copy", async () => {
      await adopts();
      const b = object("b.jpg");
      const attempt = await adopts(b);
      const look = { attempt, bot: "default", chatId: "-1001", messageId: 7, way: "forward" } as const;
      const begun = await tested.ledger.beginLook(look);
      expect(await tested.recover()).toBe(1);
      expect((await tested.find(a)).state).toBe("none");
      expect((await tested.find(b)).state).toBe("unknown");
      expect(await tested.ledger.leftLooks(["default"])).toMatchObject([{ look: begun, copyId: null }]);
    });

    it("that failed leaves the row as it was before", async () => {
      await tested.ledger.retry(await adopts(), failure("message_missing", "gone"));
      expect((await tested.find(a)).state).toBe("none");
    });
  });
}
