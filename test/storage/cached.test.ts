import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ByteBudget } from "../../src/domain/byte-budget.ts";
import { ok } from "../../src/domain/result.ts";
import { cachedStorage } from "../../src/storage/cached.ts";
import type { OpenOptions, Storage } from "../../src/storage/port.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { bucketAt, outcomeOf, refuse, value } from "./tiny-server.ts";

const TTL = 300_000;

interface Content {
  readonly etag?: string;
  readonly body?: Buffer;
}

/** A bucket whose answers a test may hold back: `requests` are those that came so far, in order. */
async function cachedBucket({ held = false, maxBytes = 1_000, maxObjectBytes = 400 } = {}) {
  const requests: { readonly url: string; answer(content?: Content): void; response: ServerResponse }[] = [];
  const bucket = await bucketAt((request, response) => {
    const answer = ({ etag = "abc", body = Buffer.alloc(100, "x") }: Content = {}) => {
      response.writeHead(200, {
        "content-length": body.length,
        etag: `"${etag}"`,
        "content-type": "image/png",
      });
      response.end(body);
    };
    requests.push({ url: request.url ?? "", answer, response });
    if (!held) answer();
  });
  const clock = new VirtualClock();
  const storage = cachedStorage(bucket.storage, {
    clock,
    ttlMs: TTL,
    budget: new ByteBudget(maxBytes),
    maxObjectBytes,
  });
  const arrived = async (count: number) => {
    while (requests.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    return requests;
  };
  const read = async (key: string, wish: OpenOptions = { etag: "abc" }) =>
    buffer(value(await storage.open(key, wish)).body);
  return { ...bucket, storage, clock, requests, arrived, read };
}

describe("cachedStorage", () => {
  it("reads an object once for several bots that meet within the time, and anew after it", async () => {
    const { storage, clock, requests, read } = await cachedBucket();
    const first = value(await storage.open("a.png", { etag: "abc" }));
    expect(first).toMatchObject({ bytes: 100, etag: "abc", mime: "image/png" });
    expect(await buffer(first.body)).toEqual(Buffer.alloc(100, "x"));
    await clock.advance(TTL - 1);
    expect(await read("a.png")).toEqual(Buffer.alloc(100, "x"));
    expect([requests.length, storage.cache]).toMatchObject([1, { hits: 1, misses: 1, bytes: 100 }]);
    await clock.advance(1);
    expect(storage.cache.bytes).toBe(0);
    await read("a.png");
    expect([requests.length, storage.cache]).toMatchObject([2, { hits: 1, misses: 2, bytes: 100 }]);
  });

  it("tells objects apart by key and ETag, and passes on what is asked for without one or in part", async () => {
    const { storage, requests, seen, read } = await cachedBucket({ held: true });
    const answering = async (work: Promise<unknown>, content?: Content) => {
      const before = requests.length;
      while (requests.length === before) await new Promise((resolve) => setTimeout(resolve, 2));
      requests.at(-1)?.answer(content);
      return work;
    };
    await answering(read("a.png"));
    await answering(read("b.png"));
    await answering(read("a.png", { etag: "new" }), { etag: "new" });
    for (const wish of [{}, {}]) await answering(read("a.png", wish));
    await answering(storage.open("a.png", { etag: "abc", range: { from: 0, to: 9 } }));
    expect(seen.at(-1)?.headers.range).toBe("bytes=0-9");
    await answering(storage.head("a.png"));
    await answering(storage.head("a.png"));
    expect(requests).toHaveLength(8);
    expect(storage.cache).toMatchObject({ hits: 0, misses: 3, bytes: 300 });
  });

  it("shares one request between those who ask at the same time", async () => {
    const { storage, arrived, read } = await cachedBucket({ held: true });
    const reads = [read("a.png"), read("a.png"), read("a.png")];
    const [request] = await arrived(1);
    request?.answer();
    for (const content of await Promise.all(reads)) expect(content).toHaveLength(100);
    expect(await arrived(1)).toHaveLength(1);
    expect(storage.cache).toMatchObject({ hits: 2, misses: 1 });
  });

  it("lets the others read by themselves when the first one is aborted, before or in its body", async () => {
    for (const begun of [false, true]) {
      const { storage, arrived, read } = await cachedBucket({ held: true });
      const impatient = new AbortController();
      const first = storage.open("a.png", { etag: "abc", signal: impatient.signal });
      const second = read("a.png");
      const [request] = await arrived(1);
      if (begun) request?.response.writeHead(200, { "content-length": 100, etag: '"abc"' }).write("x");
      await new Promise((resolve) => setTimeout(resolve, 20));
      impatient.abort();
      expect(await first).toMatchObject({ ok: false, failure: { reason: "stopped" } });
      (await arrived(2))[1]?.answer();
      expect(await second).toHaveLength(100);
      expect(storage.cache).toMatchObject({ hits: 0, misses: 2, bytes: 0 });
    }
  });

  it("lets one that waits be aborted at once, without harm to the first", async () => {
    const { storage, arrived, read } = await cachedBucket({ held: true });
    const first = read("a.png");
    const impatient = new AbortController();
    const second = storage.open("a.png", { etag: "abc", signal: impatient.signal });
    const [request] = await arrived(1);
    impatient.abort();
    expect(await second).toMatchObject({ ok: false, failure: { reason: "stopped" } });
    request?.answer();
    expect(await first).toHaveLength(100);
    expect(storage.cache.bytes).toBe(100);
  });

  it("keeps no body that breaks off, says so as R2's own reader does, and lets the next one read", async () => {
    const { storage, arrived, read } = await cachedBucket({ held: true });
    const first = storage.open("a.png", { etag: "abc" });
    const second = read("a.png");
    const [request] = await arrived(1);
    request?.response.writeHead(200, { "content-length": 100, etag: '"abc"' }).write("half");
    setTimeout(() => request?.response.destroy(), 20);
    expect(await first).toMatchObject({
      failure: { reason: "r2_interrupted", message: expect.stringContaining("a.png") },
    });
    expect(storage.cache.bytes).toBe(0);
    (await arrived(2))[1]?.answer();
    expect(await second).toHaveLength(100);
  });

  it("keeps no refusal: an object that was replaced is told to each who asks by its old ETag", async () => {
    const { storage, arrived } = await cachedBucket({ held: true });
    const both = [storage.open("a.png", { etag: "old" }), storage.open("a.png", { etag: "old" })];
    for (const count of [1, 2]) {
      const response = (await arrived(count))[count - 1]?.response;
      if (response) refuse(response, 412, "PreconditionFailed");
    }
    for (const opened of await Promise.all(both))
      expect(opened).toMatchObject({ failure: { reason: "object_changed" } });
    expect(storage.cache).toMatchObject({ hits: 0, misses: 2, bytes: 0 });
  });

  it("never holds more bytes than it may, and gives up the oldest first", async () => {
    const { storage, requests, read } = await cachedBucket({ maxBytes: 250 });
    for (const key of ["a", "b", "c"]) {
      await read(key);
      expect(storage.cache.bytes).toBeLessThanOrEqual(250);
    }
    await read("c");
    await read("b");
    expect(requests).toHaveLength(3);
    await read("a");
    expect(requests).toHaveLength(4);
  });

  it("counts what is being read too: beyond the bound objects are streamed", async () => {
    const { storage, arrived, read } = await cachedBucket({ held: true, maxBytes: 250 });
    const reads = ["a", "b", "c"].map((key) => read(key));
    const all = await arrived(3);
    for (const { response } of all)
      response.writeHead(200, { "content-length": 100, etag: '"abc"' }).write("x");
    while (storage.cache.bytes < 200) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(storage.cache.bytes).toBe(200);
    for (const { response } of all) response.end(Buffer.alloc(99, "x"));
    for (const content of await Promise.all(reads)) expect(content).toHaveLength(100);
    expect(storage.cache.bytes).toBe(200);
  });

  it("streams a large object to each who asks, before its end and without holding it", async () => {
    const { storage, arrived } = await cachedBucket({ held: true });
    const both = [storage.open("big", { etag: "abc" }), storage.open("big", { etag: "abc" })];
    const head = { "content-length": 100_000, etag: '"abc"' };
    for (const count of [1, 2]) (await arrived(count))[count - 1]?.response.writeHead(200, head).write("x");
    const [first, second] = (await Promise.all(both)).map(value);
    expect(storage.cache.bytes).toBe(0);
    // Nobody reads the first one: the second goes on all the same.
    (await arrived(2))[1]?.response.end(Buffer.alloc(99_999, "x"));
    expect(second && (await outcomeOf(second.body))).toHaveLength(100_000);
    first?.body.destroy();
  });

  it("gives back empty objects and bytes, whatever else a body may be", async () => {
    const { storage, arrived, read } = await cachedBucket({ held: true });
    const first = read("empty");
    (await arrived(1))[0]?.answer({ body: Buffer.alloc(0) });
    expect(await first).toEqual(Buffer.alloc(0));
    const again = value(await storage.open("empty", { etag: "abc" }));
    expect(again.body.readableObjectMode).toBe(false);
    expect(await buffer(again.body)).toEqual(Buffer.alloc(0));
  });

  it("does not keep what has another size than was said", async () => {
    const bucket = {
      open: async () => ok({ bytes: 5, etag: "abc", mime: "", body: Readable.from([Buffer.from("hell")]) }),
    } as unknown as Storage;
    const options = {
      clock: new VirtualClock(),
      ttlMs: TTL,
      budget: new ByteBudget(100),
      maxObjectBytes: 100,
    };
    const storage = cachedStorage(bucket, options);
    expect(await buffer(value(await storage.open("a", { etag: "abc" })).body)).toHaveLength(4);
    expect(storage.cache).toMatchObject({ misses: 1, bytes: 0 });
  });

  it("forgets everything when it is closed", async () => {
    const { storage, clock, read } = await cachedBucket();
    await read("a.png");
    await storage.close();
    expect(storage.cache.bytes).toBe(0);
    await clock.advance(TTL);
  });
});
