import { expect, it } from "vitest";
import type { RichOptions } from "../../src/sandbox/bot-api/rich-options.ts";
import { itemsOf, summaryOf } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import type { Rights } from "./lost-scene.ts";
import { answerAll, CHANNELS, lookCalls, planOf } from "./lost-scene.ts";
import { calls, forgetProofs, keyOf, postedTwice, proofs, wrongIds } from "./packs-world.ts";

const CHANNEL = CHANNELS[0] ?? 0;
const ENV = { WARMUP_CHAT_ID: String(CHANNEL), PREWARM_LOOK_AFTER: "0" };
const PACKS = ["--json", "--pack", "20", "--max-failures", "1000"];
const ONLY = ["--json", "--pack", "20", "--only", "unknown"];

/** A channel with these rights, and so many photos. */
async function scene(
  photos: number,
  rights: Rights = "edit",
  rich: Partial<RichOptions> = {},
): Promise<World> {
  const more = rights === "edit" ? { canEditMessages: [] } : {};
  const world = await openWorld({
    chats: [{ id: CHANNEL, type: "channel", title: "warmup", ...more }],
    rich,
  });
  addPhotos(world, 0, photos);
  return world;
}

function addPhotos(world: World, from: number, until: number): void {
  for (let nth = from; nth < until; nth++) world.put(keyOf(nth), png(40 + nth, 30), "image/png");
}

/** The answers to these of the calls from now on are lost, although they did what was asked. */
function lose(world: World, method: string, more: Readonly<Record<string, unknown>>): void {
  const rule = { server: "bot-api", match: { method, ...more }, fault: { type: "post_then_drop" } };
  world.botApi.control({ faults: [rule] });
}

const ready = (world: World) =>
  Number(world.rows("select count(*) as n from media_cache where status = 'ready'")[0]?.n);

it.each<Rights>(["edit", "forward"])(
  "finds all media of lost packs by one %s each, and posts none of them again",
  async (rights) => {
    const world = await scene(100, rights);
    lose(world, "sendRichMessage", { nth: 3, count: 2 });
    const first = summaryOf(await world.run(PACKS, { env: ENV }));
    expect(first.unknown).toBeGreaterThan(10);
    answerAll(world);
    const dry = await world.run([...ONLY, "--dry-run"], { env: ENV });
    expect(planOf(dry.stdout).lost).toMatchObject({ calls: 2, look: first.unknown });
    const second = await world.run(ONLY, { env: ENV });
    expect(summaryOf(second)).toMatchObject({
      ready: first.unknown,
      resolved: { found: first.unknown, sent: 0, unchecked: 0 },
      exit_code: 0,
    });
    expect(ready(world)).toBe(100);
    expect(wrongIds(world)).toEqual([]);
    expect(postedTwice(world)).toEqual([]);
    // Two calls a pack, and those of a post after them at the most; the deletion of the canary was none of these.
    expect(lookCalls(world) - 1).toBeLessThanOrEqual(2 * 2 + 2);
    const packs = new Set(world.rows("select warmup_message_id as id from media_cache").map(({ id }) => id));
    expect(packs.size).toBe(calls(world, "sendRichMessage").length + singles(world));
  },
);

/** Photos that went by themselves, while a canary was on its way. */
const singles = (world: World) => calls(world, "sendPhoto").length - 1;

it("holds what is found of a kind that is not proved, tries one, and keeps all once that one is taken", async () => {
  const world = await scene(1);
  await world.run(["--json"], { env: ENV });
  addPhotos(world, 1, 60);
  lose(world, "sendRichMessage", { nth: 2, count: 2 });
  const first = summaryOf(await world.run(PACKS, { env: ENV }));
  answerAll(world);
  forgetProofs(world);
  const before = world.posts().length;
  const second = summaryOf(await world.run(ONLY, { env: ENV }));
  expect(second).toMatchObject({ ready: first.unknown, resolved: { found: first.unknown }, exit_code: 0 });
  // One message of a canary, which is gone.
  const sent = world.posts(before).filter(({ transfer }) => transfer !== "forward");
  expect(sent.map(({ deleted, transfer }) => `${transfer} ${deleted}`)).toEqual(["file_id true"]);
  expect([proofs(world), ready(world), wrongIds(world)]).toEqual([["ids:photo ordinary"], 60, []]);
});

