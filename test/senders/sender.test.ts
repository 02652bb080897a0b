import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSender, type SendCall, type SenderOptions } from "../../src/index.ts";
import { botApi } from "../../src/senders/bot-api.ts";
import { SendError } from "../../src/senders/error.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { openHeldWorld, openWorld, TOKEN, type World } from "../helpers/world.ts";
import { Shelf } from "./shelf.ts";

const USER = 77;
const PHOTO = readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url));
const WARM = { kind: "document", weak: false } as const;

/** A sender over no library that counts its calls. */
function senderIn(world: World, more: Partial<SenderOptions> = {}) {
  const ids = new Shelf();
  const calls: SendCall[] = [];
  const api = botApi({ token: TOKEN, apiRoot: world.botApi.url });
  const send = (call: SendCall) => {
    calls.push(call);
    return api(call);
  };
  const apiRoot = world.botApi.url;
  const sender = createSender({ ids, send, apiRoot, env: world.env(), folder: null, ...more });
  const { clock } = more;
  onTestFinished(() => (clock instanceof VirtualClock ? clock.runToEnd(sender.close()) : sender.close()));
  return { ids, calls, sender };
}

/** An id of the bot's for an object of the bucket, as if it had been warmed. */
async function warmIdOf(world: World, key: string): Promise<string> {
  const { sender } = senderIn(world);
  const { fileId } = await sender.send({ chat: USER, key });
  return fileId ?? "";
}

describe("equal requests at once", () => {
  it("upload once, and the others are sent by the id", async () => {
    const { world, hold } = await openHeldWorld();
    world.put("a.bin", "content");
    const { sender, ids } = senderIn(world);
    const all = [1, 2, 3, 4].map(() => sender.send({ chat: USER, key: "a.bin" }));
    await world.until(() => world.underWay() === 1, "the first upload is under way");
    await hold.end();
    const ways = (await Promise.all(all)).map(({ by }) => by);
    expect(ways.sort()).toEqual(["file_id", "file_id", "file_id", "upload"]);
    expect(world.posts().map(({ transfer }) => transfer)).toEqual([
      "upload",
      "file_id",
      "file_id",
      "file_id",
    ]);
    expect(ids.reports).toHaveLength(1);
  });

  it("go on without the one whose user has blocked the bot", async () => {
    const { world, hold } = await openHeldWorld();
    world.put("a.bin", "content");
    const { sender } = senderIn(world);
    const first = sender.send({ chat: 4711, key: "a.bin" }).catch((error: unknown) => error);
    const others = [1, 2].map(() => sender.send({ chat: USER, key: "a.bin" }));
    await world.until(() => world.underWay() === 1, "the upload to the next user is under way");
    await hold.end();
    expect(await first).toMatchObject({
      error_code: 400,
      description: expect.stringContaining("chat not found"),
    });
    expect((await Promise.all(others)).map(({ by }) => by).sort()).toEqual(["file_id", "upload"]);
  });

  it("are not those of another kind, or of another bot", async () => {
    const { world, hold } = await openHeldWorld();
    world.put("a.bin", "content");
    const { sender, ids } = senderIn(world, { bot: "news" });
    const all = [{}, { kind: "document" as const }, { bot: "shop" }].map((more) =>
      sender.send({ chat: USER, key: "a.bin", ...more }),
    );
    await world.until(() => world.underWay() === 3, "three uploads are under way");
    await hold.end();
    await Promise.all(all);
    expect(ids.reports.map(({ bot, kind }) => [bot, kind]).sort()).toEqual([
      ["news", "document"],
      ["news", "document"],
      ["shop", "document"],
    ]);
  });
});

describe("a ledger", () => {
  it.each(["breaks", "hangs"] as const)("that %s holds no message up, and loses none", async (trouble) => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const clock = new VirtualClock();
    const { sender, ids } = senderIn(world, { clock });
    ids.trouble = trouble;
    const sent = clock.runToEnd(sender.send({ chat: USER, key: "a.bin" }));
    expect(await sent).toMatchObject({ by: "upload" });
    expect(clock.now() - 5_000).toBeLessThanOrEqual(50);
  });

  it("that hangs is waited for 50 ms of the clock, and not for less", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const clock = new VirtualClock();
    const { sender, ids, calls } = senderIn(world, { clock });
    ids.trouble = "hangs";
    const sent = sender.send({ chat: USER, key: "a.bin" });
    await world.until(() => ids.queries.length === 1, "the ledger is asked");
    await clock.advance(49);
    await turn();
    expect(world.r2.requests()).toEqual([]);
    await clock.advance(1);
    expect(await sent).toMatchObject({ by: "upload" });
    expect(calls).toHaveLength(1);
  });

  it("that is gone leaves the ids that were used last", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    world.put("b.bin", "other content");
    const { sender, ids } = senderIn(world);
    ids.put("a.bin", { ...WARM, fileId: await warmIdOf(world, "a.bin") });
    expect(await sender.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "file_id" });
    expect(await sender.send({ chat: USER, key: "b.bin" })).toMatchObject({ by: "upload" });
    ids.trouble = "breaks";
    expect(await sender.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "file_id" });
    expect(await sender.send({ chat: USER, key: "b.bin" })).toMatchObject({ by: "file_id" });
  });

  it("that has no id any more is believed", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const { sender, ids } = senderIn(world, {});
    expect(await sender.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "upload" });
    const { sender: other } = senderIn(world, { ids: new Shelf({ keeps: false }) });
    expect(await other.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "upload" });
    expect(await other.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "upload" });
    expect(ids.reports).toHaveLength(1);
  });

  it("gets reports of a new id after the message, or another place does", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const reportTo = new Shelf();
    const { sender, ids } = senderIn(world, { reportTo });
    const { fileId } = await sender.send({ chat: USER, key: "a.bin" });
    await sender.close();
    expect(ids.reports).toEqual([]);
    expect(reportTo.reports).toMatchObject([{ type: "learned", key: "a.bin", fileId, bytes: 7 }]);
  });
});

