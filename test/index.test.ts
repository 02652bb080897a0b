import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigError, LedgerError, type PrewarmOptions, prewarm, UnexpectedError } from "../src/index.ts";
import { OTHER_TOKEN, openWorld, TOKEN, type World } from "./helpers/world.ts";

/** Settings by the environment alone, and a ledger in the folder of the world. */
function settingsOf(world: World): PrewarmOptions {
  return { env: world.env(), folder: null, ledger: `sqlite:${join(world.dir, "prewarm.db")}` };
}

async function errorOf(options: PrewarmOptions): Promise<unknown> {
  return prewarm(options).then(
    () => null,
    (error: unknown) => error,
  );
}

describe("prewarm()", () => {
  it("warms everything, tells what happens, and returns the figures of its summary", async () => {
    const world = await openWorld();
    world.putMany(3);
    const heard: string[] = [];
    const result = await prewarm({
      ...settingsOf(world),
      events: {
        started: ({ command }) => heard.push(command),
        item: ({ key, status, fileId }) => heard.push(`${key} ${status} ${typeof fileId}`),
      },
    });
    expect(result).toMatchObject({
      exitCode: 0,
      cause: null,
      total: 3,
      ready: 3,
      failed: 0,
      successRate: 1,
      plan: null,
      latencyMs: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
    });
    expect(heard.sort()).toEqual([
      "doc/0000.bin ready string",
      "doc/0001.bin ready string",
      "doc/0002.bin ready string",
      "prewarm()",
    ]);
    expect(world.posts()).toHaveLength(3);
    expect(await prewarm(settingsOf(world))).toMatchObject({ total: 3, skipped: 3, exitCode: 0 });
    expect(world.posts()).toHaveLength(3);
  });

  it("takes settings and flags as options, which win over the environment", async () => {
    const world = await openWorld();
    world.putMany(3, "a/");
    world.putMany(3, "b/");
    const { R2_SECRET_ACCESS_KEY: secretAccessKey = "", ...env } = world.env();
    const result = await prewarm({
      ...settingsOf(world),
      env: { ...env, R2_BUCKET: "other", TELEGRAM_BOT_TOKEN: "1:wrong", MEDIA_PREWARM_CONCURRENCY: "0" },
      bucket: "media",
      secretAccessKey,
      botToken: TOKEN,
      chats: [-1001, "-1002"],
      concurrency: 2,
      answerTimeout: 60_000,
      include: "*.bin",
      prefix: "a/",
      limit: 2,
      only: undefined,
    });
    expect(result).toMatchObject({ ready: 2, exitCode: 0 });
    expect(world.postedKeys().every((key) => key?.startsWith("a/"))).toBe(true);
  });

  it("plans only with dryRun", async () => {
    const world = await openWorld();
    world.putMany(3);
    const planned: string[] = [];
    const events = { planned: ({ key }: { key: string }) => planned.push(key) };
    const { plan, exitCode } = await prewarm({ ...settingsOf(world), dryRun: true, events });
    expect({ exitCode, plan }).toMatchObject({ exitCode: 0, plan: { toWarm: 3, skipped: 0, lanes: 1 } });
    expect(planned).toHaveLength(3);
    expect(world.posts()).toEqual([]);
  });

  it("needs nothing with sandbox", async () => {
    const world = await openWorld();
    const options = { ...settingsOf(world), env: {}, sandbox: true, limit: 1 };
    expect(await prewarm(options)).toMatchObject({ ready: 1, exitCode: 0 });
    expect(world.posts()).toEqual([]);
  });
});

describe("a signal", () => {
  it("that aborts lets calls under way finish and begins nothing new", async () => {
    const world = await openWorld({ uploadLatencyMs: [20, 30] });
    world.putMany(12);
    const stop = new AbortController();
    const causes: unknown[] = [];
    const result = await prewarm({
      ...settingsOf(world),
      concurrency: 2,
      signal: stop.signal,
      events: { item: () => stop.abort(), stopping: (cause) => causes.push(cause) },
    });
    expect(result).toMatchObject({ exitCode: 5, cause: { type: "aborted" }, failed: 0, unknown: 0 });
    expect(causes).toEqual([{ type: "aborted" }]);
    expect(result.ready).toBe(world.posts().length);
    expect(result.ready).toBeLessThan(12);
    expect(await prewarm(settingsOf(world))).toMatchObject({ exitCode: 0, skipped: result.ready });
  });

  it("that has aborted before lets nothing begin", async () => {
    const world = await openWorld();
    world.putMany(3);
    const result = await prewarm({ ...settingsOf(world), signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: 5, cause: { type: "aborted" }, total: 0 });
    expect(world.posts()).toEqual([]);
  });
});

