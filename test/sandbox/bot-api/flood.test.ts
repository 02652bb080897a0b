import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { CHANNEL, call, file, fixture, form, OTHER_TOKEN, start, TOKEN } from "./harness.ts";

const SCALE = 200;

function say(server: BotApiServer, chat_id = CHANNEL, token = TOKEN) {
  return call(server, "sendMessage", { chat_id, text: "hi" }, token);
}

function limited(limits: Record<string, unknown>) {
  const chats = [{ id: CHANNEL, type: "channel" as const, title: "Warmup", limits }];
  return start({ timeScale: SCALE, chats });
}

/** Milliseconds of the sandbox's clock that each answered call took after its body. */
function waits(server: BotApiServer): number[] {
  return server.calls().map(({ answered, body_end }) => (answered ?? 0) - (body_end ?? 0));
}

function sleep(simulatedMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, simulatedMs / SCALE + 2));
}

describe("flood control over HTTP", () => {
  it("answers late while it can be silent about it, then with 429 in body, header and log", async () => {
    const server = await limited({ rate: 1, burst: 1, absorbMs: 60_000 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => say(server)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    const [first = 0, second = 0] = server.truth().map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(60_000 - 1);
    const refused = answers.find(({ status }) => status === 429);
    const seconds = refused?.parameters?.retry_after ?? 0;
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThanOrEqual(120);
    expect(refused).toMatchObject({ ok: false, description: `Too Many Requests: retry after ${seconds}` });
    expect(refused?.headers.get("retry-after")).toBe(String(seconds));
    expect(server.calls().filter(({ code }) => code === 429)[0]).toMatchObject({
      retry_after: expect.any(Number),
    });
    expect(server.truth()).toHaveLength(2);
  });

  it("takes the call again once retry_after is over", async () => {
    const server = await limited({ model: "fixed_window", rate: 2, absorbMs: 0 });
    while ((await say(server)).ok);
    const { parameters } = await say(server);
    await sleep((parameters?.retry_after ?? 0) * 1000);
    expect((await say(server)).ok).toBe(true);
  });

  it("holds each bot in each chat for itself", async () => {
    const server = await start({ timeScale: SCALE, profile: "documented" });
    server.control({ frozen: { chat: CHANNEL, bot: "first_bot", seconds: 300 } });
    expect((await say(server)).parameters?.retry_after).toBeGreaterThan(290);
    expect((await say(server, CHANNEL, OTHER_TOKEN)).ok).toBe(true);
    expect((await say(server, -2)).ok).toBe(true);
  });

  it("freezes chats that have no limit too", async () => {
    const server = await start({ timeScale: SCALE });
    server.control({ frozen: { chat: CHANNEL, seconds: 20 } });
    expect((await say(server)).status).toBe(429);
    await sleep(20_000);
    expect((await say(server)).ok).toBe(true);
  });

  it("dresses the flood wait of an upload as HTTP 400 where asked", async () => {
    const server = await limited({ rate: 0.1, burst: 1, absorbMs: 0, floodAs400: 1 });
    await say(server);
    const document = await fixture("docs/terms.pdf");
    const upload = await call(server, "sendDocument", form({ chat_id: CHANNEL, document }));
    expect(upload.status).toBe(400);
    expect(upload.description).toMatch(/^Bad Request: too Many Requests: retry after \d+$/);
    expect(upload.parameters).toBeUndefined();
    expect(upload.headers.has("retry-after")).toBe(false);
    expect(server.calls().at(-1)?.retry_after).toBeGreaterThan(50);
    expect((await say(server)).status).toBe(429);
  });

  it("takes new limits while it runs", async () => {
    const server = await limited({ rate: 1, burst: 1, absorbMs: 0 });
    await say(server);
    expect((await say(server)).status).toBe(429);
    server.control({ chat: { id: CHANNEL, unlimited: true } });
    server.control({ reset: true });
    expect((await say(server)).ok).toBe(true);
    expect((await say(server)).status).toBe(429);
    server.control({ reset: true });
    server.control({ chat: { id: CHANNEL, rate: 60_000, burst: 100 } });
    for (let n = 0; n < 20; n += 1) expect((await say(server)).ok).toBe(true);
  });

  it("spaces uploads of one size and refuses the end of a long line late, but not in local mode", async () => {
    const document = file(Buffer.alloc(150_000), "a.bin");
    const uploads = async (local: boolean) => {
      // Slow enough that a busy machine brings them in faster than the server lets them through.
      const server = await start({ timeScale: 2, profile: "documented", local });
      server.control({ chat: { id: CHANNEL, unlimited: true } });
      const send = () => call(server, "sendDocument", form({ chat_id: CHANNEL, document }));
      await Promise.all(Array.from({ length: 70 }, send));
      return server.calls().map(({ code, retry_after, answered, body_end }) => ({
        code,
        retry_after,
        ms: (answered ?? 0) - (body_end ?? 0),
      }));
    };
    const cloud = await uploads(false);
    const refused = cloud.filter(({ code }) => code === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ retry_after, ms }) => retry_after === 60 && ms >= 3_000)).toBe(true);
    expect(Math.max(...cloud.map(({ ms }) => ms))).toBeGreaterThan(4_000);
    const local = await uploads(true);
    expect(new Set(local.map(({ code }) => code))).toEqual(new Set([200]));
    expect(Math.max(...local.map(({ ms }) => ms))).toBeLessThan(4_000);
  });

  it("one that sends faster than documented, one call at a time, is slowed down to 20 a minute without a 429", async () => {
    const server = await start({ timeScale: SCALE, profile: "documented" });
    for (let n = 0; n < 12; n += 1) expect((await say(server)).ok).toBe(true);
    const at = server.truth().map((row) => row.at);
    expect(at.every((moment, index) => index < 3 || moment - (at[0] ?? 0) >= (index - 2) * 3_000 - 100)).toBe(
      true,
    );
    expect(server.calls().every(({ code }) => code === 200)).toBe(true);
  });
});

describe("the realistic profile", () => {
  it("takes 500 to 2000 ms for an upload, and other times where told", async () => {
    const server = await start({ timeScale: 20, profile: "realistic" });
    const send = async () =>
      call(server, "sendVoice", form({ chat_id: -2, voice: await fixture("voice/welcome.ogg") }));
    await send();
    const [first = 0] = waits(server);
    expect(first).toBeGreaterThanOrEqual(490);
    server.control({ upload_latency_ms: null });
    await send();
    expect(waits(server)[1]).toBeLessThan(490);
  });
});
