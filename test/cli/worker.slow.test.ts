import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { CHAT, OTHER_CHAT, OTHER_TOKEN, openWorld, type World } from "../helpers/world.ts";
import { API, startWorker, untilAnswers } from "./started-worker.ts";

describe("prewarm worker", () => {
  it("warms what is there, answers the old curl with the very fields, and ends 143 on SIGTERM", async () => {
    const world = await openWorld();
    world.putMany(12);
    const worker = await startWorker(world, { env: { ADMIN_API_TOKEN: "admin-secret" } });
    await world.until(() => world.posts().length === 12, "all were posted");
    const headers = { authorization: "Bearer admin-secret" };
    const answer = await worker.get(`${API}/metrics`, { headers });
    const { ok, metrics } = (await answer.json()) as { ok: boolean; metrics: Record<string, unknown> };
    expect([answer.status, ok]).toEqual([200, true]);
    expect(metrics).toMatchObject({ max_concurrency: 5, max_queue_size: 500, worker_running: true });
    expect(Object.keys(metrics)).toEqual([
      ...["queue_size", "processing_count", "active_workers", "max_concurrency"],
      ...["max_queue_size", "utilization_pct", "worker_running"],
    ]);
    const refused = await worker.get(`${API}/metrics`, { headers: { authorization: "Bearer wrong" } });
    expect([refused.status, await refused.json()]).toEqual([401, { ok: false, error: "UNAUTHORIZED" }]);
    const ended = await worker.stop();
    expect(ended.code).toBe(143);
    expect(ended.stderr).toContain(
      "[MEDIA][PREWARM][WORKER][START] { interval_ms: 2000, concurrency: 5, max_queue_size: 500 }",
    );
    for (const prefix of ["[START]", "[OK]", "[BATCH][DONE]", "[WORKER][STOP]"])
      expect(ended.stderr).toContain(`[MEDIA][PREWARM]${prefix}`);
    expect(ended.stderr).not.toContain("admin-secret");
    expect(world.rows("select 1 from media_cache where status = 'ready'")).toHaveLength(12);
  });

  it("finds a new and a changed object at the next listing, and sends nothing twice", async () => {
    const world = await openWorld();
    world.putMany(3);
    const worker = await startWorker(world, { args: ["--list-interval", "300ms"] });
    await world.until(() => world.posts().length === 3, "the first were posted");
    world.put("new.txt", "new");
    await world.until(() => world.postedKeys().includes("new.txt"), "the new one was posted");
    world.put("doc/0000.bin", "other content");
    await world.until(() => world.posts().length === 5, "the changed one was posted");
    await worker.stop();
    expect(world.posts()).toHaveLength(5);
  });

  it("takes an entry by the admin API, and none of it twice", async () => {
    const world = await openWorld();
    const worker = await startWorker(world);
    world.put("a.txt", "a");
    world.put("b.txt", "b");
    const first = await worker.post(`${API}/enqueue`, [{ key: "a.txt" }, { key: "b.txt", priority: 5 }]);
    expect(await first.json()).toEqual({ ok: true, accepted: 2, duplicates: 0 });
    await world.until(() => world.posts().length === 2, "both were posted");
    await world.until(() => world.rows("select 1 from prewarm_queue").length === 0, "nothing waits");
    const again = await worker.post(`${API}/enqueue`, { key: "a.txt" });
    expect(again.status).toBe(200);
    await world.until(() => world.rows("select 1 from prewarm_queue").length === 0, "nothing waits again");
    await worker.stop();
    expect(world.posts()).toHaveLength(2);
  });

  it("refuses a bad entry as a whole, with its place and what is wrong", async () => {
    const world = await openWorld();
    const worker = await startWorker(world);
    const bad = await worker.post(`${API}/enqueue`, [{ key: "a.txt" }, { key: "b.txt", width: -1 }]);
    expect(bad.status).toBe(400);
    const { error, message } = (await bad.json()) as Record<string, string>;
    expect(error).toBe("INVALID_ENTRY");
    expect(message).toMatch(/entry 2: width must be/);
    const stranger = await worker.post(`${API}/enqueue`, { key: "a.txt", bot: "nobody" });
    expect([stranger.status, ((await stranger.json()) as Record<string, string>).message]).toEqual([
      400,
      'a.txt: no bot "nobody" in this worker (its bots: default)',
    ]);
    expect(world.rows("select 1 from prewarm_queue")).toEqual([]);
    await worker.stop();
  });

  it("keeps what it accepted across kill -9", async () => {
    const world = await openWorld();
    world.putMany(20);
    const env = { PREWARM_PACE: "60/min" };
    const worker = await startWorker(world, { args: ["--prefix", "none/"], env });
    const entries = Array.from({ length: 20 }, (_, i) => ({ key: `doc/${String(i).padStart(4, "0")}.bin` }));
    await worker.post(`${API}/enqueue`, entries);
    await world.until(() => world.posts().length >= 1, "one was posted");
    worker.signal("SIGKILL");
    await worker.ended;
    const next = await startWorker(world, { args: ["--prefix", "none/"] });
    const done = () =>
      world.rows("select 1 from media_cache where status in ('ready', 'unknown')").length === 20 &&
      world.rows("select 1 from prewarm_queue").length === 0;
    await world.until(done, "all have ended");
    await next.stop();
    expect(new Set(world.postedKeys()).size).toBe(world.posts().length);
  });

  it("stops and starts by its admin API without losing a place", async () => {
    const world = await openWorld();
    const worker = await startWorker(world);
    const stopped = await worker.post(`${API}/control`, { action: "stop" });
    expect(await stopped.json()).toEqual({ ok: true, worker_running: false });
    world.put("a.txt", "a");
    await worker.post(`${API}/enqueue`, { key: "a.txt" });
    await untilAnswers(worker, `${API}/metrics`, (body) => body.includes('"queue_size":1'));
    expect(world.posts()).toEqual([]);
    const wrong = await worker.post(`${API}/control`, { action: "restart" });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ ok: false, error: "INVALID_ACTION" });
    const started = await worker.post(`${API}/control`, { action: "start" });
    expect(await started.json()).toEqual({ ok: true, worker_running: true });
    await world.until(() => world.posts().length === 1, "it was posted");
    const ended = await worker.stop();
    expect(ended.stderr.match(/\[WORKER\]\[STOP\]/g)).toHaveLength(2);
  });

  it("warms rows that others put into warming, and gives up on one whose object is gone", async () => {
    const world = await openWorld();
    world.put("row.txt", "row");
    const worker = await startWorker(world, { args: ["--prefix", "none/", "--interval-ms", "50"] });
    await untilAnswers(worker, "/healthz", (_, status) => status === 200);
    await world.until(() => worker.heard().includes("[WORKER][START]"), "it works");
    insertRow(world, "row.txt", createHash("sha256").update("row").digest("hex"));
    insertRow(world, "gone.txt", "f".repeat(64));
    await world.until(() => world.postedKeys().includes("row.txt"), "the row was posted");
    const states = "select status from media_cache order by sha256 desc";
    await world.until(() => world.rows(states)[0]?.status === "error", "the other one failed");
    await world.until(
      () => world.rows("select 1 from media_cache where status = 'ready'").length === 1,
      "it is ready",
    );
    await worker.stop();
    expect(world.posts()).toHaveLength(1);
  });

  it("watches a manifest", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.file("list.jsonl", '{"key":"doc/0000.bin"}\n');
    const worker = await startWorker(world, { args: ["--manifest", "list.jsonl"] });
    await world.until(() => world.posts().length === 1, "the first was posted");
    world.file("list.jsonl", '{"key":"doc/0000.bin"}\n{"key":"doc/0002.bin"}\nbroken\n');
    await world.until(() => world.posts().length === 2, "the second was posted");
    await world.until(() => worker.heard().includes("list.jsonl:3"), "the broken line was told");
    await worker.stop();
    expect(world.postedKeys()).toEqual(["doc/0000.bin", "doc/0002.bin"]);
  });

  it("reads an object once for two bots", async () => {
    const world = await openWorld();
    world.put("once.bin", Buffer.alloc(50_000, 7));
    world.file(
      "prewarm.config.json",
      JSON.stringify({
        bots: [{ slug: "other", token_env: "OTHER_BOT_TOKEN", warmup_chats: [String(OTHER_CHAT)] }],
      }),
    );
    let reads = 0;
    world.faults = (request) => {
      if (request.method === "GET" && request.key !== null) reads += 1;
      return undefined;
    };
    const worker = await startWorker(world, {
      args: ["--transfer", "upload"],
      env: { OTHER_BOT_TOKEN: OTHER_TOKEN, WARMUP_CHAT_ID: String(CHAT) },
    });
    await world.until(() => world.posts().length === 2, "both bots have it");
    const { body } = { body: await (await worker.get("/metrics")).text() };
    await worker.stop();
    expect(reads).toBe(1);
    expect(body).toMatch(/prewarm_cache_hits_total 1/);
  });
});

