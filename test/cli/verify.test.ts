import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Ended } from "../helpers/child.ts";
import { OTHER_TOKEN, openHeldWorld, openWorld, type World } from "../helpers/world.ts";

/** Ids are asked for as fast as the sandbox answers. */
const QUICK = { PREWARM_BOT_PACE: "5000/s" };

interface Line {
  readonly type: string;
  readonly key: string;
  readonly status: string;
  readonly reason: string | null;
  readonly fixed: boolean;
}

interface Checked {
  readonly ended: Ended;
  readonly items: readonly Line[];
  readonly summary: Record<string, unknown>;
}

async function verify(world: World, ...args: string[]): Promise<Checked> {
  const ended = await world.ask(["verify", "--json", ...args], { env: QUICK });
  const lines = ended.stdout
    .split("\n")
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Line);
  const summary = (lines.at(-1) ?? {}) as unknown as Record<string, unknown>;
  return { ended, items: lines.filter(({ type }) => type === "item"), summary };
}

function keysOf({ items }: Checked, status: string): string[] {
  return items.filter((item) => item.status === status).map(({ key }) => key);
}

/** A world of so many warmed documents. */
async function warmed(count: number): Promise<{ world: World; keys: readonly string[] }> {
  const world = await openWorld();
  const keys = world.putMany(count);
  expect((await world.run(["-c", "20"])).code).toBe(0);
  return { world, keys };
}

/** Kills the id of this key at Telegram. */
function kill(world: World, key: string): void {
  const [row] = world.rows(
    `select tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where s.r2_key = '${key}'`,
  );
  world.botApi.control({ dead: { file_id: String(row?.id) } });
}

describe("prewarm verify", () => {
  it("finds exactly what is deleted, changed and dead among a thousand ids, posts nothing, and --fix and a run make it true again", async () => {
    const { world, keys } = await warmed(1_000);
    const [deleted, changed, dead] = [100, 400, 700].map((from) => keys.slice(from, from + 10)) as [
      string[],
      string[],
      string[],
    ];
    for (const key of deleted) world.r2.delete("media", key);
    for (const key of changed) world.put(key, `new content of ${key}`);
    for (const key of dead) kill(world, key);
    const posts = world.posts().length;

    const found = await verify(world, "--failed-to", "bad.jsonl");
    expect(found.ended.code).toBe(3);
    expect(keysOf(found, "deleted")).toEqual(deleted);
    expect(keysOf(found, "changed")).toEqual(changed);
    expect(keysOf(found, "dead").sort()).toEqual(dead);
    expect(found.summary).toMatchObject({
      total: 1_000,
      ok: 970,
      deleted: 10,
      changed: 10,
      dead: 10,
      unchecked: 0,
      fixed: 0,
      exit_code: 3,
    });
    const bad = readFileSync(join(world.dir, "bad.jsonl"), "utf8").trim().split("\n");
    expect(bad.map((text) => JSON.parse(text).key).sort()).toEqual([...deleted, ...changed, ...dead].sort());

    const fixed = await verify(world, "--fix");
    expect(fixed.ended.code).toBe(0);
    expect(fixed.summary).toMatchObject({ deleted: 10, changed: 10, dead: 10, fixed: 20 });
    expect(world.posts().length).toBe(posts);

    expect((await world.run([])).code).toBe(0);
    expect(world.postedKeys(posts).sort()).toEqual([...changed, ...dead].sort());
    const clean = await verify(world);
    expect([clean.ended.code, clean.items.length, keysOf(clean, "ok").length]).toEqual([0, 990, 990]);
  });
});

describe("prewarm verify beside whoever writes", () => {
  it("reads, and marks what is not true, while a run holds the ledger", async () => {
    const { world, hold } = await openHeldWorld();
    const keys = world.putMany(3);
    const first = world.start(["run"]);
    await world.until(() => world.underWay() === 3, "three uploads wait");
    await hold.release();
    expect((await first.ended).code).toBe(0);
    world.put("new.txt", "not sent yet");
    const run = world.start(["run"]);
    await world.until(() => world.underWay(3) === 1, "an upload waits");
    kill(world, String(keys[0]));
    world.r2.delete("media", String(keys[1]));
    const found = await verify(world, "--fix");
    expect([found.ended.code, found.summary]).toMatchObject([0, { ok: 1, deleted: 1, dead: 1, fixed: 2 }]);
    const look = await world.ask(["lookup", String(keys[1])]);
    expect(look.code).toBe(3);
    await hold.end();
    expect((await run.ended).code).toBe(0);
    expect(world.rows("select count(*) as n from media_cache where dead_at is not null")).toEqual([{ n: 1 }]);
  });

  it("lets the id of a deleted object come back with it, without sending it", async () => {
    const { world, keys } = await warmed(2);
    const [key = ""] = keys;
    world.r2.delete("media", key);
    expect((await verify(world, "--fix")).summary).toMatchObject({ deleted: 1, fixed: 1 });
    expect((await verify(world)).summary).toMatchObject({ total: 1, ok: 1 });
    world.putMany(1);
    const posts = world.posts().length;
    expect((await world.run([])).code).toBe(0);
    expect(world.posts().length).toBe(posts);
    expect((await verify(world)).summary).toMatchObject({ total: 2, ok: 2 });
  });
});

