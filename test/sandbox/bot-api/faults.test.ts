import { Agent, request } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { parseFaults } from "../../../src/sandbox/fault-rules.ts";
import { faultPlan, r2FaultHook } from "../../../src/sandbox/faults.ts";
import { CHANNEL, call, fixture, form, start, TOKEN } from "./bot-api-server.ts";

const agents: Agent[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
});

function agent(options: Agent.Options = {}): Agent {
  const made = new Agent(options);
  agents.push(made);
  return made;
}

function faulty(fault: Record<string, unknown>, match: Record<string, unknown> = {}) {
  return start({ faults: parseFaults([{ server: "bot-api", match, fault }]) });
}

const TEXT = JSON.stringify({ chat_id: CHANNEL, text: "hi" });

function raw(url: string, dispatcher = agent(), body: string | Buffer = TEXT) {
  const headers = { "content-type": "application/json" };
  return request(`${url}/bot${TOKEN}/sendMessage`, { method: "POST", headers, body, dispatcher });
}

describe("faults of the Bot API", () => {
  it("post_then_drop posts the message and gives no answer", async () => {
    const server = await faulty({ type: "post_then_drop" }, { method: "sendPhoto" });
    const data = form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png") });
    await expect(call(server, "sendPhoto", data)).rejects.toThrow();
    expect(server.truth()).toMatchObject([{ kind: "photo" }]);
    expect(server.calls()).toMatchObject([{ body_end: expect.any(Number), answered: null, code: null }]);
  });

  it("a reset before the answer posts nothing, after the whole body", async () => {
    const server = await faulty({ type: "reset" });
    await expect(raw(server.url)).rejects.toThrow();
    expect(server.truth()).toEqual([]);
    expect(server.calls()).toMatchObject([{ body_end: expect.any(Number), code: null }]);
  });

  it.each([10, 1e9])("a reset within the body (after %i bytes) leaves it unread", async (after_bytes) => {
    const server = await faulty({ type: "reset", when: "mid_body", after_bytes });
    await expect(raw(server.url)).rejects.toThrow();
    expect(server.truth()).toEqual([]);
    expect(server.calls()).toMatchObject([{ body_end: null, code: null }]);
  });

  it.each([false, true])("half_open takes the body and never answers (posted: %s)", async (posted) => {
    const server = await faulty({ type: "half_open", posted });
    const connection = agent();
    const lost = expect(raw(server.url, connection)).rejects.toThrow();
    await expect.poll(() => server.calls()[0]?.body_end).toEqual(expect.any(Number));
    await expect.poll(() => server.truth()).toHaveLength(posted ? 1 : 0);
    expect(server.calls()).toMatchObject([{ answered: null }]);
    await connection.destroy();
    await lost;
  });

  it.each([
    [{ status: 502, body: "html" }, "text/html", /^<html>.*502 Bad Gateway.*nginx/s],
    [{ status: 500, body: "empty" }, undefined, /^$/],
    [
      { status: 500, description: "Internal Server Error: restart" },
      "application/json",
      /Internal Server Error: restart/,
    ],
    [
      { status: 400, description: "Bad Request: FROZEN_METHOD_INVALID" },
      "application/json",
      /"error_code":400.*FROZEN/,
    ],
  ])("%j is answered so", async (fault, type, text) => {
    const server = await faulty({ type: "status", ...fault });
    const { statusCode, headers, body } = await raw(server.url);
    expect([statusCode, headers["content-type"]]).toEqual([fault.status, type]);
    expect(await body.text()).toMatch(text);
    expect(server.truth()).toEqual([]);
  });

  it("a status may come although the message is posted", async () => {
    const server = await faulty({ type: "status", status: 504, posted: true });
    expect((await raw(server.url)).statusCode).toBe(504);
    expect(server.truth()).toHaveLength(1);
  });

  it("a burst of 429 comes where and as long as the rule says", async () => {
    const server = await faulty({ type: "flood", retry_after: 7 }, { chat: CHANNEL, nth: 2, count: 3 });
    const codes = [];
    for (let n = 0; n < 6; n += 1)
      codes.push((await call(server, "sendMessage", { chat_id: "@warmup_channel", text: "hi" })).status);
    expect(codes).toEqual([200, 429, 429, 429, 200, 200]);
    const other = await call(server, "sendMessage", { chat_id: -2, text: "hi" });
    expect(other.ok).toBe(true);
  });

  it("close_idle closes a connection under its second request, never under the first", async () => {
    const server = await faulty({ type: "close_idle" });
    const kept = agent({ connections: 1, pipelining: 1 });
    await (await raw(server.url, kept)).body.dump();
    await expect(raw(server.url, kept)).rejects.toThrow();
    expect((await raw(server.url)).statusCode).toBe(200);
    expect(server.truth()).toHaveLength(2);
  });

  it("bandwidth and latency take the time they say, on the sandbox's clock", async () => {
    const faults = parseFaults([
      { server: "bot-api", fault: { type: "bandwidth", bytes_per_second: 100_000 } },
      { server: "bot-api", fault: { type: "latency", ms: [2_000, 2_000] } },
    ]);
    const server = await start({ faults, timeScale: 100 });
    const body = JSON.stringify({ chat_id: CHANNEL, text: "x".repeat(400_000) });
    expect((await raw(server.url, agent(), body)).statusCode).toBe(200);
    const [row] = server.calls();
    expect((row?.body_end ?? 0) - (row?.started ?? 0)).toBeGreaterThanOrEqual(3_990);
    expect((row?.answered ?? 0) - (row?.body_end ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  it("are changed by control, and an outage stands above them", async () => {
    const server = await start();
    server.control({
      faults: [
        { server: "bot-api", match: { method: "sendMessage" }, fault: { type: "status", status: 500 } },
      ],
    });
    expect((await raw(server.url)).statusCode).toBe(500);
    server.control({ outage: { status: 503, body: "empty" } });
    expect((await raw(server.url)).statusCode).toBe(503);
    server.control({ outage: { seconds: 0 } });
    expect((await raw(server.url)).statusCode).toBe(500);
    server.control({ outage: { mode: "reset" } });
    await expect(raw(server.url)).rejects.toThrow();
    server.control({ outage: null, faults: [] });
    expect((await raw(server.url)).statusCode).toBe(200);
  });
});

describe("a fault plan", () => {
  const plan = (rules: unknown, seed = 1, server: "r2" | "bot-api" = "bot-api") =>
    faultPlan(parseFaults(rules), server, seed);

  it("strikes the share of calls that probability says, the same ones for the same seed", () => {
    const rules = [{ server: "bot-api", match: { probability: 0.05 }, fault: { type: "post_then_drop" } }];
    const struck = (seed: number) => {
      const made = plan(rules, seed);
      return Array.from({ length: 10_000 }, () => (made.pick({ method: "sendPhoto" }, 0) ? 1 : 0));
    };
    const count = struck(1).reduce<number>((sum, hit) => sum + hit, 0);
    expect(count).toBeGreaterThan(400);
    expect(count).toBeLessThan(600);
    expect(struck(1)).toEqual(struck(1));
    expect(struck(1)).not.toEqual(struck(2));
  });

  it("strikes between from and until, by method, key and server", () => {
    const made = plan(
      [
        {
          server: "r2",
          match: { operation: "GetObject", key: "a/*", from: 100, until: 200 },
          fault: { type: "half_open" },
        },
        { server: "bot-api", fault: { type: "half_open" } },
      ],
      1,
      "r2",
    );
    const pick = (operation: string, key: string, at: number) =>
      made.pick({ method: "GET", operation, key }, at) !== undefined;
    expect([
      pick("GetObject", "a/1", 99),
      pick("GetObject", "a/1", 100),
      pick("GetObject", "a/1", 200),
    ]).toEqual([false, true, false]);
    expect([pick("GetObject", "b/1", 150), pick("HeadObject", "a/1", 150)]).toEqual([false, false]);
  });

  it("puts several rules together, the first of each sort winning", () => {
    const made = plan([
      { server: "bot-api", fault: { type: "latency", ms: 5 } },
      { server: "bot-api", fault: { type: "latency", ms: 9 } },
      { server: "bot-api", fault: { type: "flood", retry_after: 2 } },
    ]);
    expect(made.pick({ method: "getMe" }, 0)).toEqual({
      latencyMs: 5,
      flood: { retryAfter: 2, as400: false },
    });
  });

  it.each([
    [{ type: "latency", ms: 7 }, { latencyMs: 7 }],
    [{ type: "bandwidth", bytes_per_second: 9 }, { bytesPerSecond: 9 }],
    [{ type: "reset" }, { resetAfterBytes: 0 }],
    [{ type: "reset", when: "mid_body", after_bytes: 3 }, { resetAfterBytes: 3 }],
    [{ type: "half_open" }, { hang: true }],
    [{ type: "status", status: 503, body: "empty" }, { status: 503 }],
    [
      { type: "status", status: 503 },
      {
        status: 503,
        contentType: "application/xml",
        body: expect.stringContaining("<Code>ServiceUnavailable</Code>"),
      },
    ],
    [
      { type: "status", status: 502, body: "html" },
      { status: 502, contentType: "text/html", body: expect.stringContaining("502 Bad Gateway") },
    ],
  ])("is given to R2 as %j -> %j", (fault, given) => {
    const hook = r2FaultHook(plan([{ server: "r2", fault }], 1, "r2"), () => 0);
    const request = { method: "GET", operation: "GetObject", bucket: "media", key: "a", ordinal: 1 } as const;
    expect(hook(request)).toEqual(given);
    expect(r2FaultHook(plan([], 1, "r2"), () => 0)(request)).toBeUndefined();
  });
});

describe("a fault file", () => {
  it.each([
    ["text", "faults: "],
    [[{ server: "s3", fault: { type: "half_open" } }], "faults.0.server: "],
    [[{ server: "r2", fault: { type: "half_open", speed: 1 } }], "faults.0.fault.speed: "],
    [[{ server: "r2", fault: { type: "latency" } }], "faults.0.fault.ms: "],
    [
      [{ server: "r2", match: { probability: 2 }, fault: { type: "half_open" } }],
      "faults.0.match.probability: ",
    ],
    [
      [{ server: "r2", fault: { type: "post_then_drop" } }],
      "faults.0.fault.type: post_then_drop is a fault of bot-api only",
    ],
    [
      [{ server: "bot-api", match: { chat: -1 }, fault: { type: "close_idle" } }],
      "faults.0.match.chat: this fault strikes before",
    ],
  ])("that is wrong is refused by place: %j", (input, message) => {
    expect(() => parseFaults(input)).toThrow(message);
  });
});

describe("a post that comes late", () => {
  it("is there so much later, and its answer is lost at once", async () => {
    const server = await start({ timeScale: 100 });
    const late = {
      server: "bot-api",
      match: { method: "sendMessage" },
      fault: { type: "post_late", seconds: 20 },
    };
    server.control({ faults: [late] });
    const lost = call(server, "sendMessage", { chat_id: CHANNEL, text: "late" });
    await expect(lost).rejects.toThrow();
    server.control({ faults: [] });
    expect((await call(server, "sendMessage", { chat_id: CHANNEL, text: "next" })).ok).toBe(true);
    await expect.poll(() => server.truth().length, { timeout: 20_000 }).toBe(2);
    const posted = server.truth().find(({ parameters }) => parameters.text === "late");
    const [lostCall] = server.calls();
    expect((posted?.at ?? 0) - (lostCall?.started ?? 0)).toBeGreaterThanOrEqual(20_000);
    expect(lostCall).toMatchObject({ answered: null, code: null });
  });
});
