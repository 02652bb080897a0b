import Libsql from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { openIds } from "../../src/ids/open.ts";
import { startWorker } from "../cli/started-worker.ts";
import { openWorld } from "../helpers/world.ts";
import { fixtureBytes } from "../sandbox/bot-api/bot-api-server.ts";
import { botFile, startBot, USER } from "./sample-bot.ts";

const WELCOME = "covers/welcome.jpg";
const LATER = "covers/menu.png";

describe.each(["grammy", "telegraf", "node-telegram-bot-api"])("the sample bot of %s", (library) => {
  const file = botFile(`${library}.mjs`);

  /** A world in which `covers/welcome.jpg` has an id. Its server is fast, since polls that end keep bots waiting for 3 s. */
  async function openWarm() {
    const world = await openWorld({ timeScale: 10 });
    world.put(WELCOME, await fixtureBytes(WELCOME), "image/jpeg");
    expect((await world.run([])).code).toBe(0);
    return world;
  }

  it("answers the first /start by id: no bytes move, and the send is as the bot wants it", async () => {
    const world = await openWarm();
    const [{ tg_file_id } = {}] = world.rows("select tg_file_id from media_cache");
    expect(await startBot(world, file).say("/start")).toMatchObject({
      method: "sendPhoto",
      transfer: "file_id",
      bytes_moved: 0,
      file_id: tg_file_id,
      parameters: {
        caption: "Hello, Grace",
        protect_content: "true",
        reply_markup: '{"inline_keyboard":[[{"text":"Menu","callback_data":"menu"}]]}',
      },
    });
  });

  it("delivers an object without an id, and has its id the second time, also after a restart", async () => {
    const world = await openWarm();
    world.put(LATER, await fixtureBytes(LATER), "image/png");
    const bot = startBot(world, file);
    const first = await bot.say(LATER);
    expect(first).toMatchObject({ transfer: "url", bytes_moved: first.bytes });
    expect(await bot.say(LATER)).toMatchObject({ transfer: "file_id", file_id: first.file_id });
    bot.process.signal("SIGTERM");
    await bot.process.ended;
    const again = await startBot(world, file).say(LATER);
    expect(again).toMatchObject({ transfer: "file_id", bytes_moved: 0, file_id: first.file_id });
  });

  it("heals an id that is dead, and the user gets the object all the same", async () => {
    const world = await openWarm();
    const bot = startBot(world, file);
    const before = await bot.say("/start");
    world.botApi.control({ dead: { file_id: before.file_id } });
    const healed = await bot.say("/start");
    expect(healed).toMatchObject({ method: "sendPhoto", transfer: "url", parameters: before.parameters });
    expect(healed.file_id).not.toBe(before.file_id);
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id", file_id: healed.file_id });
  });

  it("goes on after a user who has blocked it, and a key that is not there", async () => {
    const world = await openWarm();
    world.botApi.control({ update: { chat: USER + 1, text: "/start", bot: "first_bot" } });
    world.botApi.control({ chat: { id: USER + 1, kick: true } });
    const bot = startBot(world, file);
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id" });
    expect(await bot.say("covers/none.jpg")).toMatchObject({
      parameters: { text: "Sorry, I could not send that." },
    });
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id" });
  });

  it("answers while another program has the ledger locked, and by id again when it is free", async () => {
    const world = await openWarm();
    const locker = new Libsql(`${world.dir}/prewarm.db`);
    locker.exec("pragma locking_mode = exclusive; begin exclusive");
    const bot = startBot(world, file);
    expect(await bot.say("/start")).toMatchObject({ method: "sendPhoto", transfer: "url" });
    locker.exec("rollback");
    locker.close();
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id", bytes_moved: 0 });
  });

  it("answers by id when the worker that warmed it was killed", async () => {
    const world = await openWorld();
    world.put(WELCOME, await fixtureBytes(WELCOME), "image/jpeg");
    const worker = world.start(["worker", "--port", "0"]);
    await world.until(() => worker.heard().includes("[MEDIA][PREWARM][OK]"), "the worker has warmed it");
    const bot = startBot(world, file);
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id" });
    worker.signal("SIGKILL");
    await worker.ended;
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id", bytes_moved: 0 });
  });

  it("asks a worker on another machine, and answers all the same when that is killed", async () => {
    const world = await openWorld({ timeScale: 10 });
    world.put(WELCOME, await fixtureBytes(WELCOME), "image/jpeg");
    const worker = await startWorker(world, { env: { LOOKUP_TOKEN: "lookup-token-of-this-test" } });
    await world.until(() => worker.heard().includes("[MEDIA][PREWARM][OK]"), "the worker has warmed it");
    const env = { PREWARM_IDS: worker.url, LOOKUP_TOKEN: "lookup-token-of-this-test" };
    const ids = openIds(worker.url, { token: env.LOOKUP_TOKEN });
    onTestFinished(() => ids.close());
    const bot = startBot(world, file, env);
    world.put(LATER, await fixtureBytes(LATER), "image/png");
    const later = await bot.say(LATER);
    // A report is not waited for by the bot; the worker gives the id out from when it has it.
    await expect.poll(() => ids.fileId({ key: LATER })).toMatchObject({ fileId: later.file_id });
    worker.signal("SIGKILL");
    await worker.ended;
    expect(await bot.say(LATER)).toMatchObject({ transfer: "file_id", file_id: later.file_id });
    expect(await bot.say("/start")).toMatchObject({ method: "sendPhoto", chat_id: USER });
  });
});
