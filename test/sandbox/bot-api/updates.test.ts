import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { VirtualClock } from "../../helpers/clock.ts";
import { CHANNEL, call, OTHER_TOKEN, start, TOKEN } from "./bot-api-server.ts";

const ADA = 77;
const write = (server: BotApiServer, text: string, more: object = {}) =>
  server.control({ update: { chat: ADA, text, bot: "first_bot", ...more } });

async function updatesOf(server: BotApiServer, body: Record<string, unknown> = {}, token = TOKEN) {
  const { result } = await call(server, "getUpdates", body, token);
  return result as unknown as { update_id: number; message: Record<string, unknown> }[];
}

const textsOf = async (...of: Parameters<typeof updatesOf>) =>
  (await updatesOf(...of)).map(({ message }) => message.text);

/** Resolves once `count` getUpdates have been read by the server. */
async function polled(server: BotApiServer, count: number): Promise<void> {
  const read = () =>
    server.calls().filter(({ method, body_end }) => method === "getUpdates" && body_end !== null);
  while (read().length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setImmediate(resolve));
}

describe("getUpdates", () => {
  it("brings what a user wrote, as the API has it", async () => {
    const server = await start();
    write(server, "/start covers now", { from: { first_name: "Ada", language_code: "en" } });
    const [update] = await updatesOf(server);
    expect(update).toEqual({
      update_id: 1,
      message: {
        message_id: 1,
        from: { id: ADA, is_bot: false, first_name: "Ada", language_code: "en" },
        chat: { id: ADA, type: "private", first_name: "Ada" },
        date: expect.any(Number),
        text: "/start covers now",
        entities: [{ type: "bot_command", offset: 0, length: 6 }],
      },
    });
  });

  it("numbers what users and bots write in one chat in one row", async () => {
    const server = await start();
    write(server, "hello");
    const { result } = await call(server, "sendMessage", { chat_id: ADA, text: "hi" });
    write(server, "bye");
    const ids = (await updatesOf(server)).map(({ message }) => message.message_id);
    expect([ids, result.message_id]).toEqual([[1, 3], 2]);
  });

  it("brings an update again until an offset confirms it", async () => {
    const server = await start();
    for (const text of ["a", "b", "c"]) write(server, text);
    expect(await textsOf(server, { limit: 2 })).toEqual(["a", "b"]);
    expect(await textsOf(server, { offset: 2 })).toEqual(["b", "c"]);
    expect(await textsOf(server, { offset: 3 })).toEqual(["c"]);
    expect(await textsOf(server, { offset: 1 })).toEqual(["c"]);
  });

  it("counts a negative offset from the end and forgets what was before", async () => {
    const server = await start();
    for (const text of ["a", "b", "c"]) write(server, text);
    expect(await textsOf(server, { offset: -1 })).toEqual(["c"]);
    expect(await textsOf(server)).toEqual(["c"]);
  });

  it("ends a wait as soon as somebody writes", async () => {
    const server = await start({ clock: new VirtualClock() });
    const waiting = textsOf(server, { timeout: 50 });
    await polled(server, 1);
    write(server, "now");
    expect(await waiting).toEqual(["now"]);
  });

  it("waits as long as asked for, 50 seconds at most", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    let over = false;
    const waiting = textsOf(server, { timeout: 500 }).finally(() => {
      over = true;
    });
    await polled(server, 1);
    await clock.advance(49_999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(await waiting).toEqual([]);
  });

  it("is for one bot: another hears nothing of it", async () => {
    const server = await start();
    write(server, "to the first");
    expect(await textsOf(server, {}, OTHER_TOKEN)).toEqual([]);
  });

  it("leaves out types that the bot does not want, until it says otherwise", async () => {
    const server = await start();
    await updatesOf(server, { allowed_updates: ["callback_query"] });
    write(server, "unheard");
    expect(await textsOf(server, { offset: 1 })).toEqual([]);
    await updatesOf(server, { offset: 2, allowed_updates: [] });
    write(server, "heard");
    expect(await textsOf(server, { offset: -5 })).toEqual(["heard"]);
  });
});

