import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { itemsOf, type Running, summaryOf } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";
import {
  answerAll,
  CHANNELS,
  chatsOf,
  GROUP,
  lookCalls,
  loseAnswers,
  lostScene,
  type Rights,
  wrongIds,
} from "./lost-scene.ts";

const CONCURRENCY = 4;
/** Calls under way, and as many that are written down for the places behind them where the disk is as slow as a call. */
const MOST_BEGUN = 2 * CONCURRENCY;
/** Without tags, so that what is lost is sent again without a look. */
const FOUR = {
  MEDIA_PREWARM_CONCURRENCY: String(CONCURRENCY),
  WARMUP_CHAT_ID: "-1001,-1002",
  PREWARM_TAG: "0",
};
const OBJECTS = 80;
/** Objects of which answers are lost; for figures of a large bucket LOST_OBJECTS=2000. */
const MANY = Number(process.env.LOST_OBJECTS ?? 160);
/** So large a share of their answers. */
const LOST = 0.05;
const LOOK_AFTER_MS = 2_000;

const count = (world: World, sql: string) => Number(world.rows(`select count(*) as n from ${sql}`)[0]?.n);

/** Starts a run that is killed when it reads its nth object, whatever else it is at. */
async function killAtRead(
  world: World,
  nth: number,
  args: readonly string[] = [],
  env = FOUR,
): Promise<void> {
  let running: Running | undefined;
  world.atRead(nth, () => running?.signal("SIGKILL"));
  running = world.start(["run", ...args], { env });
  expect((await running.ended).signal).toBe("SIGKILL");
  world.faults = () => undefined;
}

