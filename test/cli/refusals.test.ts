import { describe, expect, it } from "vitest";
import { type Ended, endsOf, linesOf, problemsOf, summaryOf } from "../helpers/child.ts";
import { CHAT, FORBIDDEN_CHAT, openWorld, type World } from "../helpers/world.ts";

interface Refusal {
  readonly what: string;
  readonly env: Record<string, string>;
  readonly says: RegExp;
  /** 4 where none is said. */
  readonly code?: number;
  readonly before?: (world: World) => void;
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "a wrong token",
    env: { TELEGRAM_BOT_TOKEN: "7000001:AAHnot-this_one" },
    says: /401.*BotFather/,
  },
  {
    what: "a wrong token and two chats",
    env: { TELEGRAM_BOT_TOKEN: "7000001:AAHnot-this_one", WARMUP_CHAT_ID: "-1001,-1002" },
    says: /401.*BotFather/,
  },
  {
    what: "a bot that was kicked",
    env: {},
    says: /kicked.*administrator/,
    before: ({ botApi }) => botApi.control({ chat: { id: CHAT, kick: true } }),
  },
  { what: "a chat that nobody knows", env: { WARMUP_CHAT_ID: "-100404" }, says: /-100404.*chat not found/ },
  {
    what: "a chat that the bot is not in",
    env: { WARMUP_CHAT_ID: String(FORBIDDEN_CHAT) },
    says: /not a member.*administrator/,
  },
  {
    what: "a bot without the right to post",
    env: {},
    says: /may not post in the channel "warmup" \(-1001\)/,
    before: ({ botApi }) => botApi.control({ chat: { id: CHAT, read_only: true } }),
  },
  { what: "an unknown R2 key id", env: { R2_ACCESS_KEY_ID: "id0nobody" }, says: /R2_ACCESS_KEY_ID/ },
  { what: "a wrong R2 secret", env: { R2_SECRET_ACCESS_KEY: "sEcret-wrong" }, says: /R2_SECRET_ACCESS_KEY/ },
  { what: "a bucket that is not there", env: { R2_BUCKET: "nope" }, says: /nope.*R2_BUCKET/ },
  {
    what: "an API root where nobody listens",
    env: { TELEGRAM_API_ROOT: "http://127.0.0.1:9", PREWARM_TIME_SCALE: "100" },
    says: /127\.0\.0\.1:9/,
    code: 1,
  },
];

function expectOneLine(ended: Ended, says: RegExp): void {
  expect(problemsOf(ended)).toEqual([expect.stringMatching(says)]);
  expect(problemsOf(ended)[0]).toMatch(/Next: /);
}

describe("what a run cannot work with", () => {
  it.each(REFUSALS)("is told in one line: $what", async ({ env, says, before, code = 4 }) => {
    const world = await openWorld();
    world.putMany(3);
    before?.(world);
    const ended = await world.runWith(env);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe("");
    expectOneLine(ended, says);
    // What says no ends it at once: nobody is asked the same thing twice.
    const calls = world.botApi.calls().map(({ method, bot, chat_id }) => `${method} ${bot} ${chat_id}`);
    const requests = world.r2.requests().map(({ operation, bucket, key }) => `${operation} ${bucket} ${key}`);
    expect([...calls, ...requests].sort()).toEqual([...new Set([...calls, ...requests])].sort());
    expect(world.posts()).toEqual([]);
  });

  it("ends in a summary with --json too", async () => {
    const world = await openWorld();
    const ended = await world.runWith({ R2_BUCKET: "nope" }, "--json");
    expect(summaryOf(ended)).toMatchObject({ total: 0, success_rate: 1, exit_code: 4 });
    expect(linesOf(ended).map(({ type }) => type)).toEqual(["error", "summary"]);
  });

  it("leaves no mark on a new ledger: with the mistake corrected the run works", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    for (const env of [
      { R2_BUCKET: "nope" },
      { TELEGRAM_BOT_TOKEN: "123:AAHnot-this_one" },
      { TELEGRAM_BOT_TOKEN: "AAHnot_a_token" },
      { TELEGRAM_API_ROOT: `${world.botApi.url}/nothing` },
      { R2_ENDPOINT: "http://127.0.0.1:9" },
    ])
      expect((await world.runWith(env)).code, JSON.stringify(env)).not.toBe(0);
    const ended = await world.run(["--json"]);
    expect(endsOf(ended)).toEqual({ "a.txt": "ready" });
  });

  it("is also told when it is a manifest that names the objects", async () => {
    const world = await openWorld();
    const options = { stdin: '{"key":"a.jpg"}\n', env: { R2_BUCKET: "nope" } };
    const ended = await world.run(["--manifest", "-", "--manifest-format", "jsonl"], options);
    expect(ended.code).toBe(4);
    expectOneLine(ended, /nope/);
  });

  it("is told by the first call where the lanes were not tried before", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    const ended = await world.run(["--no-preflight", "--json"]);
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/no lane is left.*kicked/);
    expect(world.posts()).toEqual([]);
    expect(world.rows("select status from media_cache where status <> 'warming'")).toEqual([]);
  });
});

