import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { VirtualClock } from "../../helpers/clock.ts";
import { CHANNEL, call, start, TOKEN } from "./bot-api-server.ts";

interface Delivered {
  readonly headers: IncomingMessage["headers"];
  readonly url: string | undefined;
  readonly update: { readonly update_id: number; readonly [type: string]: unknown };
}

/** A bot's server; what it hears, and the URL it listens at. `answer` ends each request. */
async function botServer(answer: RequestListener = (_request, response) => response.end()) {
  const heard: Delivered[] = [];
  const server = createServer(async (request, response) => {
    const update = JSON.parse((await buffer(request)).toString());
    heard.push({ headers: request.headers, url: request.url, update });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?of=bot`;
  return { url, heard, server };
}

/** Waits until nothing is thrown any more; the bound only ends a hang. */
const until = (isSo: () => unknown) => vi.waitFor(isSo, { timeout: 100_000 });

/** Lets the clock go on until something is so. */
async function passing(clock: VirtualClock, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const write = (server: BotApiServer, chat: number, text: string) =>
  server.control({ update: { chat, text, bot: "first_bot" } });
const textOf = ({ update }: Delivered) => (update.message as { text: string }).text;
const infoOf = async (server: BotApiServer) =>
  (await call(server, "getWebhookInfo")).result as unknown as Record<string, unknown>;
const nonePending = (server: BotApiServer) =>
  until(async () => expect(await infoOf(server)).toMatchObject({ pending_update_count: 0 }));

describe("a webhook on this machine", () => {
  it("gets what waited and what comes, with its secret, and what it took waits no more", async () => {
    const [server, bot] = [await start(), await botServer()];
    write(server, 77, "before");
    const set = await call(server, "setWebhook", {
      url: bot.url,
      secret_token: "s3cret_-",
      max_connections: 7,
    });
    expect([set.result, set.description]).toEqual([true, "Webhook was set"]);
    server.control({ chat: { id: CHANNEL, left: true } });
    await nonePending(server);
    expect(bot.heard.map(({ url }) => url)).toEqual(["/hook?of=bot", "/hook?of=bot"]);
    expect(bot.heard[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "x-telegram-bot-api-secret-token": "s3cret_-",
    });
    const byId = bot.heard.map(({ update }) => update).sort((a, b) => a.update_id - b.update_id);
    expect(byId).toEqual([
      { update_id: 1, message: expect.objectContaining({ text: "before" }) },
      {
        update_id: 2,
        my_chat_member: expect.objectContaining({ chat: expect.objectContaining({ id: CHANNEL }) }),
      },
    ]);
    expect(await infoOf(server)).toEqual({
      url: bot.url,
      has_custom_certificate: false,
      pending_update_count: 0,
      max_connections: 7,
    });
    expect((await call(server, "getUpdates")).status).toBe(409);
    expect((await call(server, "deleteWebhook")).description).toBe("Webhook was deleted");
    write(server, 77, "after");
    expect((await call(server, "getUpdates")).result).toHaveLength(1);
    expect(bot.heard).toHaveLength(2);
  });

  it("gets an update again until it takes it, later each time, and after it the next of that chat", async () => {
    const clock = new VirtualClock();
    const answers = [500, 502, 503, 200, 200];
    const bot = await botServer((_request, response) => {
      response.writeHead(answers.shift() ?? 200).end();
    });
    const server = await start({ clock });
    const begun = clock.now();
    await call(server, "setWebhook", { url: bot.url });
    write(server, 77, "one");
    write(server, 77, "two");
    await until(() => expect(bot.heard).toHaveLength(2));
    await until(async () =>
      expect(await infoOf(server)).toMatchObject({
        pending_update_count: 2,
        last_error_message: "Wrong response from the webhook: 502 Bad Gateway",
        last_error_date: expect.any(Number),
      }),
    );
    await passing(clock, () => bot.heard.length === 5);
    expect(bot.heard.map(textOf)).toEqual(["one", "one", "one", "one", "two"]);
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2_000 + 4_000);
    await nonePending(server);
  });

  it("waits as long as Retry-After says", async () => {
    const clock = new VirtualClock();
    const answers = [429];
    const bot = await botServer((_request, response) => {
      const status = answers.shift() ?? 200;
      response.writeHead(status, status === 429 ? { "retry-after": "30" } : {}).end();
    });
    const server = await start({ clock });
    await call(server, "setWebhook", { url: bot.url });
    write(server, 77, "one");
    await until(async () =>
      expect((await infoOf(server)).last_error_message).toContain("429 Too Many Requests"),
    );
    const from = clock.now();
    await passing(clock, () => bot.heard.length === 2);
    expect(clock.now() - from).toBeGreaterThanOrEqual(30_000);
  });

  it("is told that nobody listens there, and keeps what comes for polls", async () => {
    const [server, bot] = [await start(), await botServer()];
    await new Promise((resolve) => bot.server.close(resolve));
    await call(server, "setWebhook", { url: bot.url });
    write(server, 77, "one");
    await until(async () =>
      expect(await infoOf(server)).toMatchObject({
        last_error_message: "Connection refused",
        pending_update_count: 1,
      }),
    );
    await call(server, "setWebhook", { url: "" });
    expect((await call(server, "getUpdates")).result).toHaveLength(1);
  });

  it("hears of several chats side by side, as many as it has connections for", async () => {
    const held: (() => void)[] = [];
    const bot = await botServer((_request, response) => held.push(() => response.end()));
    const server = await start();
    await call(server, "setWebhook", { url: bot.url, max_connections: 2 });
    for (const chat of [77, 78, 79]) write(server, chat, `from ${chat}`);
    write(server, 77, "again from 77");
    await until(() => expect(held).toHaveLength(2));
    const first = () => held.shift()?.();
    first();
    await until(() => expect(bot.heard).toHaveLength(3));
    for (let i = 0; i < 3; i++) {
      await until(() => expect(held.length).toBeGreaterThan(0));
      first();
    }
    await nonePending(server);
    expect(bot.heard.map(textOf).sort()).toEqual(["again from 77", "from 77", "from 78", "from 79"]);
    const of77 = bot.heard.map(textOf).filter((text) => text.endsWith("77"));
    expect(of77).toEqual(["from 77", "again from 77"]);
  });

  it("may answer with a call, but with none that asks or changes the webhook", async () => {
    const methods = ["sendMessage", "deleteWebhook"];
    const bot = await botServer((_request, response) => {
      const method = methods.shift();
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ method, chat_id: 77, text: "by answer" }));
    });
    const server = await start();
    await call(server, "setWebhook", { url: bot.url });
    write(server, 77, "one");
    write(server, 77, "two");
    await nonePending(server);
    await until(() =>
      expect(server.truth().map(({ kind, parameters }) => [kind, parameters.text])).toContainEqual([
        "text",
        "by answer",
      ]),
    );
    expect(await infoOf(server)).toMatchObject({ url: bot.url });
  });

  it("is refused elsewhere without TLS, and with a secret that no header can carry", async () => {
    const server = await start();
    for (const [given, said] of [
      [{ url: "http://127.0.0.1.example.org/" }, "bad webhook: An HTTPS URL must be provided for webhook"],
      [{ url: "http://192.168.0.1/" }, "bad webhook: An HTTPS URL must be provided for webhook"],
      [{ url: "http://127.0.0.1:1/", secret_token: "a b" }, "secret token contains unallowed characters"],
      [{ url: "http://127.0.0.1:1/", secret_token: "a".repeat(257) }, "secret token is too long"],
    ] as const) {
      const { status, description } = await call(server, "setWebhook", given, TOKEN);
      expect([status, description]).toEqual([400, `Bad Request: ${said}`]);
    }
    expect(await infoOf(server)).toMatchObject({ url: "" });
  });

  it("is let go of with its server", async () => {
    const bot = await botServer(() => {});
    const server = await start();
    await call(server, "setWebhook", { url: bot.url });
    write(server, 77, "never answered");
    await until(() => expect(bot.heard).toHaveLength(1));
    await server.close();
    await until(async () =>
      expect(
        await new Promise((resolve) => bot.server.getConnections((_error, count) => resolve(count))),
      ).toBe(0),
    );
  });
});
