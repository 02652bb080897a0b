import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  botAt,
  type Exchange,
  failureOf,
  HTML,
  madeUp,
  POSTED,
  photo,
  reply,
  reset,
  scriptedServer,
  sendTo,
  sentOf,
} from "./scripted-server.ts";

const DOUBT = { class: "in_doubt" };

/** Without it, undici opens another connection for a request that follows at once. */
function oneConnection(): Agent {
  const agent = new Agent({ connections: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

const stalledAnswer = ({ socket }: Exchange) =>
  void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ok":true,');
const truncatedAnswer = ({ socket }: Exchange) =>
  void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ok":true,"result":{');

describe("it may have been posted, as the body was handed over, with", () => {
  const cases: [string, (exchange: Exchange) => void, string][] = [
    ["a reset", ({ socket }) => reset(socket), "answer_lost"],
    ["an end", ({ socket }) => void socket.end(), "answer_lost"],
    ["a half-open connection", () => {}, "answer_lost"],
    ["an answer that stands still", stalledAnswer, "answer_lost"],
    ["truncated JSON", truncatedAnswer, "answer_lost"],
    ["200, empty", (it) => reply(it, 200), "bad_answer"],
    ["200, HTML", (it) => reply(it, 200, HTML), "bad_answer"],
    ["404, HTML", (it) => reply(it, 404, HTML), "bad_answer"],
    ["200, {}", (it) => reply(it, 200, {}), "bad_answer"],
    ["200, null", (it) => reply(it, 200, "null"), "bad_answer"],
    ["200, some other JSON", (it) => reply(it, 200, { message: "welcome" }), "bad_answer"],
    ["403, some other JSON", (it) => reply(it, 403, { error: "blocked" }), "bad_answer"],
    ["an ok without media", (it) => reply(it, 200, { ok: true, result: true }), "bad_answer"],
    ["500, JSON", (it) => reply(it, 500, { ok: false, error_code: 500, description: "x" }), "server_error"],
    ["500, other JSON", (it) => reply(it, 500, { error: "x" }), "server_error"],
    [
      "502, JSON of a refusal",
      (it) => reply(it, 502, { ok: false, error_code: 400, description: "x" }),
      "server_error",
    ],
    [
      "200, JSON of a 500",
      (it) => reply(it, 200, { ok: false, error_code: 500, description: "x" }),
      "server_error",
    ],
    ["502, HTML", (it) => reply(it, 502, HTML), "server_error"],
    ["504, empty", (it) => reply(it, 504), "server_error"],
  ];

  it.each(cases)("%s", async (name, whole, reason) => {
    // Long enough for what was sent to be there, on whatever machine.
    const patience = /half-open|stands still/.test(name) ? { answerMs: 1_000 } : {};
    const requests = [photo(), photo({ media: madeUp(1_500_000).source })];
    for (const sent of await Promise.all(requests.map((request) => sendTo({ whole }, request, patience)))) {
      expect(sent.failure).toMatchObject({ ...DOUBT, reason });
      expect(sent.seen.filter((each) => each.whole)).toHaveLength(1);
      expect(sent.times.bodyEnd).not.toBeNull();
    }
  });

  it("a wait for the answer of its own length, a second longer for each MB of a stream", async () => {
    // That it ends at all says that it is not the other time that is waited for.
    const patience = { stallMs: 600_000, answerMs: 150 };
    const streamed = photo({ media: madeUp(1_100_000).source });
    for (const [request, ms] of [
      [photo(), 150],
      [streamed, 1_250],
    ] as const) {
      const { times } = await sendTo({}, request, patience);
      const waited = times.ended - (times.bodyEnd ?? Number.NaN);
      expect(waited).toBeGreaterThanOrEqual(ms - 2);
    }
  });

  it("a reset with the whole small request unread in its buffer", async () => {
    const { failure: cause } = await sendTo({ head: ({ socket }) => reset(socket) });
    expect(cause).toMatchObject({ ...DOUBT, reason: "answer_lost" });
  });

  it("a kept-alive connection that is closed exactly under the next request", async () => {
    const { url, seen } = await scriptedServer({
      whole: (it) => (it.nth === 1 ? reply(it, 200, POSTED) : reset(it.socket)),
    });
    const bot = botAt(url, { dispatcher: oneConnection() });
    sentOf(await bot.send(photo()));
    expect(failureOf(await bot.send(photo()))).toMatchObject({ ...DOUBT, reason: "answer_lost" });
    expect(seen.map(({ nth }) => nth)).toEqual([1, 2]);
  });

  it("a stop while the answer is awaited", async () => {
    const stop = new AbortController();
    const { failure: cause } = await sendTo({ whole: () => stop.abort() }, photo({ signal: stop.signal }));
    expect(cause).toMatchObject({ ...DOUBT, reason: "answer_lost" });
  });
});

describe("there is no doubt about", () => {
  it("a connection that was closed while idle: the next request takes another", async () => {
    const { url, seen } = await scriptedServer({
      whole: (it) => {
        reply(it, 200, POSTED);
        it.socket.end();
      },
    });
    const bot = botAt(url, { dispatcher: oneConnection() });
    sentOf(await bot.send(photo()));
    await expect.poll(() => seen[0]?.socket.destroyed).toBe(true);
    sentOf(await bot.send(photo()));
    expect(seen.map(({ nth }) => nth)).toEqual([1, 1]);
  });

  it.each([
    [400, "Bad Request: PHOTO_INVALID_DIMENSIONS", { class: "media", reason: "photo_dimensions" }],
    [403, "Forbidden: bot was kicked from the channel chat", { class: "chat", reason: "bot_kicked" }],
    [401, "Unauthorized", { class: "auth", reason: "token_wrong" }],
  ])("a refusal in JSON below 500: %i %s", async (code, description, expected) => {
    const whole = (it: Exchange) => reply(it, code, { ok: false, error_code: code, description });
    for (const request of [photo(), photo({ media: madeUp(1_500_000).source })])
      expect((await sendTo({ whole }, request)).failure).toMatchObject({ ...expected, code });
  });

  it.each([
    [
      "JSON",
      {
        ok: false,
        error_code: 429,
        description: "Too Many Requests: retry after 9",
        parameters: { retry_after: 9 },
      },
    ],
    ["JSON without parameters", { ok: false, error_code: 429, description: "Too Many Requests" }],
    ["HTML", HTML],
    ["empty", ""],
  ])("a 429 (%s), with the seconds of its header where the body has none", async (_, body) => {
    const { failure: cause } = await sendTo({ whole: (it) => reply(it, 429, body, "retry-after: 9\r\n") });
    expect(cause).toMatchObject({ class: "flood", reason: "flood_wait", retryAfterMs: 9_000 });
  });

  it.each([
    ["HTML", HTML],
    ["empty", ""],
  ])("a 413 (%s) after the body", async (_, body) => {
    const { failure: cause } = await sendTo({ whole: (it) => reply(it, 413, body) });
    expect(cause).toMatchObject({ class: "transient", reason: "body_refused", code: 413 });
  });
});
