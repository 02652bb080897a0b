import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { SCHEMA_VERSION } from "../../src/ledgers/sql/schema.ts";
import type { StatusDocument } from "../../src/reporters/status/document.ts";
import { BIN, type Ended } from "../helpers/child.ts";
import { CHAT, openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";

const SCHEMA = new URL("../../fixtures/schemas/status.schema.json", import.meta.url);
const published = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));

/** `prewarm status` with nothing of the environment: no credentials, no bucket, no chat. */
function status(world: World, ...args: string[]): Promise<Ended> {
  return world.ask(["status", ...args], { env: world.onlyLedger() });
}

/** The document, which is as the published schema says. */
async function documentOf(world: World, ...args: string[]): Promise<StatusDocument> {
  const ended = await status(world, "--json", ...args);
  expect([ended.code, ended.stderr.trim().split("\n").length]).toEqual([0, 1]);
  const document = JSON.parse(ended.stdout);
  published(document);
  expect(published.errors ?? []).toEqual([]);
  return document;
}

describe("lanes in prewarm status", () => {
  const lanes = async (world: World) =>
    (await documentOf(world)).lanes.map(({ chat_id, out, in_use }) => [chat_id, out?.reason ?? null, in_use]);

  it("that are out are shown so, with the way out, and are not what the backlog waits for", async () => {
    const world = await openWorld();
    world.putMany(3);
    const env = { WARMUP_CHAT_ID: `${CHAT},-1002` };
    expect((await world.run([], { env })).code).toBe(0);
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    world.put("late.txt", "late");
    await world.run([], { env });
    expect(await lanes(world)).toEqual([
      ["-1001", "bot_kicked", true],
      ["-1002", null, true],
    ]);
    world.edit("update media_cache set status = 'warming', tg_file_id = null");
    const said = (await status(world)).stdout;
    expect(said).toMatch(/default x -1001 .*out: bot_kicked/);
    expect(said).toMatch(/Out +default x -1001: [\s\S]*add the bot to the chat as an administrator/);
    expect(said).toMatch(/over\s+1 lane\b/);
  });

  it("that are all out leave nothing to run before the way out of them", async () => {
    const world = await openWorld();
    world.putMany(2);
    await world.run([]);
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    world.put("late.txt", "late");
    expect((await world.run([])).code).toBe(4);
    world.edit("update media_cache set status = 'warming', tg_file_id = null");
    expect((await documentOf(world)).next).toBe(
      "add the bot to the chat as an administrator who may post, then run again",
    );
    world.edit(
      "update media_cache set status = 'error', error_class = 'media', error_reason = 'file_too_big'",
    );
    expect((await documentOf(world)).next).toMatch(/^add the bot to the chat/);
  });

  it("of chats that nobody configures any more are told from those in use", async () => {
    const world = await openWorld();
    world.putMany(2);
    await world.run([], { env: { WARMUP_CHAT_ID: `${CHAT},-1002` } });
    world.put("late.txt", "late");
    await world.run([], { env: { WARMUP_CHAT_ID: "-1002" } });
    expect(await lanes(world)).toEqual([
      ["-1001", null, false],
      ["-1002", null, true],
    ]);
    expect((await status(world)).stdout).toMatch(/default x -1001 .*not configured any more/);
  });
});

