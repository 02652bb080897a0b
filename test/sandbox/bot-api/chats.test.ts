import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { CHANNEL, call, fixture, form, OTHER_TOKEN, start, TOKEN } from "./bot-api-server.ts";

const GROUP = -2;
const SUPERGROUP = -1003;
const PRIVATE = 77;

function say(server: BotApiServer, chat_id: number | string, token = TOKEN) {
  return call(server, "sendMessage", { chat_id, text: "hi" }, token);
}

async function errorOf(answer: ReturnType<typeof call>) {
  const { status, description } = await answer;
  return `${status} ${description}`;
}

describe("a chat", () => {
  it.each([
    [CHANNEL, { type: "channel", title: "Warmup", username: "warmup_channel" }],
    ["@warmup_channel", { id: CHANNEL, type: "channel" }],
    [GROUP, { type: "group", title: "Group" }],
    [PRIVATE, { type: "private", first_name: "Ada" }],
  ])("%s is shown by getChat", async (chat_id, shown) => {
    const server = await start();
    expect((await call(server, "getChat", { chat_id })).result).toMatchObject(shown);
  });

  it.each([
    [-999, "400 Bad Request: chat not found"],
    ["@nobody", "400 Bad Request: chat not found"],
    ["", "400 Bad Request: chat_id is empty"],
  ])("%j is not there", async (chat, error) => {
    const server = await start();
    expect(await errorOf(call(server, "getChat", { chat_id: chat }))).toBe(error);
    expect(await errorOf(say(server, chat))).toBe(error);
  });

  it("numbers its messages upward, each chat for itself", async () => {
    const server = await start();
    const ids = [];
    for (const chat of [CHANNEL, GROUP, CHANNEL, CHANNEL])
      ids.push((await say(server, chat)).result.message_id);
    expect(ids).toEqual([1, 1, 2, 3]);
  });

  it("shows who sent: the bot in a group, the channel in a channel", async () => {
    const server = await start();
    const inGroup = (await say(server, GROUP)).result;
    expect(inGroup).toMatchObject({ from: { id: 1001, is_bot: true }, chat: { id: GROUP, type: "group" } });
    const inChannel = (await say(server, CHANNEL)).result;
    expect(inChannel).toMatchObject({ sender_chat: { id: CHANNEL }, date: expect.any(Number), text: "hi" });
    expect(inChannel).not.toHaveProperty("from");
  });

  it("a bot that is not among its members is told so", async () => {
    const server = await start();
    const text = "403 Forbidden: bot is not a member of the supergroup chat";
    expect(await errorOf(say(server, SUPERGROUP, OTHER_TOKEN))).toBe(text);
    expect(await errorOf(call(server, "getChat", { chat_id: SUPERGROUP }, OTHER_TOKEN))).toBe(text);
    expect((await say(server, SUPERGROUP)).ok).toBe(true);
  });
});

describe("getChatMember", () => {
  const ask = (server: BotApiServer, chat_id: number, user_id: number | string = 1001) =>
    call(server, "getChatMember", { chat_id, user_id });

  it("shows a bot as administrator of a channel who may post, else as member", async () => {
    const server = await start();
    expect((await ask(server, CHANNEL)).result).toMatchObject({
      status: "administrator",
      can_post_messages: true,
      user: { id: 1001, username: "first_bot" },
    });
    expect((await ask(server, GROUP)).result.status).toBe("member");
    expect((await ask(server, SUPERGROUP, 1002)).result.status).toBe("left");
  });

  it("shows what was taken from it", async () => {
    const server = await start();
    server.control({ chat: { id: CHANNEL, read_only: true } });
    server.control({ chat: { id: SUPERGROUP, restrict: ["video"] } });
    server.control({ chat: { id: GROUP, kick: true, bot: "first_bot" } });
    expect((await ask(server, CHANNEL)).result).toMatchObject({ can_post_messages: false });
    expect((await ask(server, SUPERGROUP)).result).toMatchObject({
      status: "restricted",
      can_send_photos: true,
      can_send_videos: false,
    });
    expect((await ask(server, GROUP)).result.status).toBe("kicked");
    expect((await ask(server, GROUP, 1002)).result.status).toBe("member");
  });

  it("knows no other users", async () => {
    const server = await start();
    expect(await errorOf(ask(server, CHANNEL, 5))).toBe("400 Bad Request: user not found");
    expect(await errorOf(ask(server, CHANNEL, "x"))).toBe("400 Bad Request: invalid user_id specified");
  });
});

