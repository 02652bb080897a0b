import { describe, expect, it } from "vitest";
import { frontOf, refusal } from "../helpers/bot-api-front.ts";
import { itemsOf, summaryOf } from "../helpers/child.ts";
import { closedPort } from "../helpers/closed-port.ts";
import { CHAT, OTHER_CHAT, OTHER_TOKEN, openWorld, type World } from "../helpers/world.ts";

describe("chats that change under a run", () => {
  it("a chat that is closed to the bot is taken out, its work goes to the other, and nothing is posted twice", async () => {
    const world = await openWorld();
    world.putMany(60);
    world.atRead(11, () => world.botApi.control({ chat: { id: CHAT, kick: true } }));
    const ended = await world.runWith({ WARMUP_CHAT_ID: `${CHAT},${OTHER_CHAT}` }, "--json");
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(new Set(world.postedKeys()).size).toBe(60);
    expect(world.posts()).toHaveLength(60);
    expect(ended.stderr).toMatch(/warning: lane default x -1001 is out: .*kicked/);
  });

  it("the last chat that is closed ends the run with 4, and what was not sent stays as it was", async () => {
    const world = await openWorld();
    world.putMany(60);
    world.atRead(11, () => world.botApi.control({ chat: { id: CHAT, kick: true } }));
    const ended = await world.ask(["run", "--json"]);
    expect([ended.code, summaryOf(ended).failed]).toEqual([4, 0]);
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    const again = await world.runWith({}, "--json");
    expect(again.code).toBe(0);
    expect(world.posts().length).toBe(60);
  });

  it("a group that became a supergroup is followed, told, and remembered", async () => {
    const world = await openWorld();
    world.putMany(60);
    const env = { WARMUP_CHAT_ID: "-44" };
    const migrate = () => world.botApi.control({ chat: { id: -44, migrate_to: -1_009_999 } });
    let isMigrated = false;
    // How much is read before the first is posted is the ledger's affair.
    world.faults = () => {
      if (!isMigrated && world.posts().length > 0) migrate();
      isMigrated ||= world.posts().length > 0;
      return undefined;
    };
    const ended = await world.runWith(env, "--json");
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(ended.stderr).toContain("is now -1009999: put the new id into your configuration");
    expect(new Set(world.posts().map(({ chat_id }) => chat_id))).toEqual(new Set([-44, -1_009_999]));
    world.putMany(3, "later/");
    expect((await world.runWith(env, "--json")).code).toBe(0);
  });
});

describe("a chat that is said to become", () => {
  const upgraded = (to: unknown) =>
    refusal("Bad Request: group chat was upgraded to a supergroup chat", 400, { migrate_to_chat_id: to });

  it.each<[string, (chat: string | null) => unknown, number]>([
    ["another, which becomes it again", (chat) => (chat === String(CHAT) ? -1_009 : CHAT), 2],
    ["itself", Number, 1],
    ["a word", () => "junk", 1],
    ["no whole number", () => -10.5, 1],
    ["the chat of a person", () => 44, 1],
    ["a list", () => [-1_009], 1],
  ])("%s is out after a few calls", async (_, to, most) => {
    const world = await openWorld();
    world.putMany(1);
    const { url, calls } = await frontOf(world.botApi.url, ({ method, chat }) =>
      method.startsWith("send") ? upgraded(to(chat)) : null,
    );
    const ended = await world.runWith({ TELEGRAM_API_ROOT: url }, "--json", "--transfer", "upload");
    expect([ended.code, summaryOf(ended).bots_out]).toMatchObject([4, [{ reason: "chat_migrated" }]]);
    expect(calls.filter(({ method }) => method.startsWith("send"))).toHaveLength(most);
  });

  it("another, told as digits, is followed", async () => {
    const world = await openWorld();
    world.putMany(1);
    const { url } = await frontOf(world.botApi.url, ({ method, chat }) =>
      method.startsWith("send") && chat === String(CHAT) ? upgraded(String(OTHER_CHAT)) : null,
    );
    expect((await world.runWith({ TELEGRAM_API_ROOT: url }, "--transfer", "upload")).code).toBe(0);
    expect(world.posts()).toMatchObject([{ chat_id: OTHER_CHAT }]);
  });
});

