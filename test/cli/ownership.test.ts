import { describe, expect, it } from "vitest";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { endsOf, linesOf } from "../helpers/child.ts";
import { CHAT, OTHER_TOKEN, openHeldWorld, openWorld, TOKEN } from "../helpers/world.ts";

describe("a ledger belongs to somebody", () => {
  it("refuses another bot, another bucket, another API root and the sandbox by name, and stays as it was", async () => {
    const world = await openWorld();
    world.putMany(2);
    expect((await world.run([])).code).toBe(0);
    const other = await startBotApiServer({
      bots: [{ token: TOKEN, username: "first_bot" }],
      chats: [{ id: CHAT, type: "channel", title: "warmup" }],
    });
    const before = world.rows("select * from prewarm_identity order by key");
    const strangers = [
      {
        env: { TELEGRAM_BOT_TOKEN: OTHER_TOKEN },
        args: [],
        says: /belongs to bot 7000001 as `default`.*bot 7000002/,
      },
      {
        env: { R2_BUCKET: "other" },
        args: [],
        says: /belongs to bucket media.*bucket other .*\. Next: use another --ledger: every bucket needs its own/,
      },
      {
        env: { TELEGRAM_API_ROOT: other.url },
        args: [],
        says: /has ids of `default` from .*this run talks to /,
      },
      // A sandbox has its ledger in a file.
      ...(world.ledgerUrl === null
        ? [
            {
              env: {},
              args: ["--sandbox", "--ledger", "prewarm.db"],
              says: /belongs to real bots; this run is in the sandbox/,
            },
          ]
        : []),
    ];
    for (const { env, args, says } of strangers) {
      const ended = await world.run(args, { env });
      expect(ended.code, String(says)).toBe(2);
      expect(ended.stderr).toMatch(says);
    }
    await other.close();
    expect(other.truth()).toEqual([]);
    expect(world.posts()).toHaveLength(2);
    expect(world.rows("select * from prewarm_identity order by key")).toEqual(before);
    expect((await world.run([])).code).toBe(0);
  });

  it("refuses a real run on a sandbox's ledger", async () => {
    const world = await openWorld();
    world.putMany(1);
    expect((await world.run(["--sandbox", "--limit", "1"])).code).toBe(0);
    const ended = await world.run(["--ledger", "prewarm-sandbox.db"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/prewarm-sandbox\.db belongs to a sandbox; this run is a real one/);
    expect(world.posts()).toEqual([]);
  });

  it("takes in a second bot under a slug of its own", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    await world.run([]);
    const ended = await world.runWith({ TELEGRAM_BOT_TOKEN: OTHER_TOKEN }, "--bot", "other", "--json");
    expect(endsOf(ended)).toEqual({ "a.txt": "ready" });
    expect(world.rows("select bot_slug from media_cache order by 1")).toEqual([
      { bot_slug: "default" },
      { bot_slug: "other" },
    ]);
  });
});

describe("a token that was given anew", () => {
  it("is the same bot's: its ids stay, and nothing is sent again", async () => {
    const again = `${TOKEN.split(":")[0]}:AAHnew-secret_of_it`;
    const world = await openWorld({
      bots: [
        { token: TOKEN, username: "first_bot" },
        { token: again, username: "first_bot_again" },
      ],
      chats: [{ id: CHAT, type: "channel", title: "warmup" }],
    });
    world.put("a.txt", "a");
    await world.run([]);
    const ended = await world.runWith({ TELEGRAM_BOT_TOKEN: again }, "--json");
    expect([ended.code, endsOf(ended), world.posts().length]).toEqual([
      0,
      { "a.txt": "skipped already_ready" },
      1,
    ]);
  });
});

describe("a ledger that another run writes", () => {
  it("is refused with the process that holds it; readers and plans are free", async () => {
    const { world, hold } = await openHeldWorld();
    world.putMany(40);
    const first = world.start(["run"], { env: { MEDIA_PREWARM_CONCURRENCY: "3" } });
    await world.until(() => world.underWay() === 3, "the first run works");
    await hold.release();
    await world.until(() => world.underWay() === 3, "it goes on");
    // The first cannot end before these two have: neither of them waits for it.
    const [second, plan] = await Promise.all(
      [["run"], ["run", "--dry-run", "--json"]].map((args) => world.ask(args)),
    );
    expect(second?.code).toBe(2);
    expect(second?.stderr).toContain(String(first.pid));
    expect([plan?.code, plan && linesOf(plan).at(-1)]).toMatchObject([0, { to_warm: 34, skipped: 6 }]);
    expect(world.rows("select count(*) as n from media_cache where status = 'ready'")).toEqual([{ n: 3 }]);
    await hold.end();
    expect((await first.ended).code).toBe(0);
    expect(world.posts()).toHaveLength(40);
  });
});
