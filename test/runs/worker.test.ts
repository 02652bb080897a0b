import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { secretsOf } from "../../src/config/config.ts";
import { readWorkerOptions } from "../../src/config/run-options.ts";
import { loadWorkerConfig } from "../../src/config/worker-config.ts";
import { redactor } from "../../src/domain/secret.ts";
import { LedgerError } from "../../src/ledgers/error.ts";
import { Worker } from "../../src/runs/worker.ts";
import { openWorld, type World } from "../helpers/world.ts";

async function openWorker(
  world: World,
  env: Readonly<Record<string, string>> = {},
  flags: Parameters<typeof readWorkerOptions>[0] = {},
): Promise<Worker> {
  const ledger = `sqlite:${join(world.dir, "prewarm.db")}`;
  const config = loadWorkerConfig({}, { ...world.env(), PREWARM_LEDGER: ledger, PORT: "0", ...env }, null);
  const redact = redactor(secretsOf(config));
  const options = readWorkerOptions(flags);
  const worker = await Worker.open({ config, options, redact, sandbox: false, version: "0.0.0" });
  onTestFinished(() => worker.close());
  return worker;
}

it("keeps warm until it is stopped, and says how it ended", async () => {
  const world = await openWorld();
  world.putMany(3);
  const worker = await openWorker(world);
  const heard: string[] = [];
  worker.events
    .on("notice", ({ text }) => heard.push(text))
    .on("started", ({ command }) => heard.push(command))
    .on("item", () => {
      if (world.posts().length === 3) worker.stop.drain({ type: "signal", signal: "SIGTERM" });
    });
  expect(await worker.toEnd()).toBe(143);
  expect(heard).toEqual([
    expect.stringMatching(/^status page and admin API on http:/),
    "prewarm worker",
    expect.stringMatching(/^packs, default in /),
  ]);
});

it("warns of a filter that matches nothing, once, and goes on", async () => {
  const world = await openWorld();
  world.putMany(2);
  const worker = await openWorker(world, { PREWARM_LIST_INTERVAL: "1s" }, { include: ["films/**"] });
  const warnings: string[] = [];
  let passes = 0;
  worker.events
    .on("notice", ({ level, text }) => level === "warn" && warnings.push(text))
    .on("pass", ({ ended }) => {
      passes += ended ? 1 : 0;
      if (passes === 2) worker.stop.drain({ type: "signal", signal: "SIGTERM" });
    });
  expect(await worker.toEnd()).toBe(143);
  expect(warnings).toEqual([
    expect.stringMatching(/^--include 'films\/\*\*' matched none of 2 keys: the nearest are doc\//),
  ]);
});

it("cuts off what takes longer than it may after a signal", async () => {
  const world = await openWorld({ uploadLatencyMs: [600_000, 600_000] });
  world.putMany(1);
  const worker = await openWorker(world, { PREWARM_DRAIN: "10ms" });
  const items: string[] = [];
  worker.events
    .on("item", ({ status }) => items.push(status))
    .on("attempt", () => worker.stop.drain({ type: "signal", signal: "SIGINT" }));
  expect(await worker.toEnd()).toBe(130);
  expect(items.length).toBeLessThanOrEqual(1);
});

it("ends at once for what no waiting mends, and holds its ledger until it is closed", async () => {
  const world = await openWorld();
  const worker = await openWorker(world, { TELEGRAM_BOT_TOKEN: "1:AAHnobody" });
  expect(await worker.toEnd()).toBe(4);
  await expect(openWorker(world)).rejects.toThrow(LedgerError);
  await worker.close();
  await openWorker(world);
});

it.each(["getMe", "getChat", "getChatMember"])(
  "waits as long as it is told at the door, in %s",
  async (method) => {
    const world = await openWorld({ timeScale: 20 });
    world.putMany(2);
    const fault = { type: "flood", retry_after: 20 };
    world.botApi.control({ faults: [{ server: "bot-api", match: { method, nth: 1 }, fault }] });
    const worker = await openWorker(world, { PREWARM_TIME_SCALE: "20" });
    worker.events.on("item", () => {
      if (world.posts().length === 2) worker.stop.drain({ type: "signal", signal: "SIGTERM" });
    });
    expect(await worker.toEnd()).toBe(143);
    const calls = world.botApi.calls();
    const told = calls.find(({ code }) => code === 429);
    const [since, until] = [told?.answered ?? 0, (told?.answered ?? 0) + 20_000];
    const early = calls.filter(({ started }) => started > since && started < until);
    expect(early.filter(({ chat_id }) => method === "getMe" || chat_id !== null)).toEqual([]);
    expect(world.posts()).toHaveLength(2);
  },
);
