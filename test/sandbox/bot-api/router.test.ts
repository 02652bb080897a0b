import { gzipSync } from "node:zlib";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { startBotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { CHANNEL, call, start, TOKEN } from "./bot-api-server.ts";

describe("parameters are read", () => {
  it.each([
    ["from the query of a GET", "GET", "?chat_id=-1001&text=hi", {}, undefined],
    [
      "urlencoded",
      "POST",
      "",
      { "content-type": "application/x-www-form-urlencoded" },
      "chat_id=-1001&text=h%69",
    ],
    ["as JSON", "POST", "", { "content-type": "application/json" }, '{"chat_id":-1001,"text":"hi"}'],
    [
      "from query and body together",
      "POST",
      "?chat_id=-1001",
      { "content-type": "application/json; charset=utf-8" },
      '{"text":"hi"}',
    ],
    [
      "out of gzip",
      "POST",
      "",
      { "content-type": "application/json", "content-encoding": "gzip" },
      gzipSync('{"chat_id":"@Warmup_Channel","text":"hi"}'),
    ],
  ] as const)("%s", async (_, method, query, headers, body) => {
    const server = await start();
    const { statusCode, body: answer } = await request(`${server.url}/bot${TOKEN}/sendMessage${query}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(statusCode).toBe(200);
    expect(await answer.json()).toMatchObject({ ok: true, result: { text: "hi", chat: { id: CHANNEL } } });
  });
});

describe("a path is read", () => {
  it("with the method in any case, and the colon of the token escaped", async () => {
    const server = await start();
    const response = await fetch(`${server.url}/bot${TOKEN.replace(":", "%3A")}/GETME`);
    expect(await response.json()).toMatchObject({
      ok: true,
      result: { id: 1001, is_bot: true, username: "first_bot" },
    });
    expect(server.calls().map(({ method }) => method)).toEqual(["getMe"]);
  });

  it.each([
    [`/bot${TOKEN}/sendNothing`, 404, "Not Found: method not found"],
    [
      `/bot${TOKEN}/copyMessage`,
      501,
      "Not Implemented: the sandbox does not play copyMessage; Telegram has it",
    ],
    ["/bot1001:wrong/getMe", 401, "Unauthorized"],
    ["/botnonsense/getMe", 404, "Not Found"],
    [`/${TOKEN}/getMe`, 404, "Not Found"],
    ["/", 404, "Not Found"],
  ])("%s is answered with %i %s", async (path, status, description) => {
    const server = await start();
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });
});

describe("what the parser does not take gets a bare status and an empty body", () => {
  it.each([
    ["PUT", "", {}, 501],
    ["POST", "{no json", { "content-type": "application/json" }, 400],
    ["POST", "--b\r\nno form", { "content-type": "multipart/form-data; boundary=b" }, 400],
    ["POST", "no boundary", { "content-type": "multipart/form-data" }, 400],
    ["POST", "text", { "content-encoding": "br" }, 415],
  ] as const)("%s %j %j: %i", async (method, body, headers, status) => {
    const server = await start();
    const answer = await request(`${server.url}/bot${TOKEN}/getMe`, { method, body, headers });
    expect([answer.statusCode, await answer.body.text()]).toEqual([status, ""]);
    expect(answer.headers.connection).toBe("close");
  });

  it("parameters of more than 1 MiB get 413", async () => {
    const server = await start();
    expect((await call(server, "sendMessage", { chat_id: CHANNEL, text: "x".repeat(1 << 20) })).status).toBe(
      413,
    );
  });
});

describe("starting", () => {
  it("on a taken port fails, and so do options that cannot be", async () => {
    const server = await start();
    const port = Number(new URL(server.url).port);
    await expect(start({ port })).rejects.toThrow("EADDRINUSE");
    const bots = [{ token: "no token", username: "b" }];
    await expect(startBotApiServer({ bots, chats: [] })).rejects.toThrow("a bot token looks like");
    await expect(
      start({ chats: [{ id: -1, type: "group", title: "", members: ["nobody"] }] }),
    ).rejects.toThrow("no bot nobody");
  });

  it("closing does not wait for calls under way, which get no answer", async () => {
    const server = await start();
    const waiting = call(server, "getUpdates", { timeout: 50 });
    const failed = expect(waiting).rejects.toThrow();
    while (server.calls()[0]?.body_end == null) await new Promise((resolve) => setTimeout(resolve, 1));
    await server.close();
    await failed;
  });

  it("getUpdates waits on the sandbox's clock and brings nothing", async () => {
    const server = await start({ timeScale: 1_000 });
    expect((await call(server, "getUpdates", { timeout: 30 })).result).toEqual([]);
    const [row] = server.calls();
    expect((row?.answered ?? 0) - (row?.body_end ?? 0)).toBeGreaterThanOrEqual(29_000);
  });
});
