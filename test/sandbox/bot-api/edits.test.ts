import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { type ApiAnswer, CHANNEL, call, fixture, form, OTHER_TOKEN, start, TOKEN } from "./bot-api-server.ts";

const GROUP = -2;
const PRIVATE = 77;
const NOT_MODIFIED =
  "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";
const BUTTON = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };

async function post(
  server: BotApiServer,
  more: Record<string, string | number> = {},
  token = TOKEN,
): Promise<ApiAnswer["result"]> {
  const data = form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png"), ...more });
  return (await call(server, "sendPhoto", data, token)).result;
}

function edit(
  server: BotApiServer,
  message_id: number,
  more: Record<string, unknown> = {},
  token = TOKEN,
): Promise<ApiAnswer> {
  const method = "caption" in more ? "editMessageCaption" : "editMessageReplyMarkup";
  return call(server, method, { chat_id: CHANNEL, message_id, ...more }, token);
}

async function errorOf(answer: Promise<ApiAnswer>) {
  const { status, description } = await answer;
  return `${status} ${description}`;
}

describe("an edit", () => {
  it("answers with the whole message, and with ids of the bot that edits", async () => {
    const server = await start();
    const sent = await post(server, { caption: "tag" });
    const own = await edit(server, sent.message_id, { reply_markup: BUTTON });
    expect(own.result).toMatchObject({
      message_id: sent.message_id,
      sender_chat: { id: CHANNEL },
      date: expect.any(Number),
      edit_date: expect.any(Number),
      caption: "tag",
      photo: sent.photo,
      reply_markup: BUTTON,
    });
    const others = (await edit(server, sent.message_id, { caption: "else" }, OTHER_TOKEN)).result;
    expect(others.photo.at(-1)).toMatchObject({ file_unique_id: sent.photo.at(-1)?.file_unique_id });
    expect(others.photo.at(-1)?.file_id).not.toBe(sent.photo.at(-1)?.file_id);
    expect(others).not.toHaveProperty("reply_markup");
    const again = { chat_id: CHANNEL, photo: others.photo.at(-1)?.file_id };
    expect((await call(server, "sendPhoto", again, OTHER_TOKEN)).ok).toBe(true);
    expect(server.truth()[0]).toMatchObject({
      caption: "else",
      edits: 2,
      edited_unix: expect.any(Number),
      parameters: { caption: "tag" },
      posted_by: "first_bot",
    });
  });

  it("says only that nothing was changed where nothing was", async () => {
    const server = await start();
    const { message_id } = await post(server, {
      caption: "tag",
      caption_entities: JSON.stringify([{ type: "code", offset: 0, length: 3 }]),
    });
    expect(await errorOf(edit(server, message_id))).toBe(NOT_MODIFIED);
    const entities = [{ type: "code", offset: 0, length: 3 }];
    const same = { caption: " tag ", caption_entities: entities };
    expect(await errorOf(edit(server, message_id, same))).toBe(NOT_MODIFIED);
    expect((await edit(server, message_id, { caption: "tag" })).ok).toBe(true);
    expect((await edit(server, message_id, { reply_markup: BUTTON })).ok).toBe(true);
    expect((await edit(server, message_id, { caption: "" })).result).not.toHaveProperty("reply_markup");
    expect(server.truth()[0]).toMatchObject({ caption: null, edits: 3 });
  });

  it("of posts of others in a channel needs the right to edit", async () => {
    const server = await start();
    const { message_id } = await post(server);
    const of = (token: string) => errorOf(edit(server, message_id, { reply_markup: BUTTON }, token));
    server.control({ chat: { id: CHANNEL, edit_messages: false, bot: "second_bot" } });
    expect(await of(OTHER_TOKEN)).toBe("400 Bad Request: message can't be edited");
    const member = { chat_id: CHANNEL, user_id: 1002 };
    expect((await call(server, "getChatMember", member)).result).toMatchObject({ can_edit_messages: false });
    expect(await of(TOKEN)).toBe("200 undefined");
    server.control({ chat: { id: CHANNEL, edit_messages: true, bot: "second_bot" } });
    expect(await errorOf(edit(server, message_id, { caption: "x" }, OTHER_TOKEN))).toBe("200 undefined");
    server.control({ chat: { id: CHANNEL, edit_messages: false, read_only: true } });
    expect(await of(TOKEN)).toBe("400 Bad Request: message can't be edited");
  });

  it("reaches posts of people in a channel, and theirs in no group", async () => {
    const server = await start();
    const people = { by: "Ada", kind: "video", caption: "hers" };
    server.control({ post: { chat: CHANNEL, ...people } });
    server.control({ post: { chat: GROUP, ...people } });
    const inChannel = await edit(server, 1, { caption: "ours" });
    expect(inChannel.result).toMatchObject({ caption: "ours", video: { file_id: expect.any(String) } });
    const inGroup = { chat_id: GROUP, message_id: 1, caption: "ours" };
    expect(await errorOf(call(server, "editMessageCaption", inGroup))).toBe(
      "400 Bad Request: message can't be edited",
    );
    expect(server.truth()).toMatchObject([
      { bot: null, bot_id: null, username: null, posted_by: "Ada", transfer: "person", caption: "ours" },
      { posted_by: "Ada", chat_id: GROUP, caption: "hers", edits: 0 },
    ]);
  });

  it.each([
    ["no such post", { message_id: 99 }, "message to edit not found"],
    ["no number", { message_id: undefined }, "message identifier is not specified"],
    ["a forward", { message_id: 2 }, "message can't be edited"],
    ["a post with a keyboard of the other sort", { message_id: 3 }, "message can't be edited"],
    ["a text", { message_id: 4, caption: "x" }, "there is no caption in the message to edit"],
  ])("is refused for %s", async (_, message, text) => {
    const server = await start();
    const { message_id } = await post(server);
    const source = { chat_id: CHANNEL, from_chat_id: CHANNEL, message_id };
    await call(server, "forwardMessage", source);
    await post(server, { reply_markup: JSON.stringify({ keyboard: [[{ text: "a" }]] }) });
    await call(server, "sendMessage", { chat_id: CHANNEL, text: "hi" });
    const change = { chat_id: CHANNEL, reply_markup: BUTTON, ...message };
    const method = "caption" in message ? "editMessageCaption" : "editMessageReplyMarkup";
    expect(await errorOf(call(server, method, change))).toBe(`400 Bad Request: ${text}`);
    expect(server.truth().map(({ edits }) => edits)).toEqual([0, 0, 0, 0]);
  });

  it("counts against the quota of its chat, as forwards and deletions do", async () => {
    const server = await start();
    const { message_id } = await post(server);
    server.control({ chat: { id: CHANNEL, model: "sliding_minute", rate: 3, absorb_ms: 0 } });
    const target = { chat_id: CHANNEL, from_chat_id: CHANNEL, message_id };
    expect(await errorOf(edit(server, message_id, { reply_markup: BUTTON }))).toBe("200 undefined");
    expect(await errorOf(call(server, "forwardMessage", target))).toBe("200 undefined");
    expect(await errorOf(call(server, "deleteMessage", target))).toBe("200 undefined");
    expect(await errorOf(edit(server, message_id))).toMatch(/^429 Too Many Requests: retry after \d+$/);
    expect(await errorOf(call(server, "deleteMessage", target))).toMatch(/^429 /);
  });
});