describe("control of a chat", () => {
  it.each([
    [CHANNEL, { kick: true }, "403 Forbidden: bot was kicked from the channel chat"],
    [GROUP, { kick: true }, "403 Forbidden: bot was kicked from the group chat"],
    [GROUP, { left: true }, "403 Forbidden: bot is not a member of the group chat"],
    [PRIVATE, { kick: true }, "403 Forbidden: bot was blocked by the user"],
    [PRIVATE, { left: true }, "403 Forbidden: bot can't initiate conversation with a user"],
    [PRIVATE, { delete: true }, "403 Forbidden: user is deactivated"],
    [GROUP, { delete: true }, "403 Forbidden: the group chat was deleted"],
    [CHANNEL, { read_only: true }, "400 Bad Request: need administrator rights in the channel chat"],
    [SUPERGROUP, { read_only: true }, "400 Bad Request: have no write access to the chat"],
    [CHANNEL, { restrict: ["photo"] }, "400 Bad Request: not enough rights to send photos to the chat"],
  ])("in %i, %j makes sendPhoto fail with %s", async (id, change, error) => {
    const server = await start();
    server.control({ chat: { id, ...change } });
    const data = form({ chat_id: id, photo: await fixture("covers/menu.png") });
    expect(await errorOf(call(server, "sendPhoto", data))).toBe(error);
    expect(server.truth()).toEqual([]);
  });

  it("undoes what it did", async () => {
    const server = await start();
    server.control({ chat: { id: CHANNEL, kick: true, restrict: ["photo"], read_only: true } });
    server.control({ chat: { id: CHANNEL, kick: false, restrict: [], read_only: false } });
    const data = form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png") });
    expect((await call(server, "sendPhoto", data)).ok).toBe(true);
  });

  it("turns a group into a supergroup that takes over", async () => {
    const server = await start();
    server.control({ chat: { id: GROUP, migrate_to: -100222 } });
    const { status, description, parameters } = await say(server, GROUP);
    expect([status, description]).toEqual([400, "Bad Request: group chat was upgraded to a supergroup chat"]);
    expect(parameters).toEqual({ migrate_to_chat_id: -100222 });
    expect((await say(server, -100222)).result).toMatchObject({
      chat: { type: "supergroup", title: "Group" },
    });
  });

  it("resets to the beginning, but never gives a message id twice and forgets no file", async () => {
    const server = await start();
    const data = form({ chat_id: CHANNEL, document: await fixture("docs/terms.pdf") });
    const { result } = await call(server, "sendDocument", data);
    server.control({ chat: { id: CHANNEL, kick: true } });
    server.control({ reset: true });
    expect([server.truth(), server.calls()]).toEqual([[], []]);
    const again = { chat_id: CHANNEL, document: result.document.file_id };
    expect((await call(server, "sendDocument", again)).result.message_id).toBe(2);
  });
});

describe("POST /sandbox/control", () => {
  const post = async (server: BotApiServer, body: string) => {
    const response = await fetch(`${server.url}/sandbox/control`, { method: "POST", body });
    return [response.status, await response.json()];
  };

  it("does what the handle does", async () => {
    const server = await start();
    expect(await post(server, JSON.stringify({ chat: { id: "@warmup_channel", kick: true } }))).toEqual([
      200,
      { ok: true },
    ]);
    expect((await say(server, CHANNEL)).status).toBe(403);
  });

  it.each([
    ["{", "the body is not JSON"],
    ["{}", "nothing to do: give reset, chat, bot, frozen, outage, faults, "],
    ['{"chat":{"id":5,"kick":true}}', "the sandbox has no chat 5"],
    ['{"chat":{"id":-1001,"kick":true,"bot":"who"}}', "the sandbox has no bot who"],
    ['{"chat":{"id":-1001,"rate":0}}', "chat.rate: "],
    ['{"chat":{"id":-1001,"kik":true}}', "chat.kik: "],
    ['{"faults":[{"server":"bot-api","fault":{"type":"nothing"}}]}', "faults.0.fault.type: "],
    ['{"reset":true,"frozen":{"chat":-9,"seconds":1}}', "the sandbox has no chat -9"],
  ])("answers %s with 400 and why, and changes nothing", async (body, error) => {
    const server = await start();
    await say(server, CHANNEL);
    const [status, answer] = await post(server, body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ ok: false, error: expect.stringContaining(error) });
    expect(server.truth()).toHaveLength(1);
    expect(() => server.control(body === "{" ? null : JSON.parse(body))).toThrow(TypeError);
  });

  it("is one of three endpoints", async () => {
    const server = await start();
    await say(server, CHANNEL);
    const truth = await (await fetch(`${server.url}/sandbox/truth`)).json();
    expect(truth).toEqual(JSON.parse(JSON.stringify(server.truth())));
    expect(truth).toMatchObject([
      { bot: "1001", bot_id: 1001, username: "first_bot", kind: "text", file_id: null },
    ]);
    const calls = await (await fetch(`${server.url}/sandbox/calls`)).json();
    expect(calls).toMatchObject([{ method: "sendMessage", bot: "1001", chat_id: "-1001", code: 200 }]);
    expect((await fetch(`${server.url}/sandbox/else`)).status).toBe(404);
  });
});

describe("messages", () => {
  it("are forwarded with their file and deleted for good", async () => {
    const server = await start();
    const data = form({ chat_id: CHANNEL, voice: await fixture("voice/welcome.ogg"), caption: "hello" });
    const { result } = await call(server, "sendVoice", data);
    expect(result).toMatchObject({ caption: "hello" });
    const forward = { chat_id: GROUP, from_chat_id: CHANNEL, message_id: result.message_id };
    const forwarded = await call(server, "forwardMessage", forward);
    expect(forwarded.result.voice).toEqual(result.voice);
    const remove = { chat_id: CHANNEL, message_id: result.message_id };
    expect((await call(server, "deleteMessage", remove)).result).toBe(true);
    expect(await errorOf(call(server, "deleteMessage", remove))).toBe(
      "400 Bad Request: message to delete not found",
    );
    expect(await errorOf(call(server, "forwardMessage", forward))).toBe(
      "400 Bad Request: message to forward not found",
    );
    expect(server.truth().map(({ method, deleted }) => [method, deleted])).toEqual([
      ["sendVoice", true],
      ["forwardMessage", false],
    ]);
  });

  it("without media or text are refused", async () => {
    const server = await start();
    expect(await errorOf(call(server, "sendPhoto", { chat_id: CHANNEL }))).toBe(
      "400 Bad Request: there is no photo in the request",
    );
    expect(await errorOf(call(server, "sendMessage", { chat_id: CHANNEL, text: " " }))).toBe(
      "400 Bad Request: message text is empty",
    );
  });
});