describe("what cannot be worked with", () => {
  it("ends in a result: a wrong token", async () => {
    const world = await openWorld();
    const result = await prewarm({ ...settingsOf(world), botToken: "7000001:AAHwrong-secret" });
    expect(result).toMatchObject({ exitCode: 4, cause: { type: "no_lane", failure: { class: "auth" } } });
    expect(JSON.stringify(result)).not.toContain("AAHwrong-secret");
  });

  it("is thrown as a LedgerError: a ledger that is held", async () => {
    const world = await openWorld({ uploadLatencyMs: [20, 30] });
    world.putMany(4);
    let second: Promise<unknown> | null = null;
    const events = {
      attempt: () => {
        second ??= errorOf(settingsOf(world));
      },
    };
    expect(await prewarm({ ...settingsOf(world), events })).toMatchObject({ ready: 4, exitCode: 0 });
    const error = await second;
    expect(error).toBeInstanceOf(LedgerError);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining("is held by `prewarm()`") });
  });

  it("is thrown as a ConfigError: a ledger of another bot", async () => {
    const world = await openWorld();
    await prewarm(settingsOf(world));
    const error = await errorOf({ ...settingsOf(world), botToken: OTHER_TOKEN });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining("belongs to bot 7000001") });
  });

  it("is thrown as a ConfigError with all problems: options and settings", async () => {
    const options = { env: {}, folder: null, limit: 0, maxFailures: "many" as "5%" };
    const error = await errorOf(options);
    expect(error).toBeInstanceOf(ConfigError);
    const { problems } = error as ConfigError;
    expect(problems).toHaveLength(8);
    expect(problems.join("\n")).toMatch(/--limit "0".*\n--max-failures "many".*\nR2_ACCOUNT_ID/);
  });

  it("is thrown as a ConfigError: names that are no options, and values that are no choices", async () => {
    const options: object = {
      concurency: 5,
      colour: "red",
      kind: "foto",
      order: "small",
      force: "yes please",
    };
    const error = await errorOf(options);
    expect((error as ConfigError).problems).toEqual([
      "concurency: no such option of prewarm(), did you mean concurrency?",
      "colour: no such option of prewarm()",
      'kind "foto": it must be one of photo, video, animation, audio, voice, document',
      'force "yes please": it must be 1 or 0',
    ]);
  });

  it("is thrown without secrets", async () => {
    const world = await openWorld();
    const folder = `/no/\0/${TOKEN}`;
    const config = await errorOf({ ...settingsOf(world), folder });
    expect(config).toBeInstanceOf(ConfigError);
    expect(inspect(config)).toContain("***");
    const signal = {
      aborted: false,
      addEventListener: () => {
        throw new TypeError(`no way with ${TOKEN}`, { cause: TOKEN });
      },
      removeEventListener: () => {},
    } as unknown as AbortSignal;
    const bug = await errorOf({ ...settingsOf(world), signal });
    expect(bug).toBeInstanceOf(UnexpectedError);
    expect(bug).toMatchObject({ message: "no way with ***", exitCode: 1 });
    for (const error of [config, bug]) expect(inspect(error, { depth: 9 })).not.toContain(TOKEN);
  });
});

it.each<[how: string, fail: (mistake: Error) => undefined]>([
  [
    "throws",
    (mistake) => {
      throw mistake;
    },
  ],
  ["is async and rejects", (mistake) => Promise.reject(mistake) as unknown as undefined],
])("lets a listener that %s stop nothing, and rejects with its error afterwards", async (_, fail) => {
  const world = await openWorld();
  world.putMany(3);
  const mistake = new Error("a mistake of the caller");
  const events = { item: () => fail(mistake) };
  expect(await errorOf({ ...settingsOf(world), events })).toBe(mistake);
  expect(world.posts()).toHaveLength(3);
});
