import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { MEDIA_KINDS, type MediaKind } from "../../src/domain/media.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { startR2Server } from "../../src/sandbox/r2/server.ts";
import type { ChatInfo } from "../../src/telegram/port.ts";
import { bucketOf, CREDENTIALS } from "../transfers/counted-bucket.ts";
import {
  botAt,
  type Exchange,
  failureOf,
  HTML,
  inMemory,
  madeUp,
  POSTED,
  photo,
  reply,
  reset,
  type Script,
  scriptedServer,
  sentOf,
  TOKEN,
} from "./scripted-server.ts";

const CHATS: ChatOptions[] = [
  { id: -1001, type: "channel", title: "Warmup", username: "warmup_channel" },
  { id: -2, type: "group", title: "Group" },
  { id: -1003, type: "supergroup", title: "Supergroup" },
  { id: 77, type: "private", title: "Ada" },
];

/** A sandbox with one bot, and that bot. */
async function sandbox() {
  const server = await startBotApiServer({ bots: [{ token: TOKEN, username: "first_bot" }], chats: CHATS });
  onTestFinished(() => server.close());
  return { server, bot: botAt(server.url) };
}

const FILES: Record<MediaKind, string> = {
  photo: "covers/welcome.jpg",
  video: "clips/intro.mp4",
  animation: "gifs/hello.gif",
  audio: "music/theme.mp3",
  voice: "voice/welcome.ogg",
  document: "docs/terms.pdf",
};

