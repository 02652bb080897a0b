import { describe, expect, it } from "vitest";
import type { Ended } from "../helpers/child.ts";
import { OTHER_TOKEN, openWorld, type World } from "../helpers/world.ts";
import { prove } from "./packs-world.ts";

/** Channels as Telegram numbers them, whose messages have the same ids for every bot. */
const [CHAT, OTHER_CHAT] = [-1_001_000_000_001, -1_001_000_000_002];
const FIRST = { WARMUP_CHAT_ID: String(CHAT) };
const SECOND = { ...FIRST, PREWARM_BOT: "second", TELEGRAM_BOT_TOKEN: OTHER_TOKEN };

function adopt(world: World, ...args: string[]): Promise<Ended> {
  return world.run(["--adopt-from", "default", "--json", ...args], { env: SECOND });
}

interface Line {
  readonly type: string;
  readonly key: string;
  readonly status: string;
  readonly transfer: string | null;
  readonly file_id: string;
  readonly message_id: number;
  readonly attempts: number;
}

function itemsOf({ stdout }: Ended): Line[] {
  const lines = stdout
    .split("\n")
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Line);
  return lines.filter(({ type }) => type === "item");
}

function countBy(values: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
}

/** So many documents, warmed by the first bot. */
async function warmed(count: number): Promise<World> {
  const chats = [CHAT, OTHER_CHAT].map((id) => ({ id, type: "channel" as const, title: `channel ${id}` }));
  const world = await openWorld({ chats });
  world.putMany(count);
  expect((await world.run(["-c", "20"], { env: FIRST })).code).toBe(0);
  return world;
}

/** Whether each id that the ledger has for a bot is one that this bot may send, and no other's. */
async function sends(world: World, bot: string, token: string): Promise<boolean> {
  const rows = world.rows(
    `select tg_file_id as id from media_cache where bot_slug = '${bot}' and status = 'ready'`,
  );
  const asked = rows.map(async ({ id }) => {
    const answer = await fetch(`${world.botApi.url}/bot${token}/getFile?file_id=${id}`);
    return ((await answer.json()) as { ok: boolean }).ok;
  });
  return (await Promise.all(asked)).every(Boolean);
}

