import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openIds } from "../../src/ids/open.ts";
import type { IdReport, Ids } from "../../src/ids/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import { CHAT, openWorld, TOKEN, type World } from "../helpers/world.ts";

const QUICK = { PREWARM_TIME_SCALE: "100" };
const ROW =
  "select status, tg_file_id as id, dead_at is not null as dead, warmup_chat_id as chat from media_cache";

function idsOf(world: World): Ids {
  const ids = openIds(`sqlite:${join(world.dir, "prewarm.db")}`, { onTrouble: () => {} });
  onTestFinished(() => ids.close());
  return ids;
}

/** The bot sends an object itself, to the chat of a user. */
async function ownSend(world: World, text: string): Promise<string> {
  const body = new FormData();
  body.set("chat_id", "77");
  body.set("document", new Blob([text]), "a.txt");
  const answer = await fetch(`${world.botApi.url}/bot${TOKEN}/sendDocument`, { method: "POST", body });
  const { result } = (await answer.json()) as { result: { document: { file_id: string } } };
  return result.document.file_id;
}

function learned(key: string, text: string, fileId: string, more: Partial<IdReport> = {}): IdReport {
  const etag = createHash("md5").update(text).digest("hex");
  return {
    type: "learned",
    key,
    bot: "default",
    kind: "document",
    fileId,
    fileUniqueId: "AQADunique-id",
    etag,
    bytes: text.length,
    ...more,
  };
}

/** Reports that still wait. */
function waiting(world: World): number {
  const db = new Sqlite(join(world.dir, "prewarm.db-reports"), "reports");
  try {
    return db.all("select * from reports").length;
  } finally {
    db.leave();
  }
}

const warmup = (world: World) => world.posts().filter(({ chat_id }) => Number(chat_id) === CHAT).length;