describe("prewarm status", () => {
  it("shows an empty ledger, without credentials, and asks nobody anything", async () => {
    const world = await openWorld();
    await world.run([]);
    const asked = [world.r2.requests().length, world.botApi.calls().length];
    const { rows, bots, objects, backlog, holder, next, ledger } = await documentOf(world);
    expect(rows).toEqual({ ready: 0, weak: 0, warming: 0, failed: 0, unknown: 0 });
    expect({ bots, objects, holder, next }).toEqual({ bots: [], objects: 0, holder: null, next: null });
    expect(backlog).toMatchObject({ total: 0, eta_seconds: 0, oldest_since: null });
    expect(ledger).toMatchObject({ place: world.place, schema_version: SCHEMA_VERSION, sandbox: false });
    expect(ledger.bucket).toEqual({ name: "media", endpoint: world.r2.url });
    expect(ledger.bots).toMatchObject([{ slug: "default", id: "7000001" }]);
    expect([world.r2.requests().length, world.botApi.calls().length]).toEqual(asked);
  });

  it("finds the ledger of the sandbox where there is no other, and names it", async () => {
    const world = await openWorld();
    await world.run([]);
    renameSync(join(world.dir, "prewarm.db"), join(world.dir, "prewarm-sandbox.db"));
    expect((await documentOf(world)).ledger.place).toBe("prewarm-sandbox.db");
    await world.run([]);
    expect((await documentOf(world)).ledger.place).toBe("prewarm.db");
    expect((await documentOf(world, "--sandbox")).ledger.place).toBe("prewarm-sandbox.db");
  });

  it("counts what a run left, names what failed with the way out, and says what to run next", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.put("huge.mp4", { bytes: 60_000_000 });
    expect((await world.run([])).code).toBe(3);
    const document = await documentOf(world);
    expect(document.bots).toEqual([{ bot: "default", ready: 3, weak: 0, warming: 0, failed: 1, unknown: 0 }]);
    expect(document.troubles).toMatchObject([
      { status: "failed", reason: "file_too_big", class: "media", count: 1, key: "huge.mp4" },
    ]);
    expect(document.last_24h).toMatchObject({ ready: 3, failed: 1, unknown: 0 });
    expect(document.last_24h.per_hour.at(-1)).toMatchObject({ ready: 3, failed: 1 });
    expect(document.lanes).toMatchObject([{ bot: "default", chat_id: String(CHAT), frozen_until: null }]);
    world.edit(
      "update media_cache set status = 'error', error_class = 'media', error_reason = 'file_too_big'",
    );
    expect((await status(world)).stdout).toMatch(/\nKeys +ten of each reason: `prewarm status --json`\n/);
  });

  it("shows what is proved of packs, since when, and what is too old to be believed", async () => {
    const world = await openWorld();
    for (let nth = 0; nth < 3; nth++) world.put(`${nth}.png`, png(40 + nth, 30), "image/png");
    await world.run(["--pack", "20"]);
    world.edit("insert into prewarm_proofs values ('default', '-1001', 'quota', 'messages', '{}', 1)");
    const proof = { bot: "default", scope: "*", what: "ids:photo", result: "ordinary", believed: true };
    expect((await documentOf(world)).proofs).toMatchObject([
      { scope: "-1001", what: "quota", at: "1970-01-01T00:00:00Z", believed: false },
      proof,
    ]);
    expect((await status(world)).stdout).toMatch(
      /\nProved +packs of default: quota in -1001 messages \(.* ago, too long to be\s+believed\);\s+ids:photo ordinary \(/,
    );
  });

  it("says what is left to do in a sentence where no command helps", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.put("huge.mp4", { bytes: 60_000_000 });
    await world.run([]);
    const { stdout } = await status(world);
    expect(stdout).toContain("| default |     3 |    0 |       0 |      1 |       0 |");
    expect(stdout).toMatch(/\| failed +\| +1 \| e\.g\. huge\.mp4 +\|\n\| file_too_big +\| +\| use a Bot API/);
    expect(stdout).toMatch(
      /\nNext: use a Bot API server of your own [\s\S]*`--exclude KEY`, and the run ends 0\n$/,
    );
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("looks at a run that is held by a frozen chat: who writes, what is under way, until when", async () => {
    const world = await openWorld();
    world.putMany(5);
    world.botApi.control({ frozen: { chat: CHAT, seconds: 300 } });
    const running = world.start(["run"]);
    await world.until(() => world.botApi.calls().some(({ code }) => code === 429), "Telegram refuses");
    await world.until(() => world.rows("select 1 from prewarm_lanes").length > 0, "the freeze is kept");
    const { holder, lanes, next, under_way, backlog } = await documentOf(world);
    expect(holder).toMatchObject({ command: "prewarm run", pid: running.pid, admin: null });
    // The run hears of its wait after the server told it: it lasts no less, and not longer than from now on.
    const until = Date.parse(lanes[0]?.frozen_until ?? "") / 1000;
    const refused = world.botApi.calls().find(({ code }) => code === 429);
    const told = Math.floor((refused?.answered_unix ?? Number.NaN) / 1000) + (refused?.retry_after ?? 0);
    expect(until).toBeGreaterThanOrEqual(told);
    expect(until).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 300);
    expect(lanes[0]?.frozen_seconds).toBeLessThanOrEqual(300);
    expect(next).toBeNull();
    // What was refused waits for its next try.
    expect(under_way.count + backlog.warming).toBeGreaterThan(0);
    expect(under_way.abandoned).toBe(false);
    const { stdout } = await status(world);
    expect(stdout).toMatch(/Writer +`prewarm run` for .*, pid \d+ on /);
    expect(stdout).toMatch(/default x -1001 +\|.*\| frozen \d+[ms]/);
    running.signal("SIGTERM");
    expect((await running.ended).code).toBe(143);
  });

  it("says what a killed run left under way, and that nobody is at it", async () => {
    const world = await openWorld();
    await world.run([]);
    world.edit(`insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at)
       values ('default', 's', 'photo', 'a.jpg', '1@gone', 1, 'sending', '${world.moment(Date.now() - 2 * 60_000)}');
       insert into prewarm_queue (r2_key, entry, created_at) values ('q', '{"key":"q"}', '${world.moment(Date.now() - 60 * 60_000)}')`);
    const { under_way, next, backlog } = await documentOf(world);
    expect(under_way).toMatchObject({ count: 1, abandoned: true });
    expect(next).toBe("prewarm run");
    expect(backlog).toMatchObject({ total: 1, queued: 1 });
    const { stdout } = await status(world);
    expect(stdout).toMatch(/1 call, the oldest for \d+m \d+s; their process has died/);
    expect(stdout).toMatch(/Backlog +1: 1 queued, 0 in warming; the oldest has waited 1h \d+m;/);
  });

  it.each([
    ["another host", "elsewhere", "1"],
    ["a process that has its number now", hostname(), String(process.pid)],
    ["this host, in another container", hostname(), "1"],
  ])("believes the lock and not a name that was left: of %s", async (_, host, pid) => {
    const world = await openWorld();
    await world.run([]);
    world.edit(`insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at)
       values ('default', 's', 'photo', 'a.jpg', '1@gone', 1, 'sending', datetime('now', '-2 minutes'));
       insert into prewarm_identity (key, value) values ('holder_command', 'prewarm worker'), ('holder_host', '${host}'),
         ('holder_pid', '${pid}'), ('holder_since', '2026-01-31 12:30:05'), ('holder_admin', 'http://127.0.0.1:3000')`);
    const { holder, under_way, next } = await documentOf(world);
    expect({ holder, abandoned: under_way.abandoned, next }).toEqual({
      holder: null,
      abandoned: true,
      next: "prewarm run",
    });
  });

  it("reads the database of another program as it is, and changes nothing", async () => {
    const world = await openWorld();
    world.edit(
      `create table media_store (id integer primary key, r2_key text unique, kind text, sha256 text);
       create table media_cache (id integer primary key, bot_slug text, sha256 text, kind text, tg_file_id text,
         tg_file_unique_id text, status text, last_error text, created_at text);
       insert into media_store (r2_key, kind, sha256) values ('a.jpg', 'photo', 'a'), ('b.jpg', 'photo', 'b');
       insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status, last_error, created_at)
       values ('shop', 'a', 'photo', 'id', 'AQADunique-id', 'ready', null, 'x'), ('shop', 'c', 'photo', 'id', 'short', 'ready', null, 'x'),
         ('shop', 'b', 'photo', null, null, 'warming', null, '2026-01-31T12:30:05.000Z'),
         ('shop', 'z', 'photo', null, null, 'warming', null, null),
         ('shop', 'e', 'photo', null, null, 'error', 'GET https://api.telegram.org/bot5:foreign-secret/sendPhoto', 'x')`,
      "media.db",
    );
    const before = readFileSync(join(world.dir, "media.db"));
    const document = await documentOf(world, "--ledger", "sqlite:media.db");
    expect(document.bots).toEqual([{ bot: "shop", ready: 1, weak: 1, warming: 2, failed: 1, unknown: 0 }]);
    expect(document.backlog).toMatchObject({ total: 1, warming: 1, orphans: 1, eta_seconds: null });
    expect(document.backlog.oldest_since).toBe("2026-01-31T12:30:05Z");
    expect(document.troubles).toMatchObject([{ reason: null, message: null, key: null, count: 1 }]);
    expect(document.ledger).toMatchObject({ schema_version: null, sandbox: null, bucket: null, bots: [] });
    const { stdout } = await status(world, "--ledger", "media.db");
    expect(stdout).toContain("prewarm has not written to it yet");
    expect(stdout).not.toContain("foreign-secret");
    expect(readFileSync(join(world.dir, "media.db"))).toEqual(before);
    expect(readdirSync(world.dir)).toEqual(["media.db"]);
  });

  it("keeps to 80 columns in a terminal of that width, and takes colours away on request", async () => {
    const world = await openWorld();
    world.put("a-name-that-is-longer-than-what-is-left-of-a-line/".repeat(3).concat("a.mp4"), {
      bytes: 60_000_000,
    });
    await world.run([]);
    const coloured = await world.ask(["status"], { env: { FORCE_COLOR: "1" } });
    const plain = await world.ask(["status", "--no-color"], { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001b[1m");
    expect(plain.stdout).not.toContain("\u001b");
    const wrap = (command: readonly string[]) => [
      "script",
      "-qec",
      `stty cols 80; ${command.join(" ")}`,
      "/dev/null",
    ];
    const screen = await world.ask(["status"], { env: { TERM: "xterm", NO_COLOR: "1" }, wrap });
    expect(screen.stdout).toContain("┌");
    // But for the whole key, which is there to be copied.
    expect(screen.stdout.split(/\r?\n/).filter((line) => line.length > 80)).toEqual([
      expect.stringMatching(/^a-name-\S+\/a\.mp4$/),
    ]);
  });
});

describe("prewarm status ends 2 in one line", () => {
  const refusal = async (world: World, ...args: string[]) => {
    const { code, stdout, stderr } = await status(world, ...args);
    const json = args.includes("--json") ? [expect.stringMatching(/^\{"type":"error"/), ""] : [""];
    expect([code, stdout.split("\n")]).toEqual([2, json]);
    const lines = stderr.trimEnd().split("\n").slice(1);
    expect(lines).toHaveLength(1);
    return lines[0];
  };

  it("where there is no ledger, and makes none", async () => {
    const world = await openWorld();
    expect(await refusal(world)).toMatch(/^prewarm: prewarm\.db is not there: .* --ledger .*`prewarm run`$/);
    expect(await refusal(world, "--ledger", "data/x.db", "--json")).toMatch(
      /data\/x\.db is in a folder that does not exist/,
    );
    expect(readdirSync(world.dir)).toEqual([]);
  });

  it("where there is something else, or what a newer prewarm wrote", async () => {
    const world = await openWorld();
    world.file("list.csv", "key,file_id\n".repeat(999));
    world.edit("create table notes (text)", "notes.db");
    expect(await refusal(world, "--ledger", "list.csv")).toContain("list.csv is not a SQLite database");
    expect(await refusal(world, "--ledger", ".")).toContain(". is a directory; use another");
    expect(await refusal(world, "--ledger", "notes.db")).toContain("notes.db holds no ledger");
    await world.run([]);
    world.edit("update prewarm_identity set value = '99' where key = 'schema_version'");
    expect(await refusal(world)).toContain("was written by a newer prewarm (schema 99");
  });

  it("where this user may not read; who may only read is told all", async () => {
    const world = await openWorld();
    await world.run([]);
    const path = join(world.dir, "prewarm.db");
    // root may read everything, so it asks as somebody else.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const ask = () =>
      spawnSync(process.execPath, [BIN, "status", "--ledger", path], {
        ...nobody,
        cwd: "/",
        encoding: "utf8",
      });
    chmodSync(world.dir, 0o555);
    chmodSync(path, 0o444);
    expect(ask()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("no process is writing to it"),
    });
    chmodSync(path, 0o000);
    expect(ask()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("may not be read by this user"),
    });
    chmodSync(world.dir, 0o755);
    chmodSync(path, 0o644);
  });
});