function media(path: string): Buffer {
  return readFileSync(new URL(`../../fixtures/media/${path}`, import.meta.url));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("sending", () => {
  it.each(MEDIA_KINDS)("a %s by upload gives the id that was posted", async (kind) => {
    const { server, bot } = await sandbox();
    const bytes = media(FILES[kind]);
    const sent = sentOf(await bot.send(photo({ kind, media: inMemory(bytes, FILES[kind].split("/")[1]) })));
    const [row] = server.truth();
    expect(row).toMatchObject({ kind, transfer: "upload", sha256: sha256(bytes), chat_id: -1001 });
    expect(sent).toMatchObject({ kind, chatId: "-1001", messageId: row?.message_id });
    expect([sent.fileId, sent.fileUniqueId]).toEqual([row?.file_id, row?.file_unique_id]);
  });

  it.each(MEDIA_KINDS)("a %s by a presigned URL gives the id that was posted", async (kind) => {
    const r2 = await startR2Server({ ...CREDENTIALS, buckets: ["media"] });
    onTestFinished(() => r2.close());
    const bytes = media(FILES[kind]);
    r2.put("media", FILES[kind], bytes);
    const { server, bot } = await sandbox();
    const url = bucketOf(r2.url).presign(FILES[kind]);
    const sent = sentOf(await bot.send(photo({ kind, media: url })));
    const [row] = server.truth();
    expect(row).toMatchObject({ kind, transfer: "url", sha256: sha256(bytes) });
    expect(sent).toMatchObject({ kind, fileId: row?.file_id, messageId: row?.message_id });
  });

  it("a streamed upload brings every byte", async () => {
    const { server, bot } = await sandbox();
    sentOf(await bot.send(photo({ kind: "document", media: madeUp(7_654_321, "a.bin").source })));
    const expected = sha256(Buffer.alloc(7_654_321, 7));
    expect(server.truth()).toMatchObject([{ kind: "document", bytes: 7_654_321, sha256: expected }]);
  });

  it("the name of an upload decides its type, a wrong one too", async () => {
    const { bot } = await sandbox();
    const mimeAs = async (filename: string) => {
      const file = inMemory(media("docs/terms.pdf"), filename);
      return sentOf(await bot.send(photo({ kind: "document", media: file }))).mime;
    };
    expect([await mimeAs("terms.pdf"), await mimeAs("terms.txt")]).toEqual(["application/pdf", "text/plain"]);
    const song = inMemory(media("music/theme.mp3"), "theme.bin");
    expect(sentOf(await bot.send(photo({ kind: "audio", media: song }))).kind).toBe("document");
  });

  it("reports the kind that came back, not the one asked for", async () => {
    const { bot } = await sandbox();
    const silent = inMemory(media("clips/silent-loop.mp4"), "silent-loop.mp4");
    expect(sentOf(await bot.send(photo({ kind: "video", media: silent }))).kind).toBe("animation");
    const ogg = inMemory(media("voice/welcome.ogg"), "welcome.ogg");
    expect(sentOf(await bot.send(photo({ kind: "audio", media: ogg }))).kind).toBe("voice");
  });

  it.each([
    ["small", inMemory(media("clips/intro.mp4"), "intro.mp4")],
    ["streamed", madeUp(2_000_000).source],
  ])("a %s video brings its thumbnail, size and length along", async (_, file) => {
    const { url, seen } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    const thumbnail = media("covers/portrait.jpeg");
    const request = photo({ kind: "video", media: file, thumbnail, width: 640, height: 360, duration: 2.6 });
    sentOf(await botAt(url).send(request));
    const form = await formOf(seen[0]);
    const texts = Object.fromEntries([...form].filter(([, value]) => typeof value === "string"));
    expect(texts).toEqual({
      chat_id: "-1001",
      disable_notification: "true",
      width: "640",
      height: "360",
      duration: "3",
      supports_streaming: "true",
    });
    const picture = form.get("thumbnail") as File;
    expect([picture.type, Buffer.from(await picture.arrayBuffer())]).toEqual(["image/jpeg", thumbnail]);
    expect((form.get("video") as File).size).toBe(file.bytes);
  });

  it("a thumbnail that is too large reaches the server, which refuses it", async () => {
    const { bot } = await sandbox();
    const request = photo({ kind: "document", thumbnail: Buffer.alloc(204_800) });
    expect(failureOf(await bot.send(request)).message).toContain("too big for a thumbnail");
    expect((await bot.send({ ...request, kind: "photo", media: inMemory(media(FILES.photo)) })).ok).toBe(
      true,
    );
  });

  it.each([
    [{ kick: true }, "bot_kicked"],
    [{ left: true }, "bot_not_member"],
    [{ delete: true }, "chat_gone"],
    [{ read_only: true }, "no_rights"],
    [{ restrict: ["photo"] }, "kind_not_allowed"],
  ])("a chat with %j fails it with %s", async (change, reason) => {
    const { server, bot } = await sandbox();
    server.control({ chat: { id: -1003, ...change } });
    const request = photo({ chat: "-1003", media: inMemory(media(FILES.photo)) });
    expect(failureOf(await bot.send(request))).toMatchObject({ class: "chat", reason });
    expect(server.truth()).toEqual([]);
  });

  it("a group that became a supergroup names the new one", async () => {
    const { server, bot } = await sandbox();
    server.control({ chat: { id: -2, migrate_to: -1009 } });
    const request = photo({ chat: "-2", media: inMemory(media(FILES.photo)) });
    expect(failureOf(await bot.send(request))).toMatchObject({ reason: "chat_migrated", migrateTo: "-1009" });
    expect(sentOf(await bot.send({ ...request, chat: "-1009" })).chatId).toBe("-1009");
  });
});

async function formOf(exchange: Exchange | undefined): Promise<FormData> {
  const type = /content-type: (.+)/i.exec(exchange?.head ?? "")?.[1]?.trim() ?? "";
  return new Response(Buffer.concat(exchange?.body ?? []), { headers: { "content-type": type } }).formData();
}

describe("asking", () => {
  it("tells who the bot is", async () => {
    const { bot } = await sandbox();
    expect([bot.slug, bot.id]).toEqual(["default", "1001"]);
    expect(await bot.getMe()).toEqual({ ok: true, value: { username: "first_bot" } });
  });

  it("asks again after an answer that broke off, and says nothing of a message", async () => {
    const cut = await scriptedServer({
      whole: ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ok":true,'),
    });
    const failure = failureOf(await botAt(cut.url).getMe());
    expect(failure).toMatchObject({ class: "transient", reason: "telegram_busy" });
    expect(failure.message).toMatch(/broke off within its answer \(\w+\)$/);
  });

  it.each([
    ["-1001", { id: "-1001", type: "channel", title: "Warmup" }],
    ["@warmup_channel", { id: "-1001", type: "channel", title: "Warmup" }],
    ["-2", { id: "-2", type: "group", title: "Group" }],
    ["77", { id: "77", type: "private", title: "Ada" }],
  ])("finds the chat %s", async (name, value) => {
    const { bot } = await sandbox();
    expect(await bot.getChat(name)).toEqual({ ok: true, value });
  });

  it("tells an unknown chat from a wrong token", async () => {
    const { server, bot } = await sandbox();
    expect(failureOf(await bot.getChat("-404"))).toMatchObject({ class: "chat", reason: "chat_not_found" });
    for (const token of ["1001:wrong", "nonsense"]) {
      const wrong = botAt(server.url, { token });
      expect(failureOf(await wrong.getMe())).toMatchObject({ class: "auth", reason: "token_wrong" });
    }
  });

  const channel: ChatInfo = { id: "-1001", type: "channel", title: "Warmup" };
  const supergroup: ChatInfo = { id: "-1003", type: "supergroup", title: "Supergroup" };
  it.each([
    [channel, {}, null],
    [channel, { read_only: true }, "no_rights"],
    [channel, { kick: true }, "bot_kicked"],
    [channel, { left: true }, "bot_not_member"],
    [supergroup, {}, null],
    [supergroup, { read_only: true }, "no_rights"],
    [supergroup, { restrict: ["photo"] }, null],
    [{ id: "77", type: "private", title: "Ada" } as const, { read_only: true }, null],
  ])("says whether it may post in %j with %j", async (chat, change, reason) => {
    const { server, bot } = await sandbox();
    server.control({ chat: { id: Number(chat.id), ...change } });
    const answer = await bot.canPost(chat);
    expect(answer.ok ? null : answer.failure.reason).toBe(reason);
    expect(server.calls()).toHaveLength(chat.type === "private" ? 0 : 1);
  });

  it("deletes what it posted", async () => {
    const { server, bot } = await sandbox();
    const { chatId, messageId } = sentOf(await bot.send(photo({ media: inMemory(media(FILES.photo)) })));
    expect((await bot.deleteMessage(chatId, messageId)).ok).toBe(true);
    expect(server.truth()).toMatchObject([{ deleted: true }]);
    expect((await bot.deleteMessage(chatId, 999)).ok).toBe(false);
  });

  it("says whether an id works: also one of a file that is too big for getFile, and not one that is dead", async () => {
    const { server, bot } = await sandbox();
    const { fileId } = sentOf(await bot.send(photo({ media: inMemory(media(FILES.photo)) })));
    expect(await bot.checkFile(fileId)).toEqual({ ok: true, value: undefined });
    const big = inMemory(Buffer.alloc(20_971_521), "a.bin");
    const large = sentOf(await bot.send(photo({ kind: "document", media: big })));
    expect(await bot.checkFile(large.fileId)).toEqual({ ok: true, value: undefined });
    server.control({ dead: { file_id: fileId } });
    for (const id of [fileId, "no id", ""]) {
      expect(failureOf(await bot.checkFile(id)).reason).toBe("file_id_dead");
    }
  });

  const error = (code: number) => ({ ok: false, error_code: code, description: "x" });
  it.each<[string, Script, string]>([
    ["a page in HTML", { whole: (it) => reply(it, 200, HTML) }, "api_root_wrong"],
    ["a 404 in HTML", { whole: (it) => reply(it, 404, HTML) }, "api_root_wrong"],
    ["some other JSON", { whole: (it) => reply(it, 200, { hello: 1 }) }, "api_root_wrong"],
    ["a 500 in JSON", { whole: (it) => reply(it, 500, error(500)) }, "telegram_busy"],
    ["a 502 in HTML", { whole: (it) => reply(it, 502, HTML) }, "telegram_busy"],
    ["a dropped connection", { whole: ({ socket }) => reset(socket) }, "telegram_busy"],
    ["a 401", { whole: (it) => reply(it, 401, error(401)) }, "token_wrong"],
    ["a 429", { whole: (it) => reply(it, 429, error(429)) }, "flood_wait"],
  ])("is never in doubt: %s", async (_, script, reason) => {
    const bot = botAt((await scriptedServer(script)).url);
    for (const answer of [
      bot.getMe(),
      bot.getChat("-1001"),
      bot.canPost(channel),
      bot.deleteMessage("-1001", 7),
      bot.checkFile("id"),
    ])
      expect(failureOf(await answer).reason).toBe(reason);
  });
});