it("keeps nothing that is found where ids of packs serve no other method, and sends those singly", async () => {
  const world = await scene(1, "edit", { ids: "rich_only" });
  await world.run(["--json"], { env: ENV });
  addPhotos(world, 1, 4);
  lose(world, "sendRichMessage", { nth: 1 });
  const first = summaryOf(await world.run(PACKS, { env: ENV }));
  expect(first.unknown).toBeGreaterThan(0);
  answerAll(world);
  forgetProofs(world);
  const second = summaryOf(await world.run(ONLY, { env: ENV }));
  expect(second).toMatchObject({ ready: first.unknown, resolved: { found: 0, sent: first.unknown } });
  expect([proofs(world), ready(world), wrongIds(world)]).toEqual([["ids:photo rich_only"], 4, []]);
  const kept = world.rows("select tg_file_id as id from media_cache where status = 'ready'");
  const ofPacks = new Set(world.posts().flatMap(({ pack, file_id }) => (pack === null ? [] : [file_id])));
  expect(kept.filter(({ id }) => ofPacks.has(String(id)))).toEqual([]);
});

it.each([true, false])(
  "does in the next run what was left of a canary by a process killed between a pack's answer and its canary; ids ordinary: %s",
  async (isOrdinary) => {
    const world = await scene(1, "edit", { ids: isOrdinary ? "ordinary" : "rich_only" });
    await world.run(["--json"], { env: ENV });
    addPhotos(world, 1, 2);
    const hang = { match: { method: "sendPhoto" }, fault: { type: "half_open", posted: true } };
    world.botApi.control({ faults: [{ server: "bot-api", ...hang }] });
    const since = calls(world, "sendPhoto").length;
    const running = world.start(["run", ...PACKS], { env: ENV });
    const canary = () => calls(world, "sendPhoto").at(since);
    await world.until(() => typeof canary()?.body_end === "number", "its canary hangs");
    running.signal("SIGKILL");
    await running.ended;
    answerAll(world);
    expect(world.rows("select state from prewarm_attempts where pack_id is not null")).toEqual([
      { state: "unproved" },
    ]);
    const next = await world.run(PACKS, { env: ENV });
    expect([next.code, ready(world), wrongIds(world)]).toEqual([0, 2, []]);
    expect(next.stderr).toContain("ids of packs that an earlier run did not come to try: 1 decided");
    const kept = itemsOf(next).find(({ key }) => key === keyOf(1));
    expect([kept?.status, kept?.reason]).toEqual(isOrdinary ? ["skipped", "already_ready"] : ["ready", null]);
    expect(proofs(world)).toEqual([`ids:photo ${isOrdinary ? "ordinary" : "rich_only"}`]);
  },
);

it("posts content of a lost pack once more a run at the most, where each answer is lost, and says so", async () => {
  const world = await scene(1);
  await world.run(["--json"], { env: ENV });
  addPhotos(world, 1, 2);
  lose(world, "sendRichMessage", {});
  await world.run(PACKS, { env: ENV });
  answerAll(world);
  lose(world, "sendPhoto", {});
  const since = world.posts().length;
  const sent = () => world.posts(since).filter(({ transfer }) => transfer !== "forward").length;
  for (const [nth, args] of [ONLY, PACKS, ONLY].entries()) {
    const ended = await world.run(args, { env: ENV });
    expect(ended.stderr).toMatch(
      /a photo with the caption [a-z]{10} may be left in -?\d+, where a later run looks for it/,
    );
    expect(sent()).toBe(nth + 1);
    expect([ended.code, itemsOf(ended).find(({ key }) => key === keyOf(1))?.status]).toEqual([3, "unknown"]);
  }
  answerAll(world);
  const last = await world.run(PACKS, { env: ENV });
  expect([last.code, ready(world), wrongIds(world)]).toEqual([0, 2, []]);
});

it("leaves the message of a lost pack until all its media are out of doubt, and deletes it then", async () => {
  const world = await scene(60);
  lose(world, "sendRichMessage", { nth: 3 });
  const ended = await world.run([...PACKS, "--delete-after"], { env: ENV });
  const lost = itemsOf(ended).filter(({ status }) => status === "unknown");
  answerAll(world);
  const standing = () => world.posts().filter(({ deleted }) => !deleted).length;
  expect([lost.length > 2, standing()]).toEqual([true, lost.length]);
  const two = lost.slice(0, 2).flatMap(({ key }) => ["--include", String(key)]);
  const some = itemsOf(await world.run([...ONLY, "--delete-after", ...two], { env: ENV }));
  expect([some.length, standing()]).toEqual([2, lost.length]);
  await world.run([...ONLY, "--delete-after"], { env: ENV });
  expect([standing(), ready(world), postedTwice(world)]).toEqual([0, 60, []]);
});
