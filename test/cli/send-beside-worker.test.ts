import { Bot } from "grammy";
import { expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/client.ts";
import { createSender } from "../../src/grammy.ts";
import { openWorld, TOKEN, type World } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const USER = 77;
const token = "the-lookup-token";

/** A bot as if it had just been started: it remembers nothing. A slow machine is no reason to give a lookup up. */
function freshBot(world: World, url: string) {
  const bot = new Bot(TOKEN, { client: { apiRoot: world.botApi.url } });
  const ids = createClient(url, { token, timeoutMs: 60_000, onTrouble: () => {} });
  const sender = createSender(bot, { ids, lookupMs: 60_000, env: world.env(), folder: null });
  onTestFinished(() => sender.close());
  return {
    ids,
    sender,
    by: async (key: string) => (await sender.send({ chat: USER, key, caption: "Hello" })).by,
  };
}

it("a bot sends by the ids of a worker, tells it what it learned and what is dead, and outlives it", async () => {
  const world = await openWorld();
  world.put("warm.txt", "warmed by the worker");
  const worker = await startWorker(world, { args: ["--interval-ms", "50"], env: { LOOKUP_TOKEN: token } });
  await world.until(() => worker.heard().includes("[BATCH][DONE]"), "a pass is over");

  const first = freshBot(world, worker.url);
  expect(await first.by("warm.txt")).toBe("file_id");
  world.put("late.txt", "listed only in an hour");
  expect(await first.by("late.txt")).toBe("upload");
  await first.sender.close();

  const second = freshBot(world, worker.url);
  expect(await second.by("late.txt")).toBe("file_id");
  const { fileId: dead = "" } = (await second.ids.fileId({ key: "warm.txt" })) ?? {};
  world.botApi.control({ dead: { file_id: dead } });
  expect(await second.by("warm.txt")).toBe("upload");
  await second.sender.close();
  await expect.poll(async () => (await second.ids.fileId({ key: "warm.txt" }))?.fileId).not.toBe(dead);
  expect(await freshBot(world, worker.url).by("warm.txt")).toBe("file_id");

  worker.signal("SIGKILL");
  await worker.ended;
  expect(await second.by("late.txt")).toBe("file_id");
  world.put("never-seen.txt", "warmed by nobody");
  expect(await second.by("never-seen.txt")).toBe("upload");
  expect(await second.by("never-seen.txt")).toBe("file_id");
  const answers = world.posts().filter(({ chat_id }) => chat_id === USER);
  expect(answers.every(({ parameters }) => parameters.caption === "Hello")).toBe(true);
});
