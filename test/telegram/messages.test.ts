import { describe, expect, it } from "vitest";
import type { Bot, ChatInfo, SeenMessage } from "../../src/telegram/port.ts";
import { botAt, failureOf, HTML, reply, reset, type Script, scriptedServer } from "./scripted-server.ts";

const SENT = {
  message_id: 7,
  chat: { id: -1001 },
  caption: "abcdefghij",
  photo: [{ file_id: "AgAC", file_unique_id: "AQADx7kxG0Qk" }],
};

/** What a bot makes of one answer to each call, and the parameters of its last call. */
async function answering(script: Script) {
  const server = await scriptedServer(script);
  const asked = () => {
    const { head, body } = server.seen.at(-1) ?? { head: "", body: [] };
    const method = /\/(\w+) HTTP/.exec(head)?.[1];
    return { method, ...Object.fromEntries(new URLSearchParams(Buffer.concat(body).toString())) };
  };
  return { bot: botAt(server.url), asked };
}

const ok = (result: unknown): Script => ({ whole: (it) => reply(it, 200, { ok: true, result }) });
const refusal = (description: string, code = 400): Script => ({
  whole: (it) => reply(it, code, { ok: false, error_code: code, description: `Bad Request: ${description}` }),
});

type Ask = (bot: Bot) => Promise<{ ok: boolean }>;
const CALLS: readonly (readonly [name: string, ask: Ask])[] = [
  ["editReplyMarkup", (bot) => bot.editReplyMarkup("-1001", 7, "x")],
  ["editCaption", (bot) => bot.editCaption("-1001", 7, "x")],
  ["forward", (bot) => bot.forward("-1002", "-1001", 7)],
];

