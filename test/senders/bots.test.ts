import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { SendError } from "../../src/senders/error.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { BOTS } from "./bots.ts";
import { Shelf } from "./shelf.ts";

/** A user who has written to the bot. */
const USER = 77;

const PHOTO = readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url));

const TEXTS = {
  caption: "Hello, Ada",
  caption_entities: [{ type: "bold", offset: 0, length: 5 }],
  reply_markup: { inline_keyboard: [[{ text: "More", callback_data: "more" }]] },
  protect_content: true,
};

describe.each(BOTS)("a sender over %s", (_, make) => {
  async function open() {
    const world = await openWorld();
    const ids = new Shelf();
    const sender = make(world, { ids, env: world.env(), folder: null });
    onTestFinished(() => sender.close());
    const send = (key: string, more = {}) => sender.send({ chat: USER, key, ...more });
    return { world, ids, send };
  }

  it("sends the object by URL the first time, and by the id that came back the second", async () => {
    const { world, ids, send } = await open();
    world.put("covers/a.jpg", PHOTO, "image/jpeg");
    const first = await send("covers/a.jpg", TEXTS);
    expect(first).toMatchObject({ by: "url", kind: "photo", message: { chat: { id: USER } } });
    const second = await send("covers/a.jpg", TEXTS);
    expect(second).toMatchObject({ by: "file_id", kind: "photo", fileId: first.fileId });
    const [fetched, byId] = world.posts();
    expect(fetched).toMatchObject({
      chat_id: USER,
      method: "sendPhoto",
      transfer: "url",
      parameters: { caption: "Hello, Ada" },
    });
    expect(byId).toMatchObject({ chat_id: USER, method: "sendPhoto", transfer: "file_id", bytes_moved: 0 });
    expect(byId?.parameters).toEqual(fetched?.parameters);
    expect(ids.reports).toEqual([
      expect.objectContaining({
        type: "learned",
        key: "covers/a.jpg",
        kind: "photo",
        storedKind: "photo",
        bytes: PHOTO.length,
        etag: expect.stringMatching(/^[0-9a-f]{32}$/),
        fileUniqueId: expect.any(String),
      }),
    ]);
  });

  it("uploads what Telegram takes by no URL, with all that was said of the message", async () => {
    const { world, send } = await open();
    world.put("docs/Überblick; 100% neu.txt", "1 EUR", "text/plain");
    world.put("docs/large.bin", { bytes: 3_000_000 });
    expect(await send("docs/Überblick; 100% neu.txt", TEXTS)).toMatchObject({
      by: "upload",
      kind: "document",
    });
    expect(await send("docs/large.bin", TEXTS)).toMatchObject({ by: "upload", kind: "document" });
    const [small, large] = world.posts();
    expect(small).toMatchObject({ bytes: 5, file_name: "Überblick; 100% neu.txt", method: "sendDocument" });
    expect(large).toMatchObject({ bytes: 3_000_000, file_name: "large.bin", transfer: "upload" });
    for (const post of [small, large])
      expect(post?.parameters).toMatchObject({
        caption: TEXTS.caption,
        caption_entities: JSON.stringify(TEXTS.caption_entities),
        reply_markup: JSON.stringify(TEXTS.reply_markup),
        protect_content: "true",
      });
  });

  it("sends a photo that is none as a document, and later its id by the method that takes it", async () => {
    const { world, ids, send } = await open();
    world.put("covers/broken.jpg", "no picture", "image/jpeg");
    expect(await send("covers/broken.jpg")).toMatchObject({ by: "upload", kind: "document" });
    expect(await send("covers/broken.jpg")).toMatchObject({ by: "file_id", kind: "document" });
    expect(world.posts().map(({ method, transfer }) => `${method} ${transfer}`)).toEqual([
      "sendDocument upload",
      "sendDocument file_id",
    ]);
    expect(ids.reports).toMatchObject([{ kind: "photo", storedKind: "document" }]);
  });

  it("sends the object in the place of an id that is dead, and not the dead id again", async () => {
    const { world, ids, send } = await open();
    world.put("covers/a.jpg", PHOTO, "image/jpeg");
    const { fileId: dead = "" } = await send("covers/a.jpg");
    world.botApi.control({ dead: { file_id: dead ?? "" } });
    const healed = await send("covers/a.jpg");
    expect(healed).toMatchObject({ by: "url", kind: "photo" });
    // The ledger believes it only once Telegram has said so.
    ids.put("covers/a.jpg", { fileId: dead ?? "", kind: "photo", weak: false });
    expect(await send("covers/a.jpg")).toMatchObject({ by: "file_id", fileId: healed.fileId });
    expect(ids.reports.map(({ type, fileId }) => [type, fileId])).toEqual([
      ["learned", dead],
      ["dead", dead],
      ["learned", healed.fileId],
    ]);
    expect(refusedCalls(world)).toBe(1);
  });

  it("rejects with what Telegram said of the chat, and tries no other way", async () => {
    const { world, ids, send } = await open();
    world.put("covers/a.jpg", PHOTO, "image/jpeg");
    world.botApi.control({ chat: { id: USER, kick: true } });
    const error = await send("covers/a.jpg").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("bot was blocked by the user") });
    expect(JSON.stringify(everythingIn(error))).not.toContain("X-Amz-Signature");
    expect(refusedCalls(world)).toBe(1);
    expect(ids.reports).toEqual([]);
  });

  it("rejects with a reason when the bucket has no such object", async () => {
    const { send } = await open();
    const error = await send("covers/none.jpg").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({
      reason: "object_missing",
      message: expect.stringContaining("covers/none.jpg"),
    });
  });

  it("rejects with a reason when the bucket breaks off in the middle of an upload", async () => {
    const { world, send } = await open();
    world.put("docs/large.bin", { bytes: 3_000_000 });
    world.faults = ({ method }) => (method === "GET" ? { resetAfterBytes: 1_000_000 } : undefined);
    const error = await send("docs/large.bin").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ reason: "r2_interrupted" });
    expect(world.posts()).toEqual([]);
  });
});

function refusedCalls(world: World): number {
  return world.botApi.calls().filter(({ code }) => code !== null && code >= 400).length;
}

/** An error with what JSON leaves out. */
function everythingIn(value: unknown, levels = 4): unknown {
  if (typeof value !== "object" || value === null || levels === 0) return value;
  const fields = value as Record<string, unknown>;
  return Object.getOwnPropertyNames(value).map((name) => [name, everythingIn(fields[name], levels - 1)]);
}