describe("409 Conflict", () => {
  it("ends the poll that waits when another begins to wait", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    const first = call(server, "getUpdates", { timeout: 30 });
    await polled(server, 1);
    const second = textsOf(server, { timeout: 30 });
    const { status, description } = await first;
    expect([status, description]).toEqual([
      409,
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    ]);
    write(server, "to the second");
    expect(await second).toEqual(["to the second"]);
  });

  it("is not told to a poll that waits by one that does not", async () => {
    const server = await start({ clock: new VirtualClock() });
    const waiting = textsOf(server, { timeout: 30 });
    await polled(server, 1);
    expect(await textsOf(server, { offset: 1 })).toEqual([]);
    write(server, "for both");
    expect(await waiting).toEqual(["for both"]);
  });

  it("answers the second conflict in three seconds only three seconds later", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    await call(server, "setWebhook", { url: "https://example.org/hook" });
    expect((await call(server, "getUpdates")).status).toBe(409);
    const second = call(server, "getUpdates");
    await polled(server, 2);
    expect(server.calls().at(-1)?.answered).toBeNull();
    await clock.advance(3_000);
    expect((await second).status).toBe(409);
  });

  it("meets polls while a webhook is set, and the one that waits when it is", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    const waiting = call(server, "getUpdates", { timeout: 30 });
    await polled(server, 1);
    await call(server, "setWebhook", { url: "https://example.org/hook" });
    expect((await waiting).description).toBe("Conflict: terminated by setWebhook request");
    write(server, "waits");
    expect((await call(server, "getWebhookInfo")).result).toMatchObject({
      url: "https://example.org/hook",
      pending_update_count: 1,
    });
    const refused = call(server, "getUpdates");
    await polled(server, 2);
    await clock.advance(3_000);
    expect((await refused).description).toBe(
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    await call(server, "deleteWebhook");
    expect(await textsOf(server)).toEqual(["waits"]);
    await call(server, "deleteWebhook", { drop_pending_updates: true });
    expect((await call(server, "getWebhookInfo")).result).toMatchObject({ url: "", pending_update_count: 0 });
  });

  it("is no answer to a URL that no webhook can have", async () => {
    const server = await start();
    const { status, description } = await call(server, "setWebhook", { url: "http://example.org" });
    expect([status, description]).toEqual([
      400,
      "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    ]);
  });
});

describe("an update that is put in", () => {
  it("opens the chat of a new user to the bot that they write to, and to no other", async () => {
    const server = await start();
    const say = (token = TOKEN) => call(server, "sendMessage", { chat_id: 5_001, text: "hi" }, token);
    expect((await say()).description).toBe("Bad Request: chat not found");
    write(server, "/start", { chat: 5_001, from: { first_name: "Grace", username: "grace" } });
    expect((await say()).result).toMatchObject({
      chat: { id: 5_001, first_name: "Grace", username: "grace", type: "private" },
    });
    expect((await say(OTHER_TOKEN)).description).toBe(
      "Forbidden: bot can't initiate conversation with a user",
    );
  });

  it("opens a chat again that had blocked the bot", async () => {
    const server = await start();
    server.control({ chat: { id: ADA, kick: true } });
    write(server, "/start");
    expect((await call(server, "sendMessage", { chat_id: ADA, text: "hi" })).ok).toBe(true);
  });

  it("comes from a user of a group", async () => {
    const server = await start();
    write(server, "hey /help@first_bot", { chat: -1003, from: { id: 9 } });
    const [update] = await updatesOf(server);
    expect(update?.message).toMatchObject({
      from: { id: 9, first_name: "User 9" },
      chat: { id: -1003, type: "supergroup" },
      entities: [{ type: "bot_command", offset: 4, length: 15 }],
    });
  });

  it.each([
    [{ chat: ADA, text: "x" }, "update.bot: say which bot gets it: first_bot, second_bot"],
    [{ chat: ADA, text: "x", bot: "third" }, "the sandbox has no bot third"],
    [{ chat: "@nobody", text: "x", bot: 1001 }, "the sandbox has no chat @nobody"],
    [
      { chat: CHANNEL, text: "x", bot: 1001 },
      `update.chat: ${CHANNEL} is a channel, where no user writes to a bot`,
    ],
    [{ chat: -2, text: "x", bot: 1001 }, "update.from.id: say which user writes in the group"],
    [
      { chat: -1003, text: "x", bot: 1002, from: { id: 9 } },
      "update.bot: second_bot is not in chat -1003, so it hears nothing there",
    ],
    [{ chat: ADA, bot: 1001 }, "update.text: "],
    [{ chat: ADA, text: "", bot: 1001 }, "update.text: "],
  ])("of %j is refused with what is wrong", async (update, error) => {
    const server = await start();
    expect(() => server.control({ update })).toThrow(error);
    expect(await textsOf(server)).toEqual([]);
  });

  it("is gone after a reset, with the chats of new users", async () => {
    const server = await start();
    write(server, "/start", { chat: 5_001 });
    await call(server, "setWebhook", { url: "https://example.org/hook" });
    server.control({ reset: true });
    expect(await textsOf(server)).toEqual([]);
    expect((await call(server, "getChat", { chat_id: 5_001 })).description).toBe(
      "Bad Request: chat not found",
    );
  });
});