describe("a message that Telegram refuses for what it says", () => {
  it.each([
    "Bad Request: message caption is too long",
    "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3",
    "Bad Request: message to be replied not found",
    "Bad Request: BUTTON_URL_INVALID",
  ])("is not sent by another way: %s", async (description) => {
    const world = await openWorld();
    world.put("a.jpg", PHOTO, "image/jpeg");
    const { sender, calls, ids } = senderIn(world);
    const fault = { type: "status", status: 400, description };
    world.botApi.control({ faults: [{ server: "bot-api", fault }] });
    await expect(sender.send({ chat: USER, key: "a.jpg" })).rejects.toMatchObject({ description });
    expect(calls).toHaveLength(1);
    expect(ids.reports).toEqual([]);
  });

  it("is sent by the other way where nobody knows the words", async () => {
    const world = await openWorld();
    world.put("a.jpg", PHOTO, "image/jpeg");
    const { sender } = senderIn(world);
    const fault = { type: "status", status: 400, description: "Bad Request: SOMETHING_NEW" };
    world.botApi.control({ faults: [{ server: "bot-api", match: { nth: 1 }, fault }] });
    expect(await sender.send({ chat: USER, key: "a.jpg" })).toMatchObject({ by: "upload" });
  });
});

describe("an answer that is lost", () => {
  it("is not followed by another try, since the message may be there", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const { sender } = senderIn(world);
    world.botApi.control({ faults: [{ server: "bot-api", fault: { type: "post_then_drop" } }] });
    await expect(sender.send({ chat: USER, key: "a.bin" })).rejects.toThrow("no answer from the Bot API");
    expect(world.posts()).toHaveLength(1);
  });
});

describe("without a bucket", () => {
  it("sends by id, and rejects with a reason where there is none", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const { sender, ids } = senderIn(world, { storage: null });
    ids.put("a.bin", { ...WARM, fileId: await warmIdOf(world, "a.bin") });
    expect(await sender.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "file_id" });
    const error = await sender.send({ chat: USER, key: "b.bin" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect(String(error)).toContain("no id for b.bin");
  });

  it("names all settings that are missing, and reads none that it has no use for", async () => {
    const world = await openWorld();
    const env = { R2_BUCKET: "media", WARMUP_CHAT_ID: "wrong", PREWARM_PACE: "wrong" };
    const { sender } = senderIn(world, { env });
    const error = await sender.send({ chat: USER, key: "b.bin" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ConfigError", problems: expect.any(Array) });
    const { problems } = error as { problems: string[] };
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "R2_ACCOUNT_ID",
      "R2_ACCESS_KEY_ID",
      "R2_SECRET_ACCESS_KEY",
    ]);
  });

  it("takes one from the options, which win over the environment", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const { R2_BUCKET: bucket, R2_ACCESS_KEY_ID: accessKeyId, ...env } = world.env();
    const storage = { bucket, accessKeyId, endpoint: world.r2.url };
    const { sender } = senderIn(world, { storage, env: { ...env, R2_ENDPOINT: "http://127.0.0.1:1" } });
    expect(await sender.send({ chat: USER, key: "a.bin" })).toMatchObject({ by: "upload" });
  });
});

describe("a request for no object", () => {
  it.each([
    ["", 0],
    ["é".repeat(513), 1026],
  ])("ends before the bucket is asked, which answers an empty key with all its names", async (key, bytes) => {
    const world = await openWorld();
    world.put("a.bin", "content");
    const { sender, calls, ids } = senderIn(world);
    const error = await sender.send({ chat: USER, key }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ reason: "object_missing", message: expect.stringContaining(` ${bytes}`) });
    expect([calls, world.r2.requests(), ids.queries]).toEqual([[], [], []]);
  });

  it("is one for an object without content too: no call is made", async () => {
    const world = await openWorld();
    world.put("empty.jpg", "", "image/jpeg");
    const { sender, calls } = senderIn(world);
    await expect(sender.send({ chat: USER, key: "empty.jpg" })).rejects.toMatchObject({
      reason: "file_empty",
    });
    expect(calls).toEqual([]);
  });

  it("says what is wrong with it", async () => {
    const { sender } = senderIn(await openWorld());
    const asked = (target: object) => sender.send({ chat: USER, key: "a.bin", ...target });
    await expect(asked({ key: undefined })).rejects.toThrow(
      'key has to be a text such as "covers/a.jpg", it is undefined',
    );
    await expect(asked({ kind: "sticker" })).rejects.toThrow('voice, document, it is "sticker"');
    await expect(asked({ kind: null })).rejects.toThrow("a.bin");
  });
});

describe("without a token", () => {
  it("says which, and calls nobody", async () => {
    const { world, ids } = { world: await openWorld(), ids: new Shelf() };
    const { TELEGRAM_BOT_TOKEN: _, ...env } = world.env();
    const sender = createSender({ ids, apiRoot: world.botApi.url, env, folder: null });
    const error = await sender.send({ chat: USER, key: "a.bin" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(/^TELEGRAM_BOT_TOKEN is/),
    });
    expect(world.botApi.calls()).toEqual([]);
  });

  it("tells in whole words that nobody answers", async () => {
    const call = botApi({ token: "", apiRoot: "http://127.0.0.1:1" });
    await expect(call({ method: "sendPhoto", params: {} })).rejects.toThrow(/^no answer from the Bot API: /);
  });
});