describe("messages that are there already", () => {
  it("gives one a button and takes it away", async () => {
    const { bot, asked } = await answering(ok(SENT));
    await bot.editReplyMarkup("-1001", 7, "look 1");
    expect(asked()).toEqual({
      method: "editMessageReplyMarkup",
      chat_id: "-1001",
      message_id: "7",
      reply_markup: '{"inline_keyboard":[[{"text":"look 1","callback_data":"prewarm"}]]}',
    });
    await bot.editReplyMarkup("-1001", 7, null);
    expect(asked()).toEqual({ method: "editMessageReplyMarkup", chat_id: "-1001", message_id: "7" });
  });

  it("changes a caption, and forwards silently", async () => {
    const { bot, asked } = await answering(ok(SENT));
    await bot.editCaption("-1001", 7, "other");
    expect(asked()).toEqual({
      method: "editMessageCaption",
      chat_id: "-1001",
      message_id: "7",
      caption: "other",
    });
    await bot.forward("-1002", "-1001", 7);
    expect(asked()).toEqual({
      method: "forwardMessage",
      chat_id: "-1002",
      from_chat_id: "-1001",
      message_id: "7",
      disable_notification: "true",
    });
  });

  const copy = { ...SENT, from: { id: 1001, is_bot: true }, forward_origin: { type: "user" } };
  it.each<[string, unknown, Partial<SeenMessage>]>([
    ["a post of a channel", SENT, { caption: "abcdefghij", from: null, isForwarded: false }],
    ["a forward in a group", copy, { from: "1001", isForwarded: true }],
    [
      "a forward in a channel",
      { ...SENT, forward_origin: { type: "channel", chat: { id: -1001 }, message_id: 5 } },
      { isForwarded: true, originId: 5 },
    ],
    [
      "a message of several media",
      {
        message_id: 7,
        chat: { id: -1001 },
        rich_message: {
          blocks: [
            { type: "paragraph", text: "hello" },
            { type: "photo", photo: SENT.photo, caption: { text: "abcdefghij" } },
          ],
        },
      },
      {
        caption: null,
        media: null,
        blocks: [
          expect.objectContaining({
            caption: "abcdefghij",
            sent: expect.objectContaining({ fileId: "AgAC", kind: "photo" }),
          }),
        ] as never,
      },
    ],
    ["a text", { message_id: 7, chat: { id: 1 }, text: "hello" }, { caption: null, media: null }],
  ])("reads %s", async (_, message, seen) => {
    const { bot } = await answering(ok(message));
    const answer = await bot.forward("-1", "-1", 7);
    expect(answer).toMatchObject({ ok: true, value: { messageId: 7, ...seen } });
    expect(answer.times.ended).toBeGreaterThanOrEqual(answer.times.started);
  });

  it("reads the media as the answer to a send", async () => {
    const { bot } = await answering(ok(SENT));
    expect(await bot.editReplyMarkup("-1001", 7, "x")).toMatchObject({
      value: { media: { kind: "photo", fileId: "AgAC", chatId: "-1001", messageId: 7 } },
    });
  });

  it("takes an edit that changes nothing for a message that is there", async () => {
    const text =
      "message is not modified: specified new message content and reply markup are exactly the same";
    const { bot } = await answering(refusal(text));
    expect(await bot.editReplyMarkup("-1001", 7, "x")).toMatchObject({ ok: true, value: "not modified" });
    expect(await bot.editCaption("-1001", 7, "x")).toMatchObject({ ok: true, value: "not modified" });
  });

  it.each([
    ["message to edit not found", "message_missing"],
    ["message can't be edited", "message_locked"],
    ["message has protected content and can't be forwarded", "message_protected"],
    ["CHAT_ADMIN_REQUIRED", "message_locked"],
    ["not enough rights to send photos to the chat", "message_locked"],
    ["chat not found", "chat_not_found"],
  ])(
    "says what `%s` means, which for its chat is nothing where it is one message's",
    async (text, reason) => {
      const { bot } = await answering(refusal(text));
      for (const [, ask] of CALLS) expect(failureOf((await ask(bot)) as { ok: true }).reason).toBe(reason);
    },
  );

  it.each<[string, Script, string]>([
    ["a dropped connection", { whole: ({ socket }) => reset(socket) }, "answer_lost"],
    ["a 502 in HTML", { whole: (it) => reply(it, 502, HTML) }, "server_error"],
    ["an answer without a message", ok(true), "bad_answer"],
  ])("leaves a call in doubt after %s", async (_, script, reason) => {
    const { bot } = await answering(script);
    for (const [, ask] of CALLS)
      expect(failureOf((await ask(bot)) as { ok: true })).toMatchObject({ class: "in_doubt", reason });
  });
});

describe("rights", () => {
  const CHANNEL: ChatInfo = { id: "-1001", type: "channel", title: "Warmup" };
  const GROUP: ChatInfo = { id: "-2", type: "supergroup", title: "Group" };

  it.each([
    [CHANNEL, { status: "creator" }, true],
    [CHANNEL, { status: "administrator", can_edit_messages: true }, true],
    [CHANNEL, { status: "administrator", can_post_messages: true }, false],
    [GROUP, { status: "administrator", can_edit_messages: true }, false],
    [GROUP, { status: "member" }, false],
  ])("in %j with %j", async (chat, member, editsOthers) => {
    const { bot } = await answering(ok({ user: { id: 1001 }, ...member }));
    expect(await bot.rightsIn(chat)).toMatchObject({ ok: true, value: { editsOthers } });
  });

  it("are none over others in a private chat, which is not asked for", async () => {
    const { bot, asked } = await answering(ok(true));
    const chat: ChatInfo = { id: "77", type: "private", title: "Ada" };
    expect(await bot.rightsIn(chat)).toEqual({ ok: true, value: { editsOthers: false } });
    expect(asked().method).toBeUndefined();
  });

  it("of a chat out of which nothing can be forwarded", async () => {
    const { bot } = await answering(
      ok({ id: -1001, type: "channel", title: "Warmup", has_protected_content: true }),
    );
    expect(await bot.getChat("-1001")).toMatchObject({ value: { ...CHANNEL, isProtected: true } });
  });
});