describe("what prewarm verify asks", () => {
  it("is a HEAD for each key where these are few among many, else a listing, and is told beforehand", async () => {
    const { world } = await warmed(20);
    const asked = (method: string) =>
      world.r2.requests().filter((request) => request.method === method).length;
    const heads = asked("HEAD");
    const few = await verify(world, "--sample", "5", "--against", "r2");
    expect([few.items.length, asked("HEAD") - heads]).toEqual([5, 5]);
    expect(few.ended.stderr).toContain("R2: by a HEAD for each key");
    const all = await verify(world, "--against", "r2");
    expect([all.items.length, asked("HEAD") - heads]).toEqual([20, 5]);
    expect(all.ended.stderr).toContain("R2: by a listing of what begins with doc/00");
    expect([few.summary.calls, all.summary.calls]).toEqual([0, 0]);
  });

  it("is what the filters take, and one question for an id that several keys have", async () => {
    const { world } = await warmed(3);
    world.put("twin/a.txt", "the same");
    world.put("twin/b.txt", "the same");
    expect((await world.run([])).code).toBe(0);
    const twins = await verify(world, "--prefix", "twin/");
    expect([keysOf(twins, "ok"), twins.summary.calls]).toEqual([["twin/a.txt", "twin/b.txt"], 1]);
    expect(keysOf(await verify(world, "--exclude", "twin/"), "ok").length).toBe(3);
    world.file("some.jsonl", `{"key":"twin/b.txt"}\n{"key":"nobody.txt"}\n`);
    expect(keysOf(await verify(world, "--manifest", "some.jsonl"), "ok")).toEqual(["twin/b.txt"]);
    const none = await verify(world, "--include", "*.mp4");
    expect([none.ended.code, none.ended.stderr]).toEqual([
      2,
      expect.stringContaining("--include '*.mp4' matched none of 5 keys"),
    ]);
  });

  it("waits as long as Telegram asks, and asks twice for what is perhaps only away", async () => {
    const { world, keys } = await warmed(3);
    const away = "Bad Request: wrong file_id or the file is temporarily unavailable";
    world.botApi.control({
      faults: [
        { server: "bot-api", match: { method: "getFile", nth: 1 }, fault: { type: "flood", retry_after: 1 } },
        {
          server: "bot-api",
          match: { method: "getFile", nth: 2 },
          fault: { type: "status", status: 400, description: away },
        },
        {
          server: "bot-api",
          match: { method: "getFile", nth: 3 },
          fault: { type: "status", status: 502, body: "html" },
        },
      ],
    });
    kill(world, String(keys[1]));
    const found = await verify(world, "-c", "1");
    expect(keysOf(found, "dead")).toEqual([keys[1]]);
    expect(found.summary).toMatchObject({ ok: 2, dead: 1, unchecked: 0, flood_waits: 1 });
  });
});

describe("how prewarm verify ends", () => {
  it("with 4 and no id checked where the token is wrong, with 1 where nobody answers", async () => {
    const { world } = await warmed(2);
    const wrong = await world.ask(["verify", "--json"], {
      env: { TELEGRAM_BOT_TOKEN: "7000001:AAHnobody-has_this" },
    });
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining("bot default is out")]);
    const away = await world.ask(["verify", "--json", "--retries", "0"], {
      env: { R2_ENDPOINT: "http://127.0.0.1:1" },
    });
    expect([away.code, away.stderr]).toEqual([2, expect.stringContaining("belongs to bucket media")]);
  });

  it("with 2 where there is no ledger, or that of somebody else", async () => {
    const { world } = await warmed(1);
    const none = await verify(world, "--ledger", "sqlite:none.db");
    expect([none.ended.code, none.summary.exit_code]).toEqual([2, 2]);
    expect(none.ended.stderr).toContain("none.db is not there");
    const other = await world.ask(["verify"], { env: { TELEGRAM_BOT_TOKEN: OTHER_TOKEN } });
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("belongs to bot 7000001")]);
  });

  it("with the key to go on from, when it is stopped by a signal", async () => {
    const { world, keys } = await warmed(40);
    const asked = () => world.botApi.calls().filter(({ method }) => method === "getFile").length;
    const running = world.start(["verify", "--json", "-c", "1"], { env: { PREWARM_BOT_PACE: "2/s" } });
    await world.until(() => asked() > 2, "it asks for the third");
    running.signal("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    const from = /Next: .* verify --from (\S+)/.exec(stderr)?.[1] ?? "";
    const done = stdout.split("\n").filter((text) => text.includes('"item"')).length;
    expect([code, from]).toEqual([130, keys[done]]);
    const rest = await verify(world, "--from", from);
    expect([rest.ended.code, rest.items.length]).toEqual([0, 40 - done]);
  });

  it("with 5 when its time is up", async () => {
    const { world } = await warmed(5);
    const slow = { PREWARM_BOT_PACE: "0.1/s" };
    const { code, stdout } = await world.start(["verify", "--json", "--max-duration", "1s"], { env: slow })
      .ended;
    expect([code, JSON.parse(stdout.trim().split("\n").at(-1) ?? "")]).toMatchObject([5, { exit_code: 5 }]);
  });

  it("at once with --dry-run, which says what would be asked", async () => {
    const { world } = await warmed(3);
    const calls = world.botApi.calls().filter(({ method }) => method === "getFile").length;
    const plan = await world.ask(["verify", "-n", "--json"]);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      type: "plan",
      to_check: 3,
      calls: 3,
      ceiling_per_min: 1_800,
      r2_way: "head",
    });
    const { stdout } = await world.ask(["verify", "-n"]);
    expect(stdout).toContain("Telegram  at most 3 questions (getFile), 1,800/min");
    expect(world.botApi.calls().filter(({ method }) => method === "getFile").length).toBe(calls);
  });
});