/** Starts a run whose calls hang from the nth on, and kills it when all that it may have under way do. */
async function killInDoubt(world: World, nth: number, posted: boolean): Promise<void> {
  const since = world.botApi.calls().length;
  const hang = {
    match: { method: "sendDocument", nth, count: OBJECTS },
    fault: { type: "half_open", posted },
  };
  world.botApi.control({ faults: [{ server: "bot-api", ...hang }] });
  const running = world.start(["run"], { env: FOUR });
  await world.until(() => world.underWay(since) === CONCURRENCY, "all its calls hang");
  running.signal("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  world.botApi.control({ faults: [] });
}

/** Messages whose id nobody has and of which no row tells; there must be none. */
function unexplained(world: World): unknown[] {
  const ids = new Set(world.rows("select tg_file_id as id from media_cache").map(({ id }) => id));
  const doubted = new Set(
    world.rows("select r2_key as key from prewarm_attempts where state = 'unknown'").map(({ key }) => key),
  );
  return world
    .posts()
    .filter(({ file_id }) => !ids.has(file_id))
    .filter(({ sha256 }) => !doubted.has(world.keyOf(sha256) ?? null));
}

/** Messages beyond the first of their content, each of which has to be explained. */
function extraPosts(world: World): number {
  return world.posts().length - new Set(world.posts().map(({ sha256 }) => sha256)).size;
}

it("goes on by itself after kill -9 at any moment; nothing is confirmed twice and no id is lost", async () => {
  const world = await openWorld();
  world.putMany(OBJECTS);
  const kills = [
    () => killAtRead(world, 3),
    () => killInDoubt(world, 7, true),
    () => killAtRead(world, 20),
    () => killInDoubt(world, 2, false),
    () => killAtRead(world, 25),
  ];
  let ready: unknown[] = [];
  for (const kill of kills) {
    await kill();
    const now = world.rows("select sha256, tg_file_id from media_cache where status = 'ready'");
    expect(now).toEqual(expect.arrayContaining(ready));
    ready = now;
    expect(count(world, "prewarm_attempts where state = 'sending'")).toBeLessThanOrEqual(MOST_BEGUN);
  }
  const last = await world.ask(["run", "--json"], { env: FOUR });
  expect(last.code).toBe(3);
  const unknown = count(world, "media_cache where status = 'unknown'");
  expect(unknown).toBeGreaterThanOrEqual(2 * CONCURRENCY);
  expect(unknown).toBeLessThanOrEqual(kills.length * MOST_BEGUN);
  expect(summaryOf(last)).toMatchObject({ total: OBJECTS, unknown, left_unknown: unknown, failed: 0 });
  expect(count(world, "media_cache where status = 'ready'")).toBe(OBJECTS - unknown);
  expect(count(world, "media_cache")).toBe(OBJECTS);
  // Nothing was sent a second time: what was posted without an id is among the unknown.
  expect(extraPosts(world)).toBe(0);
  expect(unexplained(world)).toEqual([]);
  const posted = new Set(world.posts().map(({ file_id }) => file_id));
  for (const { tg_file_id: id } of world.rows("select tg_file_id from media_cache where status = 'ready'"))
    expect(posted).toContain(id);

  const only = await world.ask(["run", "--only", "unknown", "--json"], { env: FOUR });
  expect(summaryOf(only)).toMatchObject({ total: unknown, ready: unknown, exit_code: 0 });
  expect(count(world, "media_cache where status = 'ready'")).toBe(OBJECTS);
  expect(extraPosts(world)).toBeLessThanOrEqual(unknown);
  const confirmed = world.rows(
    "select bot_slug, sha256, kind, count(*) as n from prewarm_attempts where state = 'ready' group by 1, 2, 3",
  );
  expect(confirmed).toHaveLength(OBJECTS);
  expect(new Set(confirmed.map(({ n }) => n))).toEqual(new Set([1]));
});

it("keeps every old id when a --force is killed, and takes the new ones it has confirmed", async () => {
  const world = await openWorld();
  world.putMany(OBJECTS);
  expect((await world.ask(["run"], { env: FOUR })).code).toBe(0);
  const ids = "select sha256, tg_file_id as id from media_cache where status = 'ready' order by sha256";
  const old = world.rows(ids);
  for (const nth of [3, 25]) await killAtRead(world, nth, ["--force"]);
  const now = world.rows(ids);
  expect(now.map(({ sha256 }) => sha256)).toEqual(old.map(({ sha256 }) => sha256));
  const replaced = now.filter(({ id }, i) => id !== old[i]?.id);
  expect(replaced.length).toBeGreaterThan(0);
  expect(replaced.length).toBeLessThan(OBJECTS);
  const newIds = new Set(world.posts(OBJECTS).map(({ file_id }) => file_id));
  for (const { id } of replaced) expect(newIds).toContain(id);

  const plain = await world.ask(["run", "--json"], { env: FOUR });
  expect(summaryOf(plain)).toMatchObject({ skipped: OBJECTS, exit_code: 0 });
  expect(world.rows(ids)).toEqual(now);
  // Each message whose id nobody has stands as an attempt that is unknown.
  const doubts = count(world, "prewarm_attempts where state = 'unknown'");
  const confirmed = count(world, "prewarm_attempts where state = 'ready'");
  expect(world.posts().length - confirmed).toBeLessThanOrEqual(doubts);
  expect(doubts).toBeLessThanOrEqual(2 * MOST_BEGUN);
});

it("counts answers that were lost as unknown, one row each; sends none of them again by itself, all by --only unknown", async () => {
  const world = await openWorld({
    faults: [
      {
        server: "bot-api",
        match: { method: "sendDocument", probability: 0.2 },
        fault: { type: "post_then_drop" },
      },
    ],
  });
  world.putMany(OBJECTS);
  const env = { WARMUP_CHAT_ID: "-1001,-1002", PREWARM_TAG: "0" };
  const first = await world.run(["--json", "--max-failures", "1000"], { env });
  const { unknown, ready } = summaryOf(first);
  expect(first.code).toBe(3);
  expect(unknown).toBeGreaterThan(3);
  expect(ready + unknown).toBe(OBJECTS);
  expect(world.posts()).toHaveLength(OBJECTS);
  expect(unexplained(world)).toEqual([]);
  expect(count(world, "media_cache where status = 'unknown'")).toBe(unknown);
  world.botApi.control({ faults: [] });
  const second = await world.run(["--json"], { env });
  expect(summaryOf(second)).toMatchObject({
    skipped: ready,
    unknown,
    left_unknown: unknown,
    success_rate: 1,
    exit_code: 3,
  });
  expect(itemsOf(second).filter(({ status }) => status === "unknown")).toEqual(
    Array(unknown).fill(expect.objectContaining({ left: true, reason: "answer_lost", attempts: 0 })),
  );
  expect(world.posts()).toHaveLength(OBJECTS);

  const third = await world.run(["--json", "--only", "unknown"], { env });
  expect([third.code, summaryOf(third).ready]).toEqual([0, unknown]);
  expect(count(world, "media_cache where status = 'ready'")).toBe(OBJECTS);
});

it.each<[number, string, Rights, readonly number[]]>([
  [MANY, "four channels, by edits", "edit", CHANNELS],
  [MANY / 2, "four channels, by forwards", "forward", CHANNELS],
  [MANY / 2, "a basic group", "edit", [GROUP]],
])(
  "of %i objects in %s finds all that were lost, after three kills, and posts none twice",
  async (objects, _, rights, chats) => {
    const world = await lostScene(rights, objects);
    const looks = { PREWARM_TAG: "1", PREWARM_LOOK_AFTER: `${LOOK_AFTER_MS}ms` };
    const env = { ...FOUR, ...looks, WARMUP_CHAT_ID: chats.join() };
    loseAnswers(world, LOST);
    for (const chat of chats)
      world.botApi.control({ post: { chat, by: "Ada", text: "hello", count: 25, rate: 120 } });
    for (const share of [0.2, 0.3, 0.1])
      await killAtRead(world, Math.round(objects * share), ["--max-failures", "100000"], env);
    const rest = summaryOf(await world.run(["--json", "--max-failures", "100000"], { env }));
    answerAll(world);
    expect(rest.unknown).toBeGreaterThan(objects * LOST * 0.4);
    await delay(LOOK_AFTER_MS + 2_000);
    const there = chatsOf(world).messages;
    const [{ n: ready }] = world.rows("select count(*) as n from media_cache where status = 'ready'") as [
      { n: number },
    ];
    const only = await world.run(["--only", "unknown", "--json"], { env });
    expect(summaryOf(only)).toMatchObject({ ready: rest.unknown, exit_code: 0 });
    // All that was posted is found; what is sent again is what a kill kept from being posted.
    const found = there - ready;
    expect(summaryOf(only).resolved).toEqual({ found, sent: rest.unknown - found, unchecked: 0 });
    expect(lookCalls(world)).toBeLessThan(6 * found + chats.length * 30 * 2);
    expect(chatsOf(world)).toEqual({ messages: objects, twice: 0, copies: 0, withoutTag: 0 });
    expect(wrongIds(world)).toEqual([]);
    expect(world.rows("select count(*) as n from media_cache where status = 'ready'")).toEqual([
      { n: objects },
    ]);
  },
  600_000,
);
