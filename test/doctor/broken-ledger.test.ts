import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OTHER_TOKEN, openHeldWorld, World } from "../helpers/world.ts";
import { diagnose, emptyFolder, expectOnly, healthyWorld, putHealthy } from "./diagnose.ts";

/** Changes a ledger as no run would. */
function edit(world: World, sql: string): void {
  const db = new Libsql(join(world.dir, "prewarm.db"));
  db.exec(sql);
  db.close();
}

/** Warmed once; each test finds the ledger as that run left it. */
let warmed: World;

beforeAll(async () => {
  warmed = await World.open();
  putHealthy(warmed);
  expect((await warmed.run([])).code).toBe(0);
  renameSync(join(warmed.dir, "prewarm.db"), join(warmed.dir, "as-warmed.db"));
});

afterAll(() => warmed.close());

function warmedWorld(): World {
  for (const name of readdirSync(warmed.dir))
    if (name.startsWith("prewarm.db")) rmSync(join(warmed.dir, name));
  copyFileSync(join(warmed.dir, "as-warmed.db"), join(warmed.dir, "prewarm.db"));
  return warmed;
}

describe("check-env names what is wrong with the ledger, and nothing else", () => {
  it("a folder that is not there", async () => {
    const world = await healthyWorld();
    const diagnosis = await diagnose(world, { env: { PREWARM_LEDGER: "sqlite:data/prewarm.db" } });
    expectOnly(diagnosis, {
      id: "ledger-file",
      found: /folder that does not exist/,
      next: /^mkdir -p data$/,
    });
  });

  it("a file that is no database", async () => {
    const world = await healthyWorld();
    world.file("prewarm.db", "key,file_id\n".repeat(999));
    expectOnly(await diagnose(world), {
      id: "ledger-file",
      found: /not a SQLite database/,
      next: /^export PREWARM_LEDGER=sqlite:other\.db$/,
    });
  });

  it("a directory in its place", async () => {
    const world = await healthyWorld();
    const folder = join(emptyFolder(), "prewarm.db");
    mkdirSync(folder);
    const diagnosis = await diagnose(world, { env: { PREWARM_LEDGER: `sqlite:${folder}` } });
    expectOnly(diagnosis, { id: "ledger-file", found: /is a directory/, next: /^export PREWARM_LEDGER=/ });
  });

  it("one that a newer prewarm wrote", async () => {
    const world = warmedWorld();
    edit(world, "update prewarm_identity set value = '99' where key = 'schema_version'");
    expectOnly(await diagnose(world), {
      id: "ledger-file",
      found: /schema 99/,
      next: /^npm install prewarm/,
    });
  });

  it("one that belongs to another bot", async () => {
    const world = warmedWorld();
    const diagnosis = await diagnose(world, { env: { TELEGRAM_BOT_TOKEN: OTHER_TOKEN } });
    expectOnly(diagnosis, {
      id: "ledger-owner",
      found: /belongs to bot 7000001/,
      next: /^export PREWARM_LEDGER=/,
    });
  });

  it("one that belongs to another bucket", async () => {
    const world = warmedWorld();
    const diagnosis = await diagnose(world, { env: { R2_BUCKET: "other" } });
    expectOnly(diagnosis, {
      id: "ledger-owner",
      found: /belongs to bucket media/,
      next: /^export PREWARM_LEDGER=/,
      also: ["r2-list"],
    });
  });

  it("one that a run holds, which is not disturbed", async () => {
    const { world, hold } = await openHeldWorld();
    putHealthy(world);
    const running = world.start(["run"]);
    await world.until(() => world.underWay() > 0, "it sends");
    const diagnosis = await diagnose(world);
    expectOnly(diagnosis, {
      id: "ledger-holder",
      status: "warn",
      found: new RegExp(`^\`prewarm run\` writes to it \\(pid ${running.pid} on `),
      next: /^prewarm status$/,
    });
    await hold.end();
    expect((await running.ended).code).toBe(0);
  });

  it("calls whose process died, although its name was left", async () => {
    const world = warmedWorld();
    edit(
      world,
      `insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at)
       values ('default', 'x', 'photo', 'x.jpg', '1@nowhere', 1, 'sending', '2026-01-31 12:30:05');
       insert into prewarm_identity (key, value) values ('holder_command', 'prewarm run'), ('holder_host', 'elsewhere'),
         ('holder_pid', '1'), ('holder_since', '2026-01-31 12:30:05')`,
    );
    expectOnly(await diagnose(world), { id: "ledger-sending", status: "warn", next: /^prewarm run$/ });
  });

  it("calls whose process died", async () => {
    const world = warmedWorld();
    edit(
      world,
      `insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at)
       values ('default', 'x', 'photo', 'x.jpg', '1@nowhere', 1, 'sending', '2026-01-31 12:30:05')`,
    );
    expectOnly(await diagnose(world), {
      id: "ledger-sending",
      status: "warn",
      found: /^1, the oldest since 2026-01-31 12:30:05 UTC/,
      next: /^prewarm run$/,
    });
  });

  it.each([
    [
      "unknown",
      "update media_cache set status = 'unknown', tg_file_id = null where kind = 'photo'",
      "ledger-unknown",
      /^prewarm run --only unknown$/,
    ],
    [
      "weak",
      "update media_cache set weak = 1 where kind = 'photo'",
      "ledger-weak",
      /^prewarm run --only weak$/,
    ],
    [
      "failed",
      "update media_cache set status = 'error', tg_file_id = null where kind = 'photo'",
      "ledger-failed",
      /^prewarm run --only failed$/,
    ],
  ])("rows that are %s", async (_, sql, id, next) => {
    const world = warmedWorld();
    edit(world, sql);
    expectOnly(await diagnose(world), { id, status: "warn", found: /^1 row$/, next });
  });

  it("a success rate below 95 %, with the reason that is met most", async () => {
    const world = await healthyWorld();
    world.putMany(25);
    for (let i = 0; i < 5; i++) world.put(`broken/${i}.jpg`, "no picture at all", "image/jpeg");
    world.faults = ({ key }) => (key?.startsWith("broken/") ? { status: 404 } : undefined);
    expect((await world.run([])).code).toBe(3);
    for (let i = 0; i < 5; i++) world.r2.delete("media", `broken/${i}.jpg`);
    // What a probe posted and took away says nothing of objects.
    edit(
      world,
      `insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at, purpose)
       select bot_slug, 'probe:' || id, kind, '', owner, 1, 'discarded', started_at, 'canary' from prewarm_attempts`,
    );
    expectOnly(await diagnose(world), {
      id: "worker-success",
      status: "warn",
      found: /^8\d\.\d % of the last 33; most often \w+ \(5\)$/,
      next: /^prewarm run --only failed,unknown$/,
      also: ["ledger-failed"],
    });
  });

  it("a lane that Telegram told to wait, and asks nothing of the bot meanwhile", async () => {
    const world = warmedWorld();
    const asked = world.botApi.calls().length;
    const until = Date.now() + 600_000;
    edit(
      world,
      `insert or replace into prewarm_lanes (bot_slug, chat_id, frozen_until, updated_at) values ('default', '-1001', ${until}, '')`,
    );
    const diagnosis = await diagnose(world);
    expectOnly(diagnosis, {
      id: "pace-frozen",
      status: "warn",
      found: /^default x -1001 waits until 20/,
      next: /goes on by itself/,
    });
    expect(diagnosis.findings.find(({ id }) => id === "telegram-token")).toMatchObject({
      status: "skipped",
      found: expect.stringMatching(/^Telegram asked bot default to wait; \d+ s of that are left$/),
    });
    expect(world.botApi.calls().slice(asked)).toEqual([]);
  });

  it("writes no ledger, no lock and nothing else", async () => {
    const world = await healthyWorld();
    await diagnose(world);
    expect(readdirSync(world.dir)).toEqual([]);
  });

  it("leaves a ledger of others as it is", async () => {
    const world = warmedWorld();
    const before = world.rows("select * from media_cache order by id");
    const files = readdirSync(world.dir).sort();
    await diagnose(world);
    expect(world.rows("select * from media_cache order by id")).toEqual(before);
    expect(readdirSync(world.dir).sort()).toEqual(files);
  });
});