describe("--adopt-from", () => {
  it("gets a second bot in the same channel a hundred ids of its own by edits, without a byte or a post", async () => {
    const world = await warmed(100);
    const before = world.posts();
    const ended = await adopt(world);
    expect([ended.code, countBy(itemsOf(ended).map(({ transfer }) => transfer))]).toEqual([0, { edit: 100 }]);
    const after = world.posts();
    expect(after.length).toBe(before.length);
    expect(after.map(({ edits }) => edits)).toEqual(before.map(() => 1));
    const visible = (caption: string | null) => (caption ?? "").replace(/[\u2060-\u2064]/g, "");
    expect(after.map(({ caption }) => visible(caption))).toEqual(
      before.map(({ caption }) => visible(caption)),
    );
    expect(ended.stderr).toContain("adopts what default posted by an edit of its caption");
    expect(ended.stderr).toContain("adopted from default: 100 by an edit, 0 by a forward");
    expect(await sends(world, "second", OTHER_TOKEN)).toBe(true);
    const ids = world.rows("select count(distinct tg_file_id) as n from media_cache where status = 'ready'");
    expect(ids).toEqual([{ n: 200 }]);
    const again = await adopt(world);
    expect(countBy(itemsOf(again).map(({ status }) => status))).toEqual({ skipped: 100 });
    expect(JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({ ready: 100, bytes: 0 });
  });

  it("forwards and deletes the copy where the bot may not edit", async () => {
    const world = await warmed(10);
    world.botApi.control({ chat: { id: CHAT, edit_messages: false, bot: "other_bot" } });
    const posts = world.posts().length;
    const ended = await adopt(world);
    expect([ended.code, countBy(itemsOf(ended).map(({ transfer }) => transfer))]).toEqual([
      0,
      { forward: 10 },
    ]);
    const copies = world.posts(posts);
    expect(copies.map(({ deleted, bytes_moved }) => [deleted, bytes_moved])).toEqual(
      Array.from({ length: 10 }, () => [true, 0]),
    );
    expect(await sends(world, "second", OTHER_TOKEN)).toBe(true);
    const kept = world.rows(
      "select count(*) as n from media_cache a join media_cache b using (sha256, kind, warmup_message_id) where a.bot_slug = 'default' and b.bot_slug = 'second'",
    );
    expect(kept).toEqual([{ n: 10 }]);
    expect(world.rows("select count(*) as n from prewarm_looks where state = 'asking'")).toEqual([{ n: 0 }]);
  });

  it("warms where it may neither edit nor forward, in another chat, and what is new", async () => {
    const world = await warmed(3);
    world.botApi.control({ chat: { id: CHAT, edit_messages: false, protect: true, bot: "other_bot" } });
    const neither = await adopt(world, "--limit", "1");
    expect(countBy(itemsOf(neither).map(({ transfer }) => transfer))).toEqual({ upload: 1 });
    const elsewhere = await world.run(["--adopt-from", "default", "--json", "--limit", "1"], {
      env: { ...SECOND, WARMUP_CHAT_ID: String(OTHER_CHAT) },
    });
    expect(countBy(itemsOf(elsewhere).map(({ transfer }) => transfer))).toEqual({ upload: 1, null: 1 });
    world.botApi.control({ chat: { id: CHAT, edit_messages: true, protect: false, bot: "other_bot" } });
    world.put("new.txt", "nobody sent it yet");
    const mixed = await adopt(world);
    expect(countBy(itemsOf(mixed).map(({ transfer }) => transfer))).toEqual({ null: 2, edit: 1, upload: 1 });
  });

  it("warms a row whose message is gone, and goes on by forwards where an edit is refused", async () => {
    const world = await warmed(4);
    const [gone] = world.posts();
    world.botApi.control({ delete_messages: { chat: CHAT, message_ids: [gone?.message_id ?? 0] } });
    const refuse = { type: "status", status: 400, description: "Bad Request: message can't be edited" };
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "editMessageCaption", nth: 2 }, fault: refuse }],
    });
    const ended = await adopt(world, "-c", "1");
    const ways = countBy(itemsOf(ended).map(({ transfer }) => transfer));
    expect([ended.code, ways.upload, (ways.forward ?? 0) >= 1]).toEqual([0, 1, true]);
    expect(world.posts().filter(({ deleted }) => !deleted).length).toBe(4);
  });

  it("goes on by edits where the message of one row is gone, which says nothing of the others", async () => {
    const world = await warmed(6);
    const [gone] = world.posts();
    world.botApi.control({ delete_messages: { chat: CHAT, message_ids: [gone?.message_id ?? 0] } });
    const ended = await adopt(world, "-c", "1");
    expect(countBy(itemsOf(ended).map(({ transfer }) => transfer))).toEqual({ upload: 1, edit: 5 });
    expect(`${ended.stdout}${ended.stderr}`).toContain("adopted from default: 5 by an edit");
  });

  it("asks a chat for no other edit once it refused one for all messages, and for no forward where none can be made", async () => {
    const world = await warmed(12);
    const refuse = { type: "status", status: 400, description: "Bad Request: message can't be edited" };
    world.botApi.control({
      chat: { id: CHAT, edit_messages: true, protect: true, bot: "other_bot" },
      faults: [{ server: "bot-api", match: { method: "editMessageCaption" }, fault: refuse }],
    });
    const ended = await adopt(world);
    expect(countBy(itemsOf(ended).map(({ transfer }) => transfer))).toEqual({ upload: 12 });
    const { editMessageCaption = 0, forwardMessage = 0 } = countBy(
      world.botApi.calls().map(({ method }) => method),
    );
    expect(`${ended.stdout}${ended.stderr}`).not.toContain("adopted from");
    // As many as wait at once.
    expect([editMessageCaption > 0, editMessageCaption <= 4, forwardMessage]).toEqual([true, true, 0]);
  });

  it("leaves nothing in doubt when the answer to an edit is lost, and one row when that to a forward is", async () => {
    const world = await warmed(3);
    const lost = (method: string) => ({
      server: "bot-api",
      match: { method, nth: 1 },
      fault: { type: "post_then_drop" },
    });
    world.botApi.control({ faults: [lost("editMessageCaption")] });
    const edits = await adopt(world, "--limit", "2");
    expect([edits.code, countBy(itemsOf(edits).map(({ status }) => status))]).toEqual([0, { ready: 2 }]);
    world.botApi.control({
      chat: { id: CHAT, edit_messages: false, bot: "other_bot" },
      faults: [lost("forwardMessage")],
    });
    const forwards = await adopt(world);
    expect([forwards.code, countBy(itemsOf(forwards).map(({ status }) => status))]).toEqual([
      3,
      { skipped: 2, unknown: 1 },
    ]);
    expect(world.posts().filter(({ deleted, forward_of }) => forward_of !== null && !deleted)).toHaveLength(
      1,
    );
    await world.run(["--json"], { env: SECOND });
    expect(world.posts().filter(({ deleted, forward_of }) => forward_of !== null && !deleted)).toEqual([]);
  });

  it("loses and doubles nothing when it is killed in the middle of an edit", async () => {
    const world = await warmed(6);
    const hang = { type: "latency", ms: 600_000 };
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "editMessageCaption", nth: 3 }, fault: hang }],
    });
    const running = world.start(["run", "--adopt-from", "default", "-c", "1"], { env: SECOND });
    const asked = () => world.botApi.calls().filter(({ method }) => method === "editMessageCaption").length;
    await world.until(() => asked() >= 3, "the third edit is under way");
    running.signal("SIGKILL");
    await running.ended;
    const ended = await adopt(world);
    expect([ended.code, countBy(itemsOf(ended).map(({ status }) => status)).unknown]).toEqual([0, undefined]);
    expect(
      world.rows("select count(*) as n from media_cache where bot_slug = 'second' and status = 'ready'"),
    ).toEqual([{ n: 6 }]);
    expect(world.posts().length).toBe(6);
  });

  it("says in a dry run how each is got, and when warming anew is faster", async () => {
    const world = await warmed(40);
    const documented = { PREWARM_PACE: "documented" };
    const dry = (more: Record<string, string>, ...args: string[]) =>
      world.run(["--adopt-from", "default", "-n", ...args], { env: { ...SECOND, ...documented, ...more } });
    const plan = await dry({}, "--json");
    expect(JSON.parse(plan.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      to_warm: 0,
      adopt: { from: "default", edit: 40, forward: 0, calls: 40 },
    });
    expect((await dry({})).stdout).toMatch(/adopt {5}40 by an edit \(1 call each\)/);
    world.botApi.control({ chat: { id: CHAT, edit_messages: false, bot: "other_bot" } });
    const slow = await dry({ WARMUP_CHAT_ID: `${CHAT},${OTHER_CHAT}` });
    expect(slow.stdout).toContain("40 by a forward (2 calls each)");
    expect(slow.stdout).toMatch(
      /faster {4}warming anew takes about .* instead of .*: leave out --adopt-from/,
    );
    expect(world.posts().length).toBe(40);
  });

  it("is refused with 2 where there is nobody to adopt from, or nobody to adopt", async () => {
    const world = await warmed(1);
    const nobody = await world.run(["--adopt-from", "typo"], { env: SECOND });
    expect([nobody.code, nobody.stderr]).toEqual([
      2,
      expect.stringContaining("no id of such a bot; it has those of default"),
    ]);
    const alone = await world.run(["--adopt-from", "default"], { env: FIRST });
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("this run has no other bot")]);
  });

  describe("of messages of several media", () => {
    /** Twenty documents of the first bot in two messages, and one by itself; of the second nothing is proved. */
    async function packed(ids: "ordinary" | "rich_only" = "ordinary"): Promise<World> {
      const world = await warmed(1);
      world.botApi.control({ rich: { ids } });
      prove(world, "quota", "messages");
      prove(world, "ids:document", "ordinary");
      world.putMany(20, "packed/");
      expect((await world.run(["-c", "1"], { env: FIRST })).code).toBe(0);
      const messages = "select count(distinct warmup_message_id) as n from media_cache";
      expect(world.rows(messages)).toEqual([{ n: 2 }]);
      return world;
    }
    const callsOf = (world: World, before: number) =>
      countBy(
        world.botApi
          .calls()
          .slice(before)
          .map(({ method }) => method)
          .filter((method) => !/^get/.test(method)),
      );

    it("asks for each message once, by a button that is taken away, and tries one id of a kind", async () => {
      const world = await packed();
      const [before, posts] = [world.botApi.calls().length, world.posts().length];
      const plan = await world.run(["--adopt-from", "default", "--dry-run"], { env: SECOND });
      expect(plan.stdout).toContain(
        "adopt     21 by an edit, 20 of them in 1 message of several media, 3 calls in all, of what default posted",
      );
      const ended = await adopt(world);
      expect([ended.code, countBy(itemsOf(ended).map(({ transfer }) => transfer))]).toEqual([
        0,
        { edit: 21 },
      ]);
      expect(callsOf(world, before)).toEqual({
        editMessageReplyMarkup: 2,
        editMessageCaption: 1,
        sendDocument: 1,
        deleteMessage: 1,
      });
      expect(countBy(itemsOf(ended).map(({ attempts }) => String(attempts)))).toEqual({ 1: 1, 2: 20 });
      expect(world.posts(posts).map(({ deleted, transfer }) => [deleted, transfer])).toEqual([
        [true, "file_id"],
      ]);
      expect(world.posts().every(({ parameters }) => parameters.reply_markup === undefined)).toBe(true);
      expect(await sends(world, "second", OTHER_TOKEN)).toBe(true);
      expect(world.rows("select count(*) as n from prewarm_looks where state = 'asking'")).toEqual([
        { n: 0 },
      ]);
      expect(countBy(itemsOf(await adopt(world)).map(({ status }) => status))).toEqual({ skipped: 21 });
    });

    it("warms where ids out of them serve nothing else", async () => {
      const world = await packed("rich_only");
      const posts = world.posts().length;
      const ended = await adopt(world, "--prefix", "packed/", "--limit", "20");
      expect([ended.code, countBy(itemsOf(ended).map(({ transfer }) => transfer))]).toEqual([
        0,
        { upload: 20 },
      ]);
      expect(countBy(world.posts(posts).map(({ transfer }) => transfer))).toEqual({ upload: 20 });
      expect(world.rows("select count(*) as n from prewarm_attempts where state = 'unproved'")).toEqual([
        { n: 0 },
      ]);
      expect(await sends(world, "second", OTHER_TOKEN)).toBe(true);
    });

    it("copies each once where it may not edit", async () => {
      const world = await packed();
      world.botApi.control({ chat: { id: CHAT, edit_messages: false, bot: "other_bot" } });
      const [before, posts] = [world.botApi.calls().length, world.posts().length];
      const ended = await adopt(world, "--prefix", "packed/");
      expect([ended.code, countBy(itemsOf(ended).map(({ transfer }) => transfer))]).toEqual([
        0,
        { forward: 20 },
      ]);
      expect(callsOf(world, before)).toEqual({ forwardMessage: 1, sendDocument: 1, deleteMessage: 2 });
      expect(world.posts(posts).every(({ deleted }) => deleted)).toBe(true);
    });
  });
});
