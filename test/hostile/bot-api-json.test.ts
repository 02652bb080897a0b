import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REASONS } from "../../src/domain/reasons.ts";
import { readSent } from "../../src/telegram/answer.ts";
import { classifyRefusal } from "../../src/telegram/classify.ts";
import type { PackBlock } from "../../src/telegram/pack-port.ts";
import type { Bot, Sent } from "../../src/telegram/port.ts";
import { readSeen } from "../../src/telegram/seen.ts";
import { chatsIn } from "../../src/telegram/updates.ts";
import { holds } from "../helpers/holds.ts";
import { botAt, inMemory, photo, reply, scriptedServer } from "../telegram/scripted-server.ts";
import { spoilt } from "./spoilt.ts";

const REPLIES = new URL("../../fixtures/replies/", import.meta.url);
const MESSAGES = readdirSync(REPLIES).map(
  (name) => JSON.parse(readFileSync(new URL(name, REPLIES), "utf8")).result as Record<string, unknown>,
);
const PACK = {
  message_id: 8,
  chat: { id: -1001, type: "channel" },
  rich_message: {
    blocks: [
      {
        type: "photo",
        photo: [{ file_id: "AgAC", file_unique_id: "AQAD", width: 9, height: 9, file_size: 5 }],
      },
      {
        type: "voice_note",
        voice_note: { file_id: "AwAC", duration: 1 },
        caption: { text: ["a", { text: "b" }] },
      },
    ],
  },
};
const CHAT = {
  id: -1001,
  type: "channel",
  title: "warmup",
  username: "warm_up",
  has_protected_content: false,
};
const MEMBER = {
  status: "administrator",
  user: { id: 1001 },
  can_post_messages: true,
  can_edit_messages: true,
};
const UPDATES = [
  { update_id: 1, channel_post: { chat: CHAT } },
  { update_id: 2, my_chat_member: { chat: CHAT, new_chat_member: { status: "left" } } },
];
const MONTH_MS = 31 * 24 * 60 * 60_000;

/** That it can be kept as it is by any ledger, and its id is one that stood in the answer. */
function expectKept(sent: Omit<Sent, "kind">, answer: unknown): void {
  expect(sent.fileId).toMatch(/^[!-~]+$/);
  expect(JSON.stringify(answer)).toContain(JSON.stringify(sent.fileId));
  expect([sent.chatId, Number.isSafeInteger(sent.messageId)]).toEqual([
    expect.stringMatching(/^-?\d+$/),
    true,
  ]);
  for (const text of [sent.fileUniqueId, sent.mime]) if (text !== null) expect(text).toMatch(/^[!-~]+$/);
  for (const number of [sent.width, sent.height, sent.duration])
    if (number !== null)
      expect(number).toSatisfy((it: unknown) => Number.isSafeInteger(it) && Number(it) >= 0);
}

describe("a message in which something is missing or of another type", () => {
  it("gives an id of its own that every ledger can keep, or none", async () => {
    await holds(
      fc.constantFrom(...MESSAGES).chain(spoilt),
      (message) => {
        const sent = readSent(message);
        if (sent) expectKept(sent, message);
      },
      400,
    );
  });

  it("the same where it carries several media", async () => {
    await holds(
      spoilt(PACK),
      (message) => {
        const seen = readSeen(message);
        const blocks: readonly PackBlock[] = seen?.blocks ?? [];
        for (const { sent, bytes, caption } of blocks) {
          if (sent) expectKept(sent, message);
          expect(bytes === null || Number.isSafeInteger(bytes)).toBe(true);
          expect(caption === null || typeof caption === "string").toBe(true);
        }
      },
      200,
    );
  });

  it("names chats by their numbers alone", async () => {
    await holds(
      spoilt(UPDATES),
      (updates) => {
        if (!Array.isArray(updates)) return;
        for (const { id, title } of chatsIn(updates)) {
          expect(id).toMatch(/^-?\d+$/);
          expect(title).toBeTypeOf("string");
        }
      },
      200,
    );
  });
});