describe("a worker that cannot begin", () => {
  it("says in one line that the port is taken, and ends 2", async () => {
    const world = await openWorld();
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const ended = await world.ask(["worker", "--port", String(port)]);
    other.close();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`prewarm: port ${port} on 127.0.0.1 is taken`));
  });

  it("refuses to listen to others without a token", async () => {
    const world = await openWorld();
    const ended = await world.ask(["worker", "--port", "0", "--host", "0.0.0.0"]);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining("ADMIN_API_TOKEN")]);
  });

  it("ends 4 at once for a wrong token, and remembers nothing", async () => {
    const world = await openWorld();
    const ended = await world.ask(["worker", "--port", "0"], {
      env: { TELEGRAM_BOT_TOKEN: "7000009:AAHnobodys" },
    });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/error \[MEDIA\]\[PREWARM\]\[WORKER\]\[STOP\].*401.*next: '.*BotFather/);
    expect(world.rows("select 1 from prewarm_identity where key like 'bot%'")).toEqual([]);
  });

  it("is refused while another worker has the ledger, and so is a run", async () => {
    const world = await openWorld();
    const worker = await startWorker(world);
    for (const args of [["worker", "--port", "0"], ["run"]]) {
      const ended = await world.ask(args);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`is held by \`prewarm worker\` (pid ${worker.pid}`);
    }
    expect((await worker.stop()).code).toBe(143);
  });
});