describe("a forward", () => {
  it("keeps media and caption, says where it is from, and has ids of the bot that forwards", async () => {
    const server = await start();
    const sent = await post(server, { caption: "tag", reply_markup: JSON.stringify(BUTTON) });
    const source = { chat_id: PRIVATE, from_chat_id: CHANNEL, message_id: sent.message_id };
    const { result } = await call(server, "forwardMessage", source, OTHER_TOKEN);
    expect(result).toMatchObject({
      message_id: 1,
      caption: "tag",
      from: { id: 1002 },
      forward_origin: { type: "channel", message_id: sent.message_id, chat: { id: CHANNEL } },
    });
    expect(result).not.toHaveProperty("reply_markup");
    expect(result.photo[0]?.file_id).not.toBe(sent.photo[0]?.file_id);
    expect(server.truth()[1]).toMatchObject({
      transfer: "forward",
      forward_of: { chat_id: CHANNEL, message_id: sent.message_id },
      bytes_moved: 0,
    });
  });

  it.each([
    ["a protected chat", { chat: { id: CHANNEL, protect: true } }, {}],
    ["a protected message", {}, { protect_content: "true" }],
  ])("of %s is refused", async (_, order, more) => {
    const server = await start();
    const { message_id } = await post(server, more);
    if ("chat" in order) server.control(order);
    const source = { chat_id: PRIVATE, from_chat_id: CHANNEL, message_id };
    expect(await errorOf(call(server, "forwardMessage", source))).toBe(
      "400 Bad Request: the message can't be forwarded",
    );
    const changed = (await edit(server, message_id, { caption: "x" })).result;
    expect(changed).toMatchObject({ has_protected_content: true });
  });
});