/** Every call that a run makes, with an answer to it. */
const CALLS: readonly (readonly [
  name: string,
  answer: unknown,
  call: (bot: Bot) => Promise<{ ok: boolean }>,
])[] = [
  ["getMe", { id: 1001, is_bot: true, username: "first_bot" }, (bot) => bot.getMe()],
  ["getChat", CHAT, (bot) => bot.getChat("-1001")],
  ["getChatMember", MEMBER, (bot) => bot.canPost({ id: "-1001", type: "channel", title: "warmup" })],
  [
    "getChatMember for rights",
    MEMBER,
    (bot) => bot.rightsIn({ id: "-1001", type: "channel", title: "warmup" }),
  ],
  ["sendPhoto", MESSAGES.find(({ photo }) => photo), (bot) => bot.send(photo())],
  ["sendDocument", MESSAGES.find(({ document }) => document), (bot) => bot.send(photo({ kind: "document" }))],
  [
    "sendRichMessage",
    PACK,
    (bot) => bot.sendPack({ chat: "-1001", media: [{ kind: "photo", tag: null, media: inMemory("a") }] }),
  ],
  ["getFile", { file_id: "AgAC", file_path: "a" }, (bot) => bot.checkFile("AgAC")],
  ["deleteMessage", true, (bot) => bot.deleteMessage("-1001", 7)],
  ["editMessageReplyMarkup", MESSAGES[0], (bot) => bot.editReplyMarkup("-1001", 7, "a")],
  ["editMessageCaption", MESSAGES[0], (bot) => bot.editCaption("-1001", 7, "a")],
  ["forwardMessage", MESSAGES[0], (bot) => bot.forward("-1001", "-1001", 7)],
];

const REFUSAL = {
  ok: false,
  error_code: 429,
  description: "Too Many Requests: retry after 5",
  parameters: { retry_after: 5, migrate_to_chat_id: -1002 },
};

/** That a call ended in a value, or in one clear failure. */
function expectClear(answer: object): void {
  const { failure, ok } = answer as {
    ok: boolean;
    failure?: { reason: string; message: string; retryAfterMs?: number };
  };
  if (ok) return;
  expect(Object.keys(REASONS)).toContain(failure?.reason);
  expect(failure?.message).toMatch(/^\P{Cc}+$/u);
  expect(failure?.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
  expect(failure?.retryAfterMs ?? 0).toBeLessThanOrEqual(MONTH_MS);
}

describe("an answer over the wire in which something is missing or of another type", () => {
  it.each(CALLS)("ends %s in a value or in one clear failure", async (_, result, call) => {
    let answer: unknown = null;
    const { url } = await scriptedServer({ whole: (it) => reply(it, 200, JSON.stringify(answer)) });
    const bot = botAt(url);
    const answers = fc.oneof({ arbitrary: spoilt({ ok: true, result }), weight: 2 }, spoilt(REFUSAL));
    await holds(
      answers,
      async (drawn) => {
        answer = drawn;
        expectClear(await call(bot));
      },
      20,
    );
  });
});

describe("how long a flood wait is", () => {
  const asked = { host: "h", path: "", bytes: null };

  it("is what the server says, as a number or as text, and never longer than a month", async () => {
    const told = fc.oneof(
      fc.double(),
      fc.nat().map(String),
      fc.jsonValue(),
      fc.constantFrom("9".repeat(400)),
    );
    await holds(told, (retryAfter) => {
      const refusal = { code: 429, description: "", retryAfter: retryAfter ?? undefined };
      const { retryAfterMs } = classifyRefusal(refusal, asked);
      expect(retryAfterMs).toSatisfy((ms: number) => ms >= 0 && ms <= MONTH_MS);
    });
  });

  it.each<[text: string, seconds: number]>([
    ["Too Many Requests: retry after 35", 35],
    ["FLOOD_WAIT_12", 12],
    ["FLOOD_PREMIUM_WAIT_7 (caused by upload)", 7],
    ["Too Many Requests: retry after -3", 5],
    ["Too Many Requests: retry after ", 5],
    [`Too Many Requests: retry after ${"9".repeat(400)}`, MONTH_MS / 1_000],
    ["too many requests: RETRY AFTER 3\u0000", 3],
  ])("is read out of %j", (description, seconds) => {
    const { retryAfterMs } = classifyRefusal({ code: 429, description }, asked);
    expect(retryAfterMs).toBe(seconds * 1_000);
  });
});
