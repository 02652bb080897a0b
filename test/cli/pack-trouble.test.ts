import { expect, it } from "vitest";
import { type Ended, itemsOf, summaryOf } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import { answerAll, CHANNELS, lookCalls } from "./lost-scene.ts";
import { calls, postedTwice, prove, wrongIds } from "./packs-world.ts";

/** Photos; for figures of a large bucket PACK_OBJECTS=2000. */
const PHOTOS = Number(process.env.PACK_OBJECTS ?? 200);
const CHANNEL = CHANNELS[0] ?? 0;
const ENV = { WARMUP_CHAT_ID: String(CHANNEL), PREWARM_LOOK_AFTER: "0" };

const keyOf = (nth: number) => `p/${String(nth).padStart(5, "0")}.png`;

/** A channel in which a bot edits its own posts only, and a bucket of photos, of which every so many are none that Telegram takes. */
async function openTrouble(photos: number, { names = true, badEach = 0 } = {}): Promise<World> {
  const world = await openWorld({
    chats: [{ id: CHANNEL, type: "channel", title: "warmup", canEditMessages: [] }],
    rich: { names_bad: names },
  });
  for (let nth = 0; nth < photos; nth++) world.put(keyOf(nth), photoOf(nth, badEach), "image/png");
  return world;
}

/** Too long for a photo, or no picture at all, by turns. */
function photoOf(nth: number, badEach: number): Uint8Array {
  // No side is twenty times the other, which Telegram takes for no photo.
  if (badEach === 0 || (nth * 7) % badEach !== 3) return png(40 + (nth % 400), 40 + Math.floor(nth / 400));
  return nth % 2 === 0 ? png(9_900, 30 + nth) : Buffer.from(`no picture ${nth}`);
}

const endsOf = (ended: Ended) =>
  new Map(itemsOf(ended).map(({ key, status, reason }) => [key, `${status} ${reason ?? ""}`]));

/** A ledger in which a probe has written that packs are as good as can be. */
async function proved(world: World): Promise<void> {
  expect((await world.run(["--prefix", "none/", "--allow-empty"], { env: ENV })).code).toBe(0);
  for (const [what, result] of Object.entries({ quota: "messages", "ids:photo": "ordinary", keeps: "50" }))
    prove(world, what, result);
}

it.each([
  [true, 0.06],
  [false, 0.25],
])(
  "posts each good medium once beside 2 %% that Telegram refuses, answers name them: %s",
  async (names, most) => {
    const singly = await openTrouble(PHOTOS, { badEach: 50 });
    const alone = endsOf(
      await singly.run(["--json", "--pack", "off", "--max-failures", "1000"], { env: ENV }),
    );
    const world = await openTrouble(PHOTOS, { names, badEach: 50 });
    await proved(world);
    const ended = await world.run(["--json", "--max-failures", "1000"], { env: ENV });
    expect(endsOf(ended)).toEqual(alone);
    expect([...alone.values()].filter((end) => end !== "ready ")).toHaveLength(PHOTOS / 50);
    // Where nobody is named, a half of one goes by itself.
    expect(ended.stdout.split('"pack":').length - 1).toBeGreaterThanOrEqual((PHOTOS - PHOTOS / 50) * 0.9);
    const perMedium = calls(world, "sendRichMessage").length / PHOTOS;
    console.log(`2 % refused, named ${names}: ${perMedium.toFixed(3)} calls of packs a medium, of ${PHOTOS}`);
    expect(perMedium).toBeLessThanOrEqual(most);
    expect([wrongIds(world), postedTwice(world)]).toEqual([[], []]);
  },
);

it("finds what was lost in packs by looking, across three deaths, and posts nothing twice", async () => {
  const world = await openTrouble(1);
  await world.run(["--json"], { env: ENV });
  for (let nth = 1; nth < PHOTOS; nth++) world.put(keyOf(nth), photoOf(nth, 0), "image/png");
  await dieBeforeCanary(world);
  lose(world, PHOTOS > 1_000 ? 0.05 : 0.3);
  for (const share of [0.3, 0.6]) await dieAtRead(world, Math.floor(PHOTOS * share));
  await world.run(["--json", "--pack", "50", "--max-failures", "1000"], { env: ENV });
  answerAll(world);
  const unknown = Number(world.rows("select count(*) as n from media_cache where status = 'unknown'")[0]?.n);
  const before = lookCalls(world);
  const ended = summaryOf(await world.run(["--json", "--pack", "50", "--only", "unknown"], { env: ENV }));
  const { found = 0 } = ended.resolved as { readonly found?: number };
  console.log(`of ${PHOTOS}: ${unknown} lost, ${found} found by ${lookCalls(world) - before} calls`);
  expect([unknown > 0, ended.exit_code, ended.unknown]).toEqual([true, 0, 0]);
  // Calls that died before anything of them was posted have nothing to be found.
  const absent = world.rows("select id from prewarm_attempts where state = 'absent'").length;
  expect(found).toBeGreaterThanOrEqual((unknown - absent) * 0.99);
  expect(absent).toBeLessThan(unknown / 2);
  expect([ready(world), wrongIds(world), postedTwice(world)]).toEqual([PHOTOS, [], []]);
});

const ready = (world: World) =>
  Number(world.rows("select count(*) as n from media_cache where status = 'ready'")[0]?.n);

function lose(world: World, probability: number): void {
  const rule = {
    server: "bot-api",
    match: { method: "sendRichMessage", probability },
    fault: { type: "post_then_drop" },
  };
  world.botApi.control({ faults: [rule] });
}

/** A run that is killed once its first id waits to be tried. */
async function dieBeforeCanary(world: World): Promise<void> {
  const hang = { match: { method: "sendPhoto" }, fault: { type: "half_open", posted: false } };
  world.botApi.control({ faults: [{ server: "bot-api", ...hang }] });
  const running = world.start(["run", "--pack", "50"], { env: ENV });
  const held = () => world.rows("select id from prewarm_attempts where state = 'unproved'").length > 0;
  await world.until(held, "an id waits to be tried");
  running.signal("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  answerAll(world);
}

/** A run that is killed when Telegram reads the nth object from now on. */
async function dieAtRead(world: World, nth: number): Promise<void> {
  let running: ReturnType<World["start"]> | undefined;
  world.atRead(Math.max(1, Math.floor(nth / 4)), () => running?.signal("SIGKILL"));
  running = world.start(["run", "--pack", "50", "--max-failures", "1000"], { env: ENV });
  expect((await running.ended).signal).toBe("SIGKILL");
  world.faults = () => undefined;
}