describe("a chat that becomes another", () => {
  it("has no row by its old name in the end", async () => {
    const world = await openWorld();
    world.putMany(20);
    world.atRead(5, () => world.botApi.control({ chat: { id: -44, migrate_to: OTHER_CHAT } }));
    const ended = await world.runWith({
      WARMUP_CHAT_ID: `-44,${OTHER_CHAT}`,
      MEDIA_PREWARM_CONCURRENCY: "2",
    });
    expect(ended.code).toBe(0);
    expect(world.posts()).toHaveLength(20);
    expect(ended.stderr.match(/^\| default x .*/gm)).toHaveLength(1);
    expect(ended.stderr).toMatch(/\| default x -1002 /);
    const rows = world.rows("select chat_id, migrated_to from prewarm_lanes order by chat_id desc");
    expect(rows).toContainEqual({ chat_id: "-44", migrated_to: String(OTHER_CHAT) });
  });
});

describe("who is out", () => {
  it("is out in `status` too when the run ended for it before it began, until it opens again", async () => {
    const world = await openWorld();
    world.putMany(1);
    const outs = () =>
      world
        .rows("select value from prewarm_identity where key like 'lanes:%' or key like '%lane%'")
        .flatMap(({ value }) => JSON.parse(String(value)) as { out: { reason: string } | null }[])
        .map(({ out }) => out?.reason ?? "open");
    expect((await world.run(["--json"])).code).toBe(0);
    expect(outs()).toEqual(["open"]);
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    expect((await world.run(["--json"])).code).toBe(4);
    expect(outs()).toEqual(["bot_kicked"]);
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    expect((await world.run(["--json"])).code).toBe(0);
    expect(outs()).toEqual(["open"]);
  });

  /** Bot `default` as ever, and bot `news` with this token and these chats. */
  async function twoBots(
    news: string,
    chats: readonly number[],
  ): Promise<{ world: World; env: Record<string, string> }> {
    const world = await openWorld();
    world.file(
      "prewarm.config.json",
      JSON.stringify({ bots: [{ slug: "news", token_env: "NEWS_TOKEN", warmup_chats: chats.map(String) }] }),
    );
    return { world, env: { NEWS_TOKEN: news } };
  }
  const WRONG_TOKEN = "7000003:AAHnobody-knows_this";

  it("a bot without a lane: its items fail, those of the others go on, and the end is 4 and names it", async () => {
    const { world, env } = await twoBots(WRONG_TOKEN, [OTHER_CHAT]);
    world.putMany(30);
    const ended = await world.runWith(env, "--json", "--max-failures", "0", "--failed-to", "failed.jsonl");
    const summary = summaryOf(ended);
    expect([ended.code, summary.ready, summary.failed]).toEqual([4, 30, 30]);
    expect(summary.bots_out).toMatchObject([{ bot: "news", reason: "token_wrong" }]);
    expect(summary.lanes_out).toMatchObject([
      { bot: "news", chat_id: String(OTHER_CHAT), reason: "token_wrong" },
    ]);
    const failed = itemsOf(ended).filter(({ status }) => status === "failed");
    expect(new Set(failed.map(({ bot, reason }) => `${bot} ${reason}`))).toEqual(
      new Set(["news no_lane_left"]),
    );
    const again = await world.run(["--manifest", "failed.jsonl", "--json"], {
      env: { NEWS_TOKEN: OTHER_TOKEN },
    });
    expect([again.code, summaryOf(again).ready]).toEqual([0, 30]);
  });

  it("its objects have their rows in media_store, and none in media_cache that would last", async () => {
    const { world, env } = await twoBots(WRONG_TOKEN, [OTHER_CHAT]);
    const keys = world.putMany(3);
    world.file("news.jsonl", keys.map((key) => `${JSON.stringify({ key, bot: "news" })}\n`).join(""));
    const ended = await world.runWith(env, "--json", "--manifest", "news.jsonl");
    expect([ended.code, summaryOf(ended).failed]).toEqual([4, 3]);
    expect(world.rows("select r2_key from media_store order by 1").map(({ r2_key }) => r2_key)).toEqual(keys);
    expect(world.rows("select 1 from media_cache where status in ('error', 'unknown')")).toEqual([]);
    const again = await world.run(["--json", "--manifest", "news.jsonl"], {
      env: { NEWS_TOKEN: OTHER_TOKEN },
    });
    expect([again.code, summaryOf(again).ready]).toEqual([0, 3]);
  });

  it("does not use up what --limit allows the others", async () => {
    const { world, env } = await twoBots(WRONG_TOKEN, [OTHER_CHAT]);
    world.putMany(9);
    const ended = await world.runWith(env, "--json", "--limit", "4");
    expect([ended.code, summaryOf(ended).ready]).toEqual([4, 4]);
  });

  it("is the last table's and the plan's matter too", async () => {
    const { world, env } = await twoBots(WRONG_TOKEN, [OTHER_CHAT]);
    world.putMany(2);
    const plan = await world.runWith(env, "--dry-run", "--json");
    expect([plan.code, itemsOf(plan).map(({ bot, reason }) => `${bot} ${reason}`)]).toEqual([
      4,
      ["news no_lane_left", "news no_lane_left"],
    ]);
    const ended = await world.runWith(env);
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/\| bot news +\|.*401/);
    expect(ended.stderr).toMatch(/\| token_wrong +\| copy the token again/);
  });

  it("a bot that loses its last chat while others go on fails what it has left", async () => {
    const { world, env } = await twoBots(OTHER_TOKEN, [OTHER_CHAT]);
    world.putMany(40);
    world.atRead(31, () => world.botApi.control({ chat: { id: OTHER_CHAT, delete: true } }));
    const ended = await world.runWith(env, "--json");
    const summary = summaryOf(ended);
    expect([ended.code, Number(summary.ready) + Number(summary.failed)]).toEqual([4, 80]);
    const failed = itemsOf(ended).filter(({ status }) => status === "failed");
    expect(new Set(failed.map(({ bot, reason }) => `${bot} ${reason}`))).toEqual(
      new Set(["news no_lane_left"]),
    );
    expect(summary.bots_out).toMatchObject([{ bot: "news" }]);
    const rows = world.rows("select distinct status from media_cache where bot_slug = 'news'");
    expect(rows.map(({ status }) => status)).not.toContain("error");
  });

  it("a chat that is out while the bot has another: all is sent there, 0, and it is named", async () => {
    const world = await openWorld();
    world.putMany(5);
    const env = { WARMUP_CHAT_ID: `${CHAT},-1009` };
    const ended = await world.runWith(env, "--json");
    const { ready, bots_out, lanes_out } = summaryOf(ended);
    expect([ended.code, ready, bots_out]).toEqual([0, 5, []]);
    expect(lanes_out).toMatchObject([{ bot: "default", chat_id: "-1009", reason: "chat_not_found" }]);
    const shown = await world.runWith(env, "--force");
    expect(shown.stderr).toMatch(/\| default x -1009 +\|.*chat not found/);
  });

  it("a server that cannot be reached is 1, and not the credentials' fault", async () => {
    const world = await openWorld();
    const port = await closedPort();
    const env = { TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`, PREWARM_TIME_SCALE: "100" };
    const ended = await world.runWith(env, "--json");
    expect([ended.code, summaryOf(ended).exit_code]).toEqual([1, 1]);
    expect(summaryOf(ended).bots_out).toMatchObject([{ bot: "default", reason: "connect_failed" }]);
  });
});
