import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { AdminServer, AdminServerOptions } from "../../src/admin/server.ts";
import { retryLine } from "../../src/domain/advice.ts";
import { failure } from "../../src/domain/failure.ts";
import { Secret } from "../../src/domain/secret.ts";
import { item } from "../reporters/sample-events.ts";
import { ADMIN, AUTHORIZED, serve, TOKEN, worker } from "./worker.ts";

let open: AdminServer[] = [];
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()));
  open = [];
});

async function scene(more: Partial<AdminServerOptions> = {}) {
  const parts = worker();
  const server = await serve(parts, more);
  open.push(server);
  const call = async (
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = AUTHORIZED,
  ) => {
    const answer = await fetch(server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: text.startsWith("{") ? JSON.parse(text) : null,
    };
  };
  return { ...parts, server, call };
}

/** Enqueues with a body that comes in pieces, so that no length is told. */
function sendChunks(server: AdminServer, chunks: readonly string[]): Promise<Response> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  return fetch(`${server.url}${ADMIN}/enqueue`, {
    method: "POST",
    body,
    duplex: "half",
    headers: AUTHORIZED,
  });
}

const JSON_TYPE = { "content-type": "application/json" };

describe("the figures", () => {
  it("come in the very seven fields of the system before", async () => {
    const { call, events } = await scene();
    events.emit("started", { command: "worker", lanes: 1, concurrency: 5, ledger: "x" });
    events.emit("queued", { bytes: 1, depth: 7 });
    events.emit("active", { count: 3 });
    const { status, json } = await call("GET", `${ADMIN}/metrics`);
    expect([status, json]).toEqual([
      200,
      {
        ok: true,
        metrics: {
          queue_size: 7,
          processing_count: 3,
          active_workers: 3,
          max_concurrency: 5,
          max_queue_size: 500,
          utilization_pct: 60,
          worker_running: true,
        },
      },
    ]);
  });

  it("are 0 percent used while nothing was started", async () => {
    const { call } = await scene();
    expect((await call("GET", `${ADMIN}/metrics`)).json.metrics.utilization_pct).toBe(0);
  });
});

describe("control", () => {
  it("stops and starts the worker and tells whether it runs", async () => {
    const { call, view } = await scene();
    expect((await call("POST", `${ADMIN}/control`, '{"action":"stop"}')).json).toEqual({
      ok: true,
      worker_running: false,
    });
    expect(view.running).toBe(false);
    expect((await call("POST", `${ADMIN}/control`, '{"action":"start"}')).json).toEqual({
      ok: true,
      worker_running: true,
    });
  });

  it("reaches other workers of a fleet, one by its number or all, and only in a fleet", async () => {
    const { call, view } = await scene();
    const all = '{"action":"stop","worker":"all"}';
    expect((await call("POST", `${ADMIN}/control`, all)).json).toMatchObject({ error: "NO_FLEET" });
    const told: unknown[] = [];
    const tell = async (...words: unknown[]) => {
      told.push(words);
      return words[1] === 9 ? 0 : words[1] === 6 ? ("all_stopped" as const) : 2;
    };
    view.fleet = { id: 7, workers: async () => [], tell };
    expect((await call("POST", `${ADMIN}/control`, all)).json).toEqual({
      ok: true,
      worker_running: true,
      workers: 2,
    });
    expect((await call("POST", `${ADMIN}/control`, '{"action":"start","worker":8}')).status).toBe(200);
    expect((await call("POST", `${ADMIN}/control`, '{"action":"stop","worker":9}')).status).toBe(404);
    expect((await call("POST", `${ADMIN}/control`, '{"action":"stop","worker":"8"}')).status).toBe(400);
    const alone = await call("POST", `${ADMIN}/control`, '{"action":"start","worker":6}');
    expect([alone.status, alone.json]).toMatchObject([409, { error: "ALL_STOPPED" }]);
    await call("POST", `${ADMIN}/control`, '{"action":"stop"}');
    expect(told).toEqual([
      ["stop", "all"],
      ["start", 8],
      ["stop", 9],
      ["start", 6],
      ["stop", 7],
    ]);
    view.fleet = { id: 6, workers: async () => [], tell };
    const here = await call("POST", `${ADMIN}/control`, '{"action":"start"}');
    expect([here.status, view.running]).toEqual([409, false]);
  });

  it.each(['{"action":"restart"}', '{"action":["stop"]}', "{}", "[]", "null", '"stop"', "7"])(
    "refuses %s as an invalid action",
    async (body) => {
      const { call, view } = await scene();
      const { status, json } = await call("POST", `${ADMIN}/control`, body);
      const message = 'say {"action":"stop"} or {"action":"start"}';
      expect([status, json, view.running]).toEqual([
        400,
        { ok: false, error: "INVALID_ACTION", message },
        true,
      ]);
    },
  );
});

