import { describe, expect, it } from "vitest";
import type { BotApiOptions } from "../../../src/sandbox/bot-api/options.ts";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { VirtualClock } from "../../helpers/clock.ts";
import { CHANNEL, call, file, fixture, form, OTHER_TOKEN, start, TOKEN } from "./bot-api-server.ts";

/** A server whose time passes only where a test lets it. */
async function still(more: Partial<BotApiOptions> = {}) {
  const clock = new VirtualClock({ now: 0 });
  return { clock, server: await start({ clock, ...more }) };
}

function limited(limits: Record<string, unknown>) {
  return still({ chats: [{ id: CHANNEL, type: "channel" as const, title: "Warmup", limits }] });
}

function say(server: BotApiServer, chat_id = CHANNEL, token = TOKEN) {
  return call(server, "sendMessage", { chat_id, text: "hi" }, token);
}

const answered = (server: BotApiServer) => server.calls().filter(({ code }) => code !== null).length;

/** Milliseconds of the sandbox's clock that each answered call took after its body. */
function waits(server: BotApiServer): number[] {
  return server.calls().map(({ answered: end, body_end }) => (end ?? 0) - (body_end ?? 0));
}

describe("flood control over HTTP", () => {
  it("answers late while it can be silent about it, then with 429 in body, header and log", async () => {
    const { clock, server } = await limited({ rate: 1, burst: 1, absorbMs: 60_000 });
    const calls = Promise.all(Array.from({ length: 4 }, () => say(server)));
    await expect.poll(() => answered(server)).toBe(3);
    await clock.advance(60_000);
    const answers = await calls;
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    expect(server.truth().map(({ at }) => at)).toEqual([0, 60_000]);
    const refused = answers.find(({ status }) => status === 429);
    const seconds = refused?.parameters?.retry_after;
    expect(seconds).toBe(120);
    expect(refused).toMatchObject({ ok: false, description: `Too Many Requests: retry after ${seconds}` });
    expect(refused?.headers.get("retry-after")).toBe(String(seconds));
    expect(server.calls().filter(({ code }) => code === 429)[0]).toMatchObject({ retry_after: seconds });
  });

  it("takes the call again once retry_after is over", async () => {
    const { clock, server } = await limited({ model: "fixed_window", rate: 2, absorbMs: 0 });
    for (const status of [200, 200, 429]) expect((await say(server)).status).toBe(status);
    const { parameters } = await say(server);
    await clock.advance((parameters?.retry_after ?? 0) * 1_000 - 1);
    expect((await say(server)).status).toBe(429);
    await clock.advance((server.calls().at(-1)?.retry_after ?? 0) * 1_000);
    expect((await say(server)).ok).toBe(true);
  });

  it("holds each bot in each chat for itself", async () => {
    const { server } = await still({ profile: "documented" });
    server.control({ frozen: { chat: CHANNEL, bot: "first_bot", seconds: 300 } });
    expect((await say(server)).parameters?.retry_after).toBe(300);
    expect((await say(server, CHANNEL, OTHER_TOKEN)).ok).toBe(true);
    expect((await say(server, -2)).ok).toBe(true);
  });

  it("freezes chats that have no limit too", async () => {
    const { clock, server } = await still();
    server.control({ frozen: { chat: CHANNEL, seconds: 20 } });
    expect((await say(server)).status).toBe(429);
    await clock.advance(20_000);
    expect((await say(server)).ok).toBe(true);
  });

  it("dresses the flood wait of an upload as HTTP 400 where asked", async () => {
    const { server } = await limited({ rate: 0.1, burst: 1, absorbMs: 0, floodAs400: 1 });
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
    const { server } = await limited({ rate: 1, burst: 1, absorbMs: 0 });
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

  it("holds a bot over all its chats where that is ordered, beside what its chats allow", async () => {
    const { clock, server } = await still();
    server.control({ bot: { id: "first_bot", rate: 1, burst: 2, absorb_ms: 0 } });
    for (const chat of [CHANNEL, -2]) expect((await say(server, chat)).ok).toBe(true);
    expect((await say(server, CHANNEL)).parameters?.retry_after).toBe(60);
    expect((await say(server, CHANNEL, OTHER_TOKEN)).ok).toBe(true);
    await clock.advance(120_000);
    expect((await say(server, -2)).ok).toBe(true);
    server.control({ bot: { unlimited: true } });
    for (let nth = 0; nth < 5; nth++) expect((await say(server, -2)).ok).toBe(true);
    server.control({ reset: true });
    server.control({ bot: { rate: 1, burst: 1, absorb_ms: 0 } });
    const of = async (token: string) => [await say(server, CHANNEL, token), await say(server, -2, token)];
    for (const token of [TOKEN, OTHER_TOKEN])
      expect((await of(token)).map(({ status }) => status)).toEqual([200, 429]);
    server.control({ reset: true });
    for (let nth = 0; nth < 5; nth++) expect((await say(server)).ok).toBe(true);
    expect(() => server.control({ bot: { id: "first_bot" } })).toThrow(/bot: say what its limit is/);
  });

  it("spaces uploads of one size and refuses the end of a long line late, but not in local mode", async () => {
    const document = file(Buffer.alloc(150_000), "a.bin");
    const uploads = async (local: boolean) => {
      const { clock, server } = await still({ profile: "documented", local });
      server.control({ chat: { id: CHANNEL, unlimited: true } });
      const send = () => call(server, "sendDocument", form({ chat_id: CHANNEL, document }));
      const all = Promise.all(Array.from({ length: 70 }, send));
      await expect.poll(() => server.calls().filter(({ body_end }) => body_end !== null)).toHaveLength(70);
      await clock.runToEnd(all);
      const ms = waits(server);
      return server
        .calls()
        .map(({ code, retry_after }, i) => ({ code, retry_after, ms: ms[i] ?? Number.NaN }));
    };
    const cloud = await uploads(false);
    const refused = cloud.filter(({ code }) => code === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ retry_after, ms }) => retry_after === 60 && ms >= 3_000)).toBe(true);
    expect(Math.max(...cloud.map(({ ms }) => ms))).toBeGreaterThan(4_000);
    const local = await uploads(true);
    expect(new Set(local.map(({ code }) => code))).toEqual(new Set([200]));
    // Forty more than the bot may send at once, at thirty a second.
    expect(Math.max(...local.map(({ ms }) => ms))).toBeCloseTo((40 * 1_000) / 30, 3);
  });

  it("one that sends faster than documented, one call at a time, is slowed down to 20 a minute without a 429", async () => {
    const { clock, server } = await still({ profile: "documented" });
    for (let n = 0; n < 12; n += 1) expect((await clock.runToEnd(say(server))).ok).toBe(true);
    const at = server.truth().map((row) => row.at);
    expect(at).toEqual([0, 0, 0, ...Array.from({ length: 9 }, (_, index) => (index + 1) * 3_000)]);
    expect(server.calls().every(({ code }) => code === 200)).toBe(true);
  });
});

describe("the realistic profile", () => {
  it("takes 500 to 2000 ms for an upload, and other times where told", async () => {
    const { clock, server } = await still({ profile: "realistic" });
    const send = async () => {
      const voice = await fixture("voice/welcome.ogg");
      await clock.runToEnd(call(server, "sendVoice", form({ chat_id: -2, voice })));
    };
    await send();
    expect(waits(server)[0]).toBeGreaterThanOrEqual(500);
    expect(waits(server)[0]).toBeLessThanOrEqual(2_000);
    server.control({ upload_latency_ms: null });
    await send();
    expect(waits(server)[1]).toBe(0);
  });
});