describe("a run", () => {
  it("takes over what a bot learned, and does not send that object", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    world.put("b.txt", "bb");
    const id = await ownSend(world, "aa");
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", id));
    expect((await ids.fileId({ key: "a.txt" }))?.fileId).toBe(id);
    const { code, stderr } = await world.run([]);
    expect([code, warmup(world)]).toEqual([0, 1]);
    expect(stderr).toContain("ids taken over from bots: 1 that bots learned");
    expect(world.rows(`${ROW} where tg_file_id = '${id}'`)).toEqual([
      { status: "ready", id, dead: 0, chat: null },
    ]);
    expect(waiting(world)).toBe(0);
    expect((await ids.fileId({ key: "a.txt" }))?.fileId).toBe(id);
  });

  it.each([
    ["of an object that changed since", learned("a.txt", "old", "x")],
    ["of an object that is gone", learned("gone.txt", "aa", "x")],
    ["that names neither ETag nor size", learned("a.txt", "aa", "x", { etag: null, bytes: null })],
    ["whose size is another", learned("a.txt", "aa", "x", { etag: null, bytes: 3 })],
    ["that is no report", learned("a.txt", "aa", "x", { kind: "sticker" as "photo" })],
  ])("drops a report %s", async (_, report) => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await idsOf(world).report(report);
    expect((await world.run([])).code).toBe(0);
    expect(waiting(world)).toBe(0);
    expect(world.rows(ROW)).toMatchObject([{ status: "ready", chat: String(CHAT) }]);
  });

  it("goes by the size where a bot knows no ETag, and leaves reports of bots that it has not got", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", "own", { etag: null }));
    await ids.report(learned("a.txt", "aa", "news'", { bot: "news" }));
    await world.run([]);
    expect(world.rows(ROW)).toEqual([{ status: "ready", id: "own", dead: 0, chat: null }]);
    expect(waiting(world)).toBe(1);
  });

  it("keeps an id that works, whatever a bot learned", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const before = world.rows(ROW);
    await idsOf(world).report(learned("a.txt", "aa", "own"));
    await world.run([]);
    expect(world.rows(ROW)).toEqual(before);
    expect(waiting(world)).toBe(0);
  });

  it("asks Telegram about an id that a bot found dead, and warms its object again", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const [{ id } = {}] = world.rows(ROW);
    world.botApi.control({ dead: { file_id: String(id) } });
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", String(id), { type: "dead" }));
    const { code, stderr } = await world.runWith(QUICK);
    expect([code, warmup(world)]).toEqual([0, 2]);
    expect(stderr).toContain("1 that are dead, whose objects are warmed again");
    const [row] = world.rows(ROW);
    expect(row).toMatchObject({ status: "ready", dead: 0 });
    expect(row?.id).not.toBe(id);
    expect((await ids.fileId({ key: "a.txt" }))?.fileId).toBe(row?.id);
    expect(world.botApi.calls().filter(({ method }) => method === "getFile")).toHaveLength(2);
    expect(waiting(world)).toBe(0);
  });

  it("puts what a bot learned in the place of the id that is dead, and sends nothing", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const [{ id } = {}] = world.rows(ROW);
    world.botApi.control({ dead: { file_id: String(id) } });
    const own = await ownSend(world, "aa");
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", String(id), { type: "dead" }));
    await ids.report(learned("a.txt", "aa", own));
    await world.runWith(QUICK);
    expect(warmup(world)).toBe(1);
    expect(world.rows(ROW)).toEqual([{ status: "ready", id: own, dead: 0, chat: null }]);
    expect(waiting(world)).toBe(0);
  });

  it("keeps what a bot learned for as long as Telegram was not asked about the id before it", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const [{ id } = {}] = world.rows(ROW);
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "getFile" }, fault: { type: "status", status: 500 } }],
    });
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", String(id), { type: "dead" }));
    await ids.report(learned("a.txt", "aa", "own"));
    await world.runWith(QUICK);
    expect(waiting(world)).toBe(2);
    expect((await ids.fileId({ key: "a.txt" }))?.fileId).toBe("own");
  });

  it("keeps an id of which Telegram says that it works, and asks nothing about one that is gone already", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const before = world.rows(ROW);
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", String(before[0]?.id), { type: "dead" }));
    await ids.report(learned("a.txt", "aa", "never-there", { type: "dead" }));
    await world.runWith(QUICK);
    expect(world.rows(ROW)).toEqual(before);
    expect(world.botApi.calls().filter(({ method }) => method === "getFile")).toHaveLength(1);
    expect(waiting(world)).toBe(0);
  });

  it("leaves a report for later while Telegram or R2 does not answer", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const [{ id } = {}] = world.rows(ROW);
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "getFile" }, fault: { type: "status", status: 500 } }],
    });
    const ids = idsOf(world);
    await ids.report(learned("a.txt", "aa", String(id), { type: "dead" }));
    world.put("b.txt", "bb");
    await ids.report(learned("b.txt", "bb", "own"));
    world.faults = ({ key }) => (key === "b.txt" ? { status: 503 } : undefined);
    await world.runWith(QUICK);
    expect(waiting(world)).toBe(2);
    expect(world.rows(`${ROW} where tg_file_id = '${id}'`)).toMatchObject([{ dead: 0 }]);
  });

  it("in a plan alone changes nothing", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    await idsOf(world).report(learned("b.txt", "bb", "own"));
    await world.run(["--dry-run"]);
    expect(waiting(world)).toBe(1);
  });

  it("makes no file beside its ledger where no bot reports", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    expect(existsSync(join(world.dir, "prewarm.db-reports"))).toBe(false);
  });
});

describe("a worker", () => {
  it("takes reports over while it holds the ledger, and warms what is dead", async () => {
    const world = await openWorld();
    world.put("a.txt", "aa");
    await world.run([]);
    const [{ id } = {}] = world.rows(ROW);
    // With a manifest, or the worker might warm b.txt by itself before it is reported.
    world.file("a.jsonl", '{"key":"a.txt"}\n');
    const args = ["worker", "--port", "0", "--interval-ms", "50", "--manifest", "a.jsonl"];
    const worker = world.start(args, { env: QUICK });
    await world.until(() => worker.heard().includes("[WORKER][START]"), "the worker works");
    const ids = idsOf(world);
    world.botApi.control({ dead: { file_id: String(id) } });
    const own = await ownSend(world, "bb");
    world.put("b.txt", "bb");
    await ids.report(learned("b.txt", "bb", own));
    await ids.report(learned("a.txt", "aa", String(id), { type: "dead" }));
    await world.until(() => world.rows(`${ROW} where tg_file_id = '${own}'`).length === 1, "b is taken over");
    await world.until(
      () => world.rows(`${ROW} where tg_file_id <> '${own}' and tg_file_id <> '${id}'`).length === 1,
      "a is warmed again",
    );
    expect((await ids.fileId({ key: "b.txt" }))?.fileId).toBe(own);
    worker.signal("SIGTERM");
    expect((await worker.ended).code).toBe(143);
  });
});