describe("a run that can do part of its work", () => {
  it("goes on by the other chat when one of two is closed to it", async () => {
    const world = await openWorld();
    world.putMany(6);
    const ended = await world.runWith({ WARMUP_CHAT_ID: `${CHAT},${FORBIDDEN_CHAT},-100404` });
    expect(ended.code).toBe(0);
    expect(ended.stderr.match(/^warning: lane default x (-1003|-100404) is out/gm)).toHaveLength(2);
    expect(world.posts().map(({ chat_id }) => chat_id)).toEqual(Array(6).fill(CHAT));
  });

  it("follows a group that became a supergroup, says so, and remembers it", async () => {
    const world = await openWorld();
    world.putMany(2);
    world.botApi.control({ chat: { id: -44, migrate_to: -1_004 } });
    const first = await world.runWith({ WARMUP_CHAT_ID: "-44" });
    expect(first.code).toBe(0);
    expect(first.stderr).toContain("lane default x -44 is now -1004: put the new id into your configuration");
    expect(world.posts().map(({ chat_id }) => chat_id)).toEqual([-1_004, -1_004]);
  });

  it("fails what only a closed bot could do, while other bots finish theirs", async () => {
    const world = await openWorld();
    const keys = world.putMany(30);
    world.file(
      "prewarm.config.json",
      JSON.stringify({ bots: [{ slug: "second", token_env: "SECOND_TOKEN", warmup_chats: [-1003] }] }),
    );
    world.atRead(11, () => world.botApi.control({ chat: { id: FORBIDDEN_CHAT, kick: true } }));
    const ended = await world.runWith({ SECOND_TOKEN: "7000002:AAHother-bot_secret" }, "--json");
    expect(ended.code).toBe(4);
    const { total, ready, failed } = summaryOf(ended);
    expect(total).toBe(2 * keys.length);
    expect(ready + failed).toBe(total);
    expect(failed).toBeGreaterThan(0);
    expect(world.posts().filter(({ chat_id }) => chat_id === CHAT)).toHaveLength(keys.length);
  });
});

describe("nothing to do", () => {
  it("is success: an empty bucket", async () => {
    const world = await openWorld();
    const ended = await world.run(["--json"]);
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({ total: 0, success_rate: 1, exit_code: 0 });
  });

  it("is success: folder markers and empty objects are skipped with a reason", async () => {
    const world = await openWorld();
    world.put("folder/", "");
    world.put("empty.jpg", "");
    const ended = await world.run(["--json"]);
    expect(ended.code).toBe(0);
    expect(endsOf(ended)).toEqual({
      "folder/": "skipped folder_marker",
      "empty.jpg": "skipped empty_object",
    });
  });
});
