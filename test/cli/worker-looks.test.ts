import { expect, it } from "vitest";
import { answerAll, CHANNELS, chatsOf, lookCalls, loseAnswers, lostScene, wrongIds } from "./lost-scene.ts";
import { API, startWorker } from "./started-worker.ts";

const OBJECTS = 24;
const READY = "select 1 from media_cache where status = 'ready'";
const UNKNOWN = "select 1 from media_cache where status = 'unknown'";

it("a worker finds lost messages by looking when unknown rows are retried, counts them, and posts nothing again", async () => {
  const world = await lostScene("edit", OBJECTS);
  const [chat = 0] = CHANNELS;
  world.putMany(3, "warm/");
  const env = { WARMUP_CHAT_ID: String(chat), PREWARM_LOOK_AFTER: "0" };
  await world.run(["--prefix", "warm/"], { env });
  loseAnswers(world, 0.3);
  const worker = await startWorker(world, { env });
  const unknown = () => world.rows(UNKNOWN).length;
  const ready = () => world.rows(READY).length;
  await world.until(() => unknown() + ready() === OBJECTS + 3, "all were sent");
  const lost = unknown();
  expect(lost).toBeGreaterThan(0);
  answerAll(world);
  const before = chatsOf(world);
  expect(before).toEqual({ messages: OBJECTS + 3, twice: 0, copies: 0, withoutTag: 0 });
  expect((await worker.post(`${API}/retry`, { status: "unknown" })).status).toBe(200);
  await world.until(() => ready() === OBJECTS + 3, "all were found");
  const metrics = async () => (await worker.get("/metrics")).text();
  // Each is told once it is written down.
  await expect.poll(metrics).toContain(`prewarm_lost_calls_total{bot="default",resolved="found"} ${lost}\n`);
  expect(await metrics()).toContain('prewarm_lost_calls_total{bot="default",resolved="sent"} 0\n');
  const status = (await (await worker.get(`${API}/status`)).json()) as { resolved: unknown };
  expect(status.resolved).toEqual({ found: lost, sent: 0, unchecked: 0 });
  const { stderr } = await worker.stop();
  expect(stderr.split("\n").filter((line) => /\[OK\].*resolved: '?"?found/.test(line))).toHaveLength(lost);
  expect(lookCalls(world)).toBeGreaterThanOrEqual(2 * lost);
  expect(chatsOf(world)).toEqual(before);
  expect(wrongIds(world)).toEqual([]);
});