describe("deletions", () => {
  it("by bots reach their own posts, and others' in a channel with the right to delete", async () => {
    const server = await start();
    const { message_id } = await post(server);
    server.control({ chat: { id: CHANNEL, delete_messages: false, bot: "second_bot" } });
    const target = { chat_id: CHANNEL, message_id };
    expect(await errorOf(call(server, "deleteMessage", target, OTHER_TOKEN))).toBe(
      "400 Bad Request: message can't be deleted",
    );
    server.control({ chat: { id: CHANNEL, delete_messages: true } });
    expect((await call(server, "deleteMessage", target, OTHER_TOKEN)).ok).toBe(true);
    server.control({ post: { chat: GROUP, text: "hi" } });
    expect(await errorOf(call(server, "deleteMessage", { chat_id: GROUP, message_id: 1 }))).toBe(
      "400 Bad Request: message can't be deleted for everyone",
    );
  });

  it("by people take away what is named, or a share", async () => {
    const server = await start();
    server.control({ post: { chat: CHANNEL, count: 200 } });
    server.control({ delete_messages: { chat: CHANNEL, message_ids: [1, 3] } });
    const deleted = () => server.truth().filter((row) => row.deleted);
    expect(deleted().map(({ message_id }) => message_id)).toEqual([1, 3]);
    server.control({ delete_messages: { chat: CHANNEL, share: 0.25 } });
    expect(deleted().length).toBeGreaterThan(25);
    expect(deleted().length).toBeLessThan(100);
    expect(() => server.control({ delete_messages: { chat: CHANNEL, message_ids: [1] } })).toThrow(
      "delete_messages: chat -1001 has no message 1",
    );
  });
});

describe("numbers of messages", () => {
  it("run over all private chats and basic groups of a bot, and per chat elsewhere", async () => {
    const server = await start();
    const say = async (chat_id: number, token = TOKEN) =>
      (await call(server, "sendMessage", { chat_id, text: "hi" }, token)).result.message_id;
    expect([await say(GROUP), await say(PRIVATE), await say(GROUP), await say(CHANNEL)]).toEqual([
      1, 2, 3, 1,
    ]);
    expect([await say(GROUP, OTHER_TOKEN), await say(CHANNEL, OTHER_TOKEN)]).toEqual([1, 2]);
    server.control({ post: { chat: GROUP, by: "Ada", text: "hello" } });
    expect([await say(PRIVATE), await say(PRIVATE, OTHER_TOKEN)]).toEqual([5, 3]);
    const elsewhere = { chat_id: PRIVATE, message_id: 3, reply_markup: BUTTON };
    expect(await errorOf(call(server, "editMessageReplyMarkup", elsewhere))).toBe(
      "400 Bad Request: message to edit not found",
    );
  });
});

describe("others post", () => {
  it("with a content of the bucket, as a bot, and protected", async () => {
    const server = await start({ sha256OfKey: (key) => (key === "a.jpg" ? "ab".repeat(32) : null) });
    const photo = { chat: CHANNEL, kind: "photo", key: "a.jpg" };
    server.control({ post: { ...photo, by: "second_bot", protect: true } });
    expect(server.truth()).toMatchObject([
      { username: "second_bot", posted_by: "second_bot", sha256: "ab".repeat(32), kind: "photo" },
    ]);
    const source = { chat_id: PRIVATE, from_chat_id: CHANNEL, message_id: 1 };
    expect((await call(server, "forwardMessage", source)).status).toBe(400);
    expect(() => server.control({ post: { ...photo, key: "b.jpg" } })).toThrow('no object "b.jpg"');
  });

  it("at a rate, until it is enough or somebody stops them", async () => {
    const server = await start({ timeScale: 1_000 });
    server.control({ post: { chat: CHANNEL, rate: 600, count: 3 } });
    await expect.poll(() => server.truth().length, { timeout: 10_000 }).toBe(3);
    const times = server.truth().map(({ at }) => at);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(200);
    server.control({ post: { chat: CHANNEL, rate: 600 } });
    server.control({ post: null });
    const stopped = server.truth().length;
    await call(server, "getMe");
    expect(server.truth().length).toBe(stopped);
  });
});

describe("a chat that is added", () => {
  it("is there for all bots, until the reset", async () => {
    const server = await start();
    server.control({ add_chat: { id: -1009, type: "supergroup", title: "New" } });
    const shown = () => errorOf(call(server, "getChat", { chat_id: -1009 }));
    expect(await shown()).toBe("200 undefined");
    expect(() => server.control({ add_chat: { id: -1009, type: "group" } })).toThrow("is there already");
    server.control({ reset: true });
    expect(await shown()).toBe("400 Bad Request: chat not found");
  });
});