describe("troubles outside", () => {
  it("a bucket that is away is degraded, not dead; all is warmed when it is back", async () => {
    const world = await openWorld();
    let away = false;
    world.faults = () => (away ? { status: 503 } : undefined);
    const worker = await startWorker(world, {
      args: ["--list-interval", "2s"],
      env: { PREWARM_TIME_SCALE: "10" },
    });
    await untilAnswers(worker, "/healthz", (body) => body.includes("ok"));
    away = true;
    world.putMany(10);
    await untilAnswers(worker, "/healthz", (body) => body.includes("degraded"));
    away = false;
    await world.until(() => world.posts().length === 10, "all were posted");
    await untilAnswers(worker, "/healthz", (body) => !body.includes("degraded"));
    const ended = await worker.stop();
    expect(ended.stderr).toMatch(/\[HEALTH\]\[DOWN\].*r2/);
    expect(ended.stderr).toMatch(/\[HEALTH\]\[UP\].*r2/);
  });

  it("an outage that answers 5xx leaves a handful of unknown rows, not a bucket of them", async () => {
    const world = await openWorld();
    const worker = await startWorker(world, {
      env: { PREWARM_TIME_SCALE: "10" },
      args: ["--list-interval", "2s"],
    });
    await untilAnswers(worker, "/healthz", (body) => body.includes("ok"));
    world.botApi.control({ outage: { mode: "status", status: 502, body: "html" } });
    world.putMany(60);
    await untilAnswers(worker, "/healthz", (body) => body.includes("degraded"));
    world.botApi.control({ outage: null });
    const ready = () => world.rows("select 1 from media_cache where status = 'ready'").length;
    const unknown = () => world.rows("select 1 from media_cache where status = 'unknown'").length;
    await world.until(() => ready() + unknown() === 60, "all have ended");
    await worker.stop();
    expect(unknown()).toBeLessThanOrEqual(12);
  });

  it("a bot that was removed from its chat goes on once it is added again", async () => {
    const world = await openWorld();
    world.putMany(2);
    const worker = await startWorker(world, { env: { PREWARM_TIME_SCALE: "100" } });
    await world.until(() => world.posts().length === 2, "the first were posted");
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    world.put("later.txt", "later");
    await worker.post(`${API}/enqueue`, { key: "later.txt" });
    await untilAnswers(worker, "/healthz", (body) => body.includes("degraded"));
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    await world.until(() => world.posts().length === 3, "the later one was posted");
    const ended = await worker.stop();
    expect(ended.code).toBe(143);
  });
});

function insertRow(world: World, key: string, sha256: string): void {
  world.edit(
    `insert into media_store (bot_slug, kind, r2_key, sha256) values ('default', 'document', '${key}', '${sha256}');
     insert into media_cache (bot_slug, sha256, kind, status) values ('default', '${sha256}', 'document', 'warming')`,
  );
}