describe("enqueue", () => {
  it("takes one entry as well as an array of them", async () => {
    const { call, taken } = await scene();
    expect((await call("POST", `${ADMIN}/enqueue`, '{"key":"a.jpg"}')).json).toEqual({
      ok: true,
      accepted: 1,
      duplicates: 0,
    });
    expect(
      (await call("POST", `${ADMIN}/enqueue`, '[{"key":"b.jpg"},{"key":"ü 日.jpg"}]')).json.accepted,
    ).toBe(2);
    expect(taken).toEqual([{ key: "a.jpg" }, { key: "b.jpg" }, { key: "ü 日.jpg" }]);
  });

  it("names the bad entry", async () => {
    const { call } = await scene();
    const { status, json } = await call("POST", `${ADMIN}/enqueue`, '[{"key":"a.jpg"},5]');
    expect([status, json]).toEqual([
      400,
      { ok: false, error: "INVALID_ENTRY", message: "entry 2 has no key" },
    ]);
  });
});

describe("retry", () => {
  it("takes keys, or a state, and says what became of each", async () => {
    const { call, view, again } = await scene();
    const next = "nothing to do";
    view.retry = async (what) => {
      again.push(what);
      const passedOver = [{ key: "a", status: "ready", reason: "already_ready", next }];
      return { ok: true, accepted: 2, duplicates: 1, passedOver, notFound: ["c"] };
    };
    const answer = await call("POST", `${ADMIN}/retry`, '{"keys":["a","b","c"]}');
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        ok: true,
        accepted: 2,
        duplicates: 1,
        passed_over: [{ key: "a", status: "ready", reason: "already_ready", next }],
        not_found: ["c"],
      },
    ]);
    for (const status of ["unknown", "failed", "weak"])
      await call("POST", `${ADMIN}/retry`, JSON.stringify({ status }));
    expect(again).toEqual([
      { keys: ["a", "b", "c"] },
      { state: "unknown" },
      { state: "failed" },
      { state: "weak" },
    ]);
  });

  it("is narrowed to the one bot that is named, in a body or in the address", async () => {
    const { call, again } = await scene();
    await call("POST", `${ADMIN}/retry`, '{"keys":["a"],"bot":"news"}');
    await call("POST", `${ADMIN}/retry?status=failed&bot=news`);
    expect(again).toEqual([
      { keys: ["a"], bot: "news" },
      { state: "failed", bot: "news" },
    ]);
  });

  it("says of a bot that is not there which ones are", async () => {
    const { call, view } = await scene();
    view.retry = async () => ({ ok: false, problem: 'no bot "nobody" in this worker (its bots: news)' });
    const { status, json } = await call("POST", `${ADMIN}/retry`, '{"keys":["a"],"bot":"nobody"}');
    expect([status, json.error, json.message]).toEqual([
      400,
      "INVALID_RETRY",
      'no bot "nobody" in this worker (its bots: news)',
    ]);
  });

  it.each(["", "?statuss=unknown", "?status=unknown&x=1", "?status=unknown&status=failed", "?bot=news"])(
    "refuses a request without a body at the address %j, with the forms there are",
    async (query) => {
      const { call, again } = await scene();
      const { status, json } = await call("POST", `${ADMIN}/retry${query}`);
      expect([status, json.error, again]).toEqual([400, "INVALID_RETRY", []]);
      expect(json.message).toMatch(/^say .*"keys".*"status":"unknown".*"bot"/);
    },
  );

  it.each([
    ["retry", /"keys".*"status":"unknown"/],
    ["enqueue", /\{"key":/],
    ["control", /\{"action":"stop"\}/],
  ])("shows the right form to broken JSON (%s)", async (route, form) => {
    const { call } = await scene();
    const { status, json } = await call("POST", `${ADMIN}/${route}`, "status=unknown");
    expect([status, json.error]).toEqual([400, "INVALID_JSON"]);
    expect(json.message).toMatch(form);
  });

  it.each([
    "{}",
    "[]",
    "null",
    '"unknown"',
    '{"status":"ready"}',
    '{"status":["unknown"]}',
    '{"keys":[]}',
    '{"keys":"a"}',
    '{"keys":["a",7]}',
    '{"keys":[""]}',
    '{"keys":["a"],"status":"unknown"}',
    '{"key":"a"}',
    '{"status":"unknown","x":1}',
    '{"status":"failed","prefix":"covers/"}',
    '{"keys":["a"],"bots":["news"]}',
    '{"keys":["a"],"bot":["news"]}',
    '{"keys":["a"],"bot":null}',
  ])("refuses %s in one line that says the forms there are", async (body) => {
    const { call, again } = await scene();
    const { status, json } = await call("POST", `${ADMIN}/retry`, body);
    expect([status, json.error, again]).toEqual([400, "INVALID_RETRY", []]);
    expect(json.message).toMatch(/^say .*"keys".*"status":"unknown".*$/);
  });

  it("takes the state out of the address, where there is no body", async () => {
    const { call, again } = await scene();
    expect((await call("POST", `${ADMIN}/retry?status=unknown`)).json.accepted).toBe(1);
    const wrong = [
      await call("POST", `${ADMIN}/retry?status=ready`),
      await call("POST", `${ADMIN}/retry?status=unknown`, '{"status":"failed"}'),
    ];
    expect(wrong.map(({ status, json }) => [status, json.error])).toEqual([
      [400, "INVALID_RETRY"],
      [400, "INVALID_RETRY"],
    ]);
    expect(again).toEqual([{ state: "unknown" }]);
  });

  it.each([null, new Secret(TOKEN)])(
    "is asked for by the very line that is printed (token: %s)",
    async (token) => {
      const { server, again } = await scene({ token });
      const line = retryLine(server, "unknown");
      const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -sS`], {
        env: { ...process.env, ADMIN_API_TOKEN: TOKEN },
      });
      expect([JSON.parse(stdout).ok, again]).toEqual([true, [{ state: "unknown" }]]);
      expect(line).not.toContain(TOKEN);
    },
  );

  it.each([
    ["retry", '{"status":"unknown"}'],
    ["enqueue", '{"key":"a.jpg"}'],
  ])("says of a worker that ends that another is to be asked (%s)", async (route, body) => {
    const { call, view } = await scene();
    const problem = "this worker is ending; ask the next one";
    view.retry = async () => ({ ok: false, problem, ending: true });
    view.enqueue = async () => ({ ok: false, problem, ending: true });
    const { status, json } = await call("POST", `${ADMIN}/${route}`, body);
    expect([status, json]).toEqual([503, { ok: false, error: "STOPPING", message: problem }]);
  });
});

describe("bad requests", () => {
  it.each(["", "{", '{"action":', "action=stop", "\u0000"])(
    "answers 400 to the broken JSON %j",
    async (body) => {
      const { call } = await scene();
      const { status, json } = await call("POST", `${ADMIN}/control`, body);
      expect([status, json.error]).toEqual([400, "INVALID_JSON"]);
    },
  );

  it("answers 413 to a body above 1 MiB and goes on working", async () => {
    const { call, taken } = await scene();
    const large = JSON.stringify({ key: "a".repeat(1024 * 1024) });
    const { status, json } = await call("POST", `${ADMIN}/enqueue`, large);
    expect([status, json.error, taken]).toEqual([413, "BODY_TOO_LARGE", []]);
    expect((await call("GET", `${ADMIN}/metrics`)).status).toBe(200);
  });

  it("answers 413 to a body above 1 MiB that does not tell its length", async () => {
    const { server, taken } = await scene();
    const answer = await sendChunks(server, Array(20).fill(" ".repeat(64 * 1024)));
    expect([answer.status, await answer.json(), taken]).toEqual([
      413,
      { ok: false, error: "BODY_TOO_LARGE", message: expect.stringContaining("1 MiB") },
      [],
    ]);
  });

  it("takes a body that does not tell its length", async () => {
    const { server, taken } = await scene();
    const answer = await sendChunks(server, ['{"key":', '"ü.jpg"}']);
    expect([answer.status, taken]).toEqual([200, [{ key: "ü.jpg" }]]);
  });

  it.each([
    ["POST", `${ADMIN}/metrics`, "GET, HEAD"],
    ["DELETE", `${ADMIN}/metrics`, "GET, HEAD"],
    ["GET", `${ADMIN}/control`, "POST"],
    ["PUT", `${ADMIN}/enqueue`, "POST"],
    ["GET", `${ADMIN}/retry`, "POST"],
    ["POST", "/healthz", "GET, HEAD"],
    ["POST", "/", "GET, HEAD"],
    ["POST", "/metrics", "GET, HEAD"],
  ])("answers 405 to %s %s and names what is allowed", async (method, path, allow) => {
    const { call } = await scene();
    const { status, json, headers } = await call(method, path);
    expect([status, json.error, headers.get("allow")]).toEqual([405, "METHOD_NOT_ALLOWED", allow]);
  });

  it.each(["/api", `${ADMIN}/metrics/x`, "/favicon.ico", "/%00", "/..%2fetc/passwd"])(
    "answers 404 to %s",
    async (path) => {
      const { call } = await scene();
      const { status, json } = await call("GET", path);
      expect([status, json]).toEqual([404, { ok: false, error: "NOT_FOUND" }]);
    },
  );

  it("answers 500 without details when a part throws, tells the worker, and goes on", async () => {
    const seen: unknown[] = [];
    const { call, view } = await scene({ onError: (error) => seen.push(error) });
    const broken = new Error("secret detail");
    view.enqueue = () => Promise.reject(broken);
    const { status, text } = await call("POST", `${ADMIN}/enqueue`, '{"key":"a"}');
    expect([status, text, seen]).toEqual([500, '{"ok":false,"error":"INTERNAL"}', [broken]]);
    expect((await call("GET", "/healthz")).status).toBe(200);
  });
});

describe("the token", () => {
  const guarded = [
    `${ADMIN}/metrics`,
    `${ADMIN}/status`,
    `${ADMIN}/control`,
    `${ADMIN}/enqueue`,
    `${ADMIN}/retry`,
    "/metrics",
    "/api/none",
  ];

  it.each(guarded)("is asked for at %s", async (path) => {
    const { call } = await scene();
    for (const authorization of ["", `Basic ${TOKEN}`, "Bearer wrong", `Bearer ${TOKEN}x`, TOKEN]) {
      const { status, text, headers } = await call("GET", path, undefined, { authorization });
      expect([status, text]).toEqual([401, '{"ok":false,"error":"UNAUTHORIZED"}']);
      expect(headers.get("www-authenticate")).toContain("Bearer");
    }
  });

  it.each(["Bearer", "Bearer ", "Bearer $ADMIN_API_TOKEN", "Bearer %ADMIN_API_TOKEN%"])(
    "is named with its place to a shell that lacks the variable (%s), on this machine alone",
    async (authorization) => {
      const told = async (host: string) => {
        const { server } = await scene({ host, tokenSource: ".env ADMIN_API_TOKEN" });
        const answer = await fetch(`${server.url}${ADMIN}/metrics`, { headers: { authorization } });
        return [answer.status, await answer.text()];
      };
      const [status, text] = await told("127.0.0.1");
      expect([status, text]).toEqual([
        401,
        expect.stringMatching(/"UNAUTHORIZED".*from: \.env ADMIN_API_TOKEN/),
      ]);
      expect(text).not.toContain(TOKEN);
      expect((await told("0.0.0.0"))[1]).not.toContain(".env");
    },
  );

  it("may have any letters, and the scheme any case", async () => {
    const { call } = await scene({ token: new Secret("sésame 日") });
    const bytes = Buffer.from("sésame 日", "utf8").toString("latin1");
    expect(
      (await call("GET", `${ADMIN}/metrics`, undefined, { authorization: `bearer ${bytes}` })).status,
    ).toBe(200);
  });

  it("is in no answer", async () => {
    const { call } = await scene();
    const answers = await Promise.all([
      ...guarded.map((path) => call("GET", path)),
      call("GET", "/"),
      call("GET", "/healthz"),
      call("POST", `${ADMIN}/control`, `{"action":"${TOKEN.slice(0, 3)}"}`),
    ]);
    for (const { text, headers } of answers) expect(text + JSON.stringify([...headers])).not.toContain(TOKEN);
  });

  it("is not asked for at the page and at /healthz", async () => {
    const { call } = await scene();
    expect([
      (await call("GET", "/", undefined, {})).status,
      (await call("GET", "/healthz", undefined, {})).status,
    ]).toEqual([200, 200]);
  });
});

describe("without a token", () => {
  const bare = { token: null };

  it.each([null, new Secret(""), new Secret("  ")])("serves loopback (%s)", async (token) => {
    const { call } = await scene({ token });
    expect((await call("GET", `${ADMIN}/metrics`, undefined, {})).status).toBe(200);
  });

  it("takes JSON from tools and from its own page", async () => {
    const { call, server } = await scene(bare);
    const body = '{"action":"stop"}';
    expect((await call("POST", `${ADMIN}/control`, body, JSON_TYPE)).status).toBe(200);
    expect((await call("POST", `${ADMIN}/control`, body, { ...JSON_TYPE, origin: server.url })).status).toBe(
      200,
    );
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain; application/json",
    "",
  ])("refuses a POST of type %j, which any web page could send", async (type) => {
    const { call, view } = await scene(bare);
    const { status, json } = await call("POST", `${ADMIN}/control`, '{"action":"stop"}', {
      "content-type": type,
    });
    expect([status, json.error, view.running]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE", true]);
  });

  it.each(["https://evil.example", "http://127.0.0.1:1", "null"])("refuses the origin %s", async (origin) => {
    const { call, view } = await scene(bare);
    const { status, json } = await call("POST", `${ADMIN}/control`, '{"action":"stop"}', {
      ...JSON_TYPE,
      origin,
    });
    expect([status, json.error, view.running]).toEqual([403, "FORBIDDEN_ORIGIN", true]);
  });

  it("never allows another origin by CORS", async () => {
    const { call } = await scene(bare);
    const { status, headers } = await call("OPTIONS", `${ADMIN}/control`, undefined, {
      origin: "https://evil.example",
      "access-control-request-method": "POST",
    });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });
});

describe("health", () => {
  it("is ok, then degraded with 200, then stopping with 503, and tells nothing else", async () => {
    const { call, view } = await scene();
    expect((await call("GET", "/healthz", undefined, {})).text).toBe('{"ok":true,"status":"ok"}');
    view.troubles = [{ part: "r2", failure: failure("r2_unavailable", "R2 answers 503"), since: 1 }];
    expect((await call("GET", "/healthz", undefined, {})).text).toBe('{"ok":true,"status":"degraded"}');
    view.stopping = true;
    const { status, text } = await call("GET", "/healthz", undefined, {});
    expect([status, text]).toEqual([503, '{"ok":false,"status":"stopping"}']);
  });
});

describe("the status", () => {
  it("holds everything the page shows, with the way out of each trouble", async () => {
    const { call, view, events, clock } = await scene();
    events.emit("item", item());
    events.emit("lane", {
      bot: "default",
      chat: "-1001",
      title: "Warmup",
      perMinute: 20,
      sent: 1,
      frozenUntil: clock.now() + 30_000,
      closed: failure("bot_kicked", "bot was kicked from the channel"),
    });
    view.troubles = [{ part: "r2", failure: failure("r2_unavailable", "R2 answers 503"), since: 5 }];
    const { json } = await call("GET", `${ADMIN}/status`);
    expect(json).toMatchObject({
      ok: true,
      version: "1.2.3",
      state: "degraded",
      counts: { ready: 1 },
    });
    expect(json.troubles).toEqual([
      {
        part: "r2",
        since: 5,
        reason: "r2_unavailable",
        message: "R2 answers 503",
        next: expect.stringContaining("the worker tries again by itself"),
        also: [],
      },
    ]);
    expect(json.lanes).toEqual([
      {
        bot: "default",
        chat: "-1001",
        title: "Warmup",
        per_minute: 20,
        sent: 1,
        frozen_ms: 30_000,
        packs: null,
        closed: {
          reason: "bot_kicked",
          message: "bot was kicked from the channel",
          next: expect.stringContaining("administrator"),
        },
      },
    ]);
    expect(json.minutes).toHaveLength(60);
  });

  it("tells of a bot whose lanes wait also why others of it are closed, each once", async () => {
    const { call, view, events, bad } = await scene();
    const lane = { bot: "default", title: "", perMinute: 20, sent: 1, frozenUntil: 0 };
    const gone = failure("chat_gone", "the chat was deleted");
    events.emit("lane", { ...lane, chat: "-1", closed: null });
    events.emit("lane", { ...lane, chat: "-2", closed: gone });
    events.emit("lane", { ...lane, chat: "-3", closed: gone });
    events.emit("lane", { ...lane, bot: "two", chat: "-4", closed: failure("bot_kicked", "kicked") });
    view.troubles = [{ part: "bot:default", failure: failure("flood_wait", "all frozen"), since: 5 }];
    Object.assign(bad, { failed: 2, unknown: 1 });
    const { json } = await call("GET", `${ADMIN}/status`);
    expect(json.troubles[0].also).toEqual([
      {
        reason: "chat_gone",
        message: "the chat was deleted",
        next: expect.stringContaining("make a new warmup chat"),
      },
    ]);
    expect(json.ledger).toEqual({ failed: 2, unknown: 1 });
  });
});
