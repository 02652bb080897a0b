import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ByteBudget } from "../../src/domain/byte-budget.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { cachedStorage } from "../../src/storage/cached.ts";
import type { Storage } from "../../src/storage/port.ts";
import { openR2, type R2Options } from "../../src/storage/r2.ts";

// The sandbox verifies signatures with code of its own: what it lets through was signed as S3 wants it.
const KEYS = [
  "covers/welcome.jpg",
  "covers/gift card.png",
  "docs/stickers+sounds.zip",
  "docs/Überblick.pdf",
  "odd/~-._!*'()&=?#%20[]@:;,$",
  "odd/🎬 clip.mp4",
  "odd//double",
  "odd/trailing space ",
];
const pair = { accessKeyId: "0123456789abcdef0123456789abcdef", secretAccessKey: "sandbox-secret" };
const dispatcher = new Agent();
let server: R2Server;

const CACHE = { clock: systemClock(), ttlMs: 60_000, budget: new ByteBudget(10_000), maxObjectBytes: 1_000 };

beforeAll(async () => {
  server = await startR2Server({ ...pair, buckets: ["media", "many"] });
  for (const key of KEYS) server.put("media", key, Buffer.from(`content of ${key}`));
  server.put("media", "empty.txt", Buffer.alloc(0));
  for (let i = 0; i < 2345; i += 1) server.put("many", `k/${String(i).padStart(5, "0")}.jpg`, { bytes: 10 });
});

afterAll(async () => {
  await dispatcher.destroy();
  await server.close();
});

describe.each<[string, (storage: Storage) => Storage]>([
  ["against the sandbox", (storage) => storage],
  ["against the sandbox, through the cache", (storage) => cachedStorage(storage, CACHE)],
])("%s", (_, wrapped) => {
  const open = (more: Partial<R2Options> = {}) => {
    const storage = wrapped(openR2({ endpoint: server.url, bucket: "media", dispatcher, ...pair, ...more }));
    onTestFinished(() => storage.close());
    return storage;
  };

  it.each(KEYS)("asks and reads %j, and anybody may with the presigned URL", async (key) => {
    const content = Buffer.from(`content of ${key}`);
    const storage = open();
    const etag = createHash("md5").update(content).digest("hex");
    expect(await storage.head(key)).toMatchObject({ ok: true, value: { bytes: content.length, etag } });
    const opened = await storage.open(key, { etag });
    expect(opened.ok && (await buffer(opened.value.body))).toEqual(content);
    const again = await storage.open(key, { etag });
    expect(again.ok && (await buffer(again.value.body))).toEqual(content);
    const stranger = await request(storage.presign(key));
    expect(Buffer.from(await stranger.body.arrayBuffer())).toEqual(content);
  });

  it("reads parts and empty objects", async () => {
    const storage = open();
    const part = await storage.open("covers/welcome.jpg", { range: { from: 3, to: 6 } });
    expect(part.ok && (await buffer(part.value.body)).toString()).toBe("tent");
    expect(await storage.head("empty.txt")).toMatchObject({ value: { bytes: 0 } });
    const beyond = await storage.open("covers/welcome.jpg", { range: { from: 5000, to: 6000 } });
    expect(beyond).toMatchObject({ failure: { reason: "object_mismatch" } });
  });

  it("lists every key of three pages in order", async () => {
    const pages: number[] = [];
    const keys: string[] = [];
    for await (const page of open({ bucket: "many" }).list("k/")) {
      if (!page.ok) throw new Error(page.failure.message);
      pages.push(page.value.length);
      keys.push(...page.value.map((object) => object.key));
    }
    expect(pages).toEqual([1000, 1000, 345]);
    expect(new Set(keys).size).toBe(2345);
    expect(keys).toEqual([...keys].sort());
  });

  it("lists keys as they were put", async () => {
    for await (const page of open().list("odd/")) {
      const listed = page.ok ? page.value.map((object) => object.key) : page.failure;
      expect(new Set(listed as string[])).toEqual(new Set(KEYS.filter((key) => key.startsWith("odd/"))));
    }
  });

  it.each([
    ["an unknown key id", { accessKeyId: "f".repeat(32) }, "r2_key_unknown"],
    ["a wrong secret", { secretAccessKey: "wrong" }, "r2_signature_wrong"],
    ["a missing bucket", { bucket: "nowhere" }, "bucket_missing"],
  ])("names %s, in the check and in every request", async (_, more, reason) => {
    const storage = open(more);
    expect(await storage.check()).toMatchObject({ failure: { class: "auth", reason } });
    expect(await storage.head("covers/welcome.jpg")).toMatchObject({ failure: { reason } });
    expect(await storage.open("covers/welcome.jpg")).toMatchObject({ failure: { reason } });
    const pages = [];
    for await (const page of storage.list("")) {
      pages.push(page);
      if (!page.ok) break;
    }
    expect(pages).toMatchObject([{ failure: { reason } }]);
  });

  it("tells a missing object and a replaced one", async () => {
    const storage = open();
    expect(await storage.head("no.jpg")).toMatchObject({ failure: { reason: "object_missing" } });
    expect(await storage.open("no.jpg")).toMatchObject({ failure: { reason: "object_missing" } });
    const replaced = await storage.open("covers/welcome.jpg", { etag: "0".repeat(32) });
    expect(replaced).toMatchObject({ failure: { reason: "object_changed", code: 412 } });
  });

  it("says that the clock is wrong when signatures come from another hour", async () => {
    for (const hours of [-2, 2]) {
      const storage = open({ wall: () => Date.now() + hours * 3_600_000 });
      expect(await storage.head("covers/welcome.jpg")).toMatchObject({
        failure: { class: "auth", reason: "r2_clock_skew" },
      });
    }
  });
});
