import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { CHANNEL, call, fixture, fixtureBytes, form, OTHER_TOKEN, start, TOKEN } from "./bot-api-server.ts";

const SEND_ERROR = "Bad Request: wrong file identifier/HTTP URL specified";
const GET_ERROR = "Bad Request: wrong file_id or the file is temporarily unavailable";

async function upload(server: BotApiServer, path: string, token = TOKEN) {
  const kind = path.endsWith(".png") ? "photo" : "document";
  const data = form({ chat_id: CHANNEL, [kind]: await fixture(path) });
  const { result } = await call(server, kind === "photo" ? "sendPhoto" : "sendDocument", data, token);
  return (kind === "photo" ? result.photo.at(-1) : result.document) ?? result.document;
}

const sendPhoto = (server: BotApiServer, photo: string, token = TOKEN) =>
  call(server, "sendPhoto", { chat_id: CHANNEL, photo }, token);

/** A server that knows the sample media as its bucket. */
async function startWithBucket(): Promise<BotApiServer> {
  const menu = createHash("sha256")
    .update(await fixtureBytes("covers/menu.png"))
    .digest("hex");
  return start({ sha256OfKey: (key) => (key === "covers/menu.png" ? menu : key === "new.jpg" ? "0" : null) });
}

describe("a dead id", () => {
  it("sends nothing and cannot be fetched, with Telegram's own words", async () => {
    const server = await start();
    const { file_id } = await upload(server, "covers/menu.png");
    server.control({ dead: { file_id } });
    const { status, description } = await sendPhoto(server, file_id);
    expect([status, description]).toEqual([400, SEND_ERROR]);
    expect((await call(server, "getFile", { file_id })).description).toBe(GET_ERROR);
  });

  it("takes the other sizes of its photo with it, and nothing else", async () => {
    const server = await start();
    const data = form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png") });
    const { photo } = (await call(server, "sendPhoto", data)).result;
    const other = await upload(server, "docs/terms.pdf");
    server.control({ dead: { file_id: photo[0]?.file_id } });
    for (const { file_id } of photo) expect((await sendPhoto(server, file_id)).description).toBe(SEND_ERROR);
    const again = { chat_id: CHANNEL, document: other.file_id };
    expect((await call(server, "sendDocument", again)).ok).toBe(true);
  });

  it("is replaced by another when the same bytes are sent anew; the file_unique_id of a photo stays", async () => {
    const server = await start();
    const before = await upload(server, "covers/menu.png");
    server.control({ dead: { file_id: before.file_id } });
    const after = await upload(server, "covers/menu.png");
    expect(after.file_id).not.toBe(before.file_id);
    expect(after.file_unique_id).toBe(before.file_unique_id);
    expect((await sendPhoto(server, after.file_id)).ok).toBe(true);
    expect((await sendPhoto(server, before.file_id)).description).toBe(SEND_ERROR);
  });

  it("of one bot leaves those of the other alone", async () => {
    const server = await start();
    const mine = await upload(server, "covers/menu.png");
    const theirs = await upload(server, "covers/menu.png", OTHER_TOKEN);
    server.control({ dead: { all: true, bot: "first_bot" } });
    expect((await sendPhoto(server, mine.file_id)).ok).toBe(false);
    expect((await sendPhoto(server, theirs.file_id, OTHER_TOKEN)).ok).toBe(true);
  });

  it("is found by the key of its object", async () => {
    const server = await startWithBucket();
    const cover = await upload(server, "covers/menu.png");
    const theirs = await upload(server, "covers/menu.png", OTHER_TOKEN);
    const other = await upload(server, "docs/terms.pdf");
    server.control({ dead: { key: "covers/menu.png" } });
    expect((await sendPhoto(server, cover.file_id)).description).toBe(SEND_ERROR);
    expect((await sendPhoto(server, theirs.file_id, OTHER_TOKEN)).description).toBe(SEND_ERROR);
    expect((await call(server, "getFile", { file_id: other.file_id })).ok).toBe(true);
  });

  it("stays dead after a reset", async () => {
    const server = await start();
    const { file_id } = await upload(server, "covers/menu.png");
    server.control({ dead: { all: true } });
    server.control({ reset: true });
    expect((await sendPhoto(server, file_id)).description).toBe(SEND_ERROR);
  });

  it.each([
    [{}, "dead: give one of file_id, key and all"],
    [{ all: true, key: "covers/menu.png" }, "dead: give one of file_id, key and all"],
    [{ file_id: "AgAC" }, "dead.file_id: no bot has this id, or it is dead already"],
    [{ key: "no/such.jpg" }, 'dead.key: the bucket has no object "no/such.jpg"'],
    [{ key: "new.jpg" }, 'dead.key: nothing of "new.jpg" was ever sent'],
    [{ all: true, bot: "third" }, "the sandbox has no bot third"],
    [{ all: false }, "dead.all: "],
    [{ ids: ["x"] }, "dead.ids: "],
  ])("cannot be ordered by %j", async (dead, error) => {
    const server = await startWithBucket();
    const { file_id } = await upload(server, "covers/menu.png");
    expect(() => server.control({ dead })).toThrow(error);
    expect((await sendPhoto(server, file_id)).ok).toBe(true);
  });

  it("cannot be found by key where there is no bucket beside", async () => {
    const server = await start();
    expect(() => server.control({ dead: { key: "covers/menu.png" } })).toThrow(
      "dead.key: this server has no bucket beside it; name ids instead",
    );
  });
});

describe("the log of posted messages", () => {
  it("tells bytes that were moved from ids that were sent, and shows what belongs to a send", async () => {
    const server = await start();
    const { file_id, file_size } = await upload(server, "docs/terms.pdf");
    const more = { caption: "for you", protect_content: true, reply_markup: { inline_keyboard: [] } };
    const { result } = await call(server, "sendDocument", {
      chat_id: 77,
      document: file_id,
      message_thread_id: 4,
      ...more,
    });
    expect(result).toMatchObject({ caption: "for you", has_protected_content: true });
    expect(server.truth()).toMatchObject([
      { transfer: "upload", bytes: file_size, bytes_moved: file_size, parameters: {} },
      {
        transfer: "file_id",
        bytes: file_size,
        bytes_moved: 0,
        parameters: {
          caption: "for you",
          protect_content: "true",
          message_thread_id: "4",
          reply_markup: '{"inline_keyboard":[]}',
        },
      },
    ]);
  });
});
