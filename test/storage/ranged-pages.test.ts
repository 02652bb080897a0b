import { createHash } from "node:crypto";
import { Agent, type Dispatcher } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { compareKeys } from "../../src/domain/key-order.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { KeySpace } from "../../src/storage/key-space.ts";
import type { Storage } from "../../src/storage/port.ts";
import { openR2 } from "../../src/storage/r2.ts";
import { bucketAt, refuse, sendPage } from "./tiny-server.ts";

const ACCOUNT = { accessKeyId: "id", secretAccessKey: "secret" };

interface Bucket {
  readonly server: R2Server;
  readonly storage: Storage;
  /** What was asked of the listing. */
  readonly asked: readonly URLSearchParams[];
}

async function bucketOf(keys: readonly string[]): Promise<Bucket> {
  const server = await startR2Server({ ...ACCOUNT, buckets: ["media"] });
  for (const key of keys) server.put("media", key, { bytes: 7 });
  const dispatcher = new Listener();
  const storage = openR2({ ...ACCOUNT, endpoint: server.url, bucket: "media", dispatcher });
  onTestFinished(async () => {
    await storage.close();
    await dispatcher.destroy();
    await server.close();
  });
  return { server, storage, asked: dispatcher.asked };
}

/** Hears what is asked for. */
class Listener extends Agent {
  readonly asked: URLSearchParams[] = [];

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.asked.push(new URL(options.path, "http://x").searchParams);
    return super.dispatch(options, handler);
  }
}

async function keysIn(
  storage: Storage,
  onPage: (keys: readonly string[]) => void = () => {},
): Promise<string[]> {
  const all: string[] = [];
  for await (const page of storage.list("", true)) {
    if (!page.ok) throw new Error(page.failure.message);
    const keys = page.value.map(({ key }) => key);
    all.push(...keys);
    onPage(keys);
  }
  return all;
}

const md5 = (number: number) => createHash("md5").update(`${number}`).digest("hex");
const many = (count: number, key: (number: number) => string) =>
  Array.from({ length: count }, (_, at) => key(at));
const NAMES: Readonly<Record<string, (number: number) => string>> = {
  "numbers of one length": (number) => `covers/${String(number).padStart(7, "0")}.jpg`,
  "numbers of any length": (number) => `img${number}.jpg`,
  "hashes in folders": (number) => `u/${md5(number).slice(0, 2)}/${md5(number)}.webp`,
  "letters of other scripts": (number) => `${["ü", "日本", "😀", "\u{FB01}", "a b"][number % 5]}/${number}`,
};

/** What a server with these keys answers: a page, and where the next begins. */
function pagesOf(keys: readonly string[]) {
  return (url = "/"): [keys: string[], next?: string] => {
    const query = new URL(url, "http://x").searchParams;
    const after = query.get("start-after") ?? "";
    const rest = keys.filter((key) => key > (query.get("continuation-token") ?? after));
    const page = rest.slice(0, Number(query.get("max-keys") ?? 1_000));
    return rest.length > page.length ? [page, page.at(-1) ?? ""] : [page];
  };
}

describe("a listing in several places at once", () => {
  it.each(Object.entries(NAMES))("gives each key once and in order: %s", async (_, name) => {
    const keys = many(24_000, name).sort(compareKeys);
    const { storage, asked } = await bucketOf(keys);
    expect(await keysIn(storage)).toEqual(keys);
    expect(asked.length).toBeLessThan(24 * 2);
  });

  it("begins behind keys that it guessed", async () => {
    const keys = many(24_000, NAMES["numbers of one length"] as (n: number) => string);
    const { storage, asked } = await bucketOf(keys);
    expect(await keysIn(storage)).toEqual(keys);
    const guesses = asked.filter((query) => query.has("start-after") && query.get("max-keys") !== "1");
    expect(guesses.length).toBeGreaterThan(2);
  });

  it("asks a short bucket for no more than its pages", async () => {
    const keys = many(3_500, NAMES["numbers of one length"] as (n: number) => string);
    const { storage, asked } = await bucketOf(keys);
    expect(await keysIn(storage)).toEqual(keys);
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  it("gives what stays in the bucket once while keys come and go", async () => {
    const name = NAMES["numbers of one length"] as (number: number) => string;
    const keys = many(20_000, name);
    const { server, storage } = await bucketOf(keys);
    const gone = new Set<string>();
    let at = 0;
    const seen = await keysIn(storage, () => {
      for (let i = 0; i < 100; i++) {
        const key = name((at * 7919) % 20_000);
        at += 1;
        server.delete("media", key);
        gone.add(key);
        server.put("media", `${key}.new`, { bytes: 7 });
      }
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted(compareKeys));
    const left = new Set(seen);
    expect(keys.filter((key) => !gone.has(key) && !left.has(key))).toEqual([]);
  });

  it.each([
    ["does not start behind a key", compareKeys],
    ["has an order of its own", (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)],
  ])("goes on one page after the other where the server %s", async (_, order) => {
    const name = NAMES["numbers of one length"] as (number: number) => string;
    const keys = many(24_000, (number) => (number % 3 ? name(number) : name(number).toUpperCase())).sort(
      order,
    );
    const { storage } = await bucketAt((request, response) => {
      const query = new URL(request.url ?? "/", "http://x").searchParams;
      const from = Number(query.get("continuation-token") ?? 0);
      sendPage(
        response,
        keys.slice(from, from + 1_000),
        from + 1_000 < keys.length ? `${from + 1_000}` : undefined,
      );
    });
    expect(await keysIn(storage)).toEqual(keys);
  });

  it("gives a failure in its place and goes on behind it when it is asked for again", async () => {
    const keys = many(24_000, NAMES["hashes in folders"] as (n: number) => string).sort(compareKeys);
    const page = pagesOf(keys);
    let requests = 0;
    const { storage } = await bucketAt((request, response) => {
      requests += 1;
      if (requests > 14 && requests % 4 === 0) return refuse(response, 403, "AccessDenied");
      sendPage(response, ...page(request.url));
    });
    const iterator = storage.list("", true)[Symbol.asyncIterator]();
    const seen: string[] = [];
    let failures = 0;
    for (let wish: "again" | undefined; ; ) {
      const { done, value: page } = await iterator.next(wish);
      if (done) break;
      wish = page.ok ? undefined : "again";
      if (page.ok) seen.push(...page.value.map(({ key }) => key));
      else failures += 1;
    }
    expect(failures).toBeGreaterThan(0);
    expect(seen).toEqual(keys);
  });
});

describe("a guess of a key", () => {
  it("is behind the key that it starts from, by about so many pages", () => {
    const name = NAMES["numbers of one length"] as (number: number) => string;
    const space = new KeySpace(
      many(1_000, (number) => name(41_000 + number)),
      new Map(),
    );
    const guess = space.beyond(name(41_999), 0.9) ?? "";
    expect(compareKeys(guess, name(42_800))).toBeGreaterThan(0);
    expect(compareKeys(guess, name(43_000))).toBeLessThan(0);
  });

  it("orders keys by their bytes in UTF-8", () => {
    const keys = ["a", "a!", "a/b", "é", "日", "\u{FB01}", "\u{FFFD}", "😀", "😀a"];
    const byBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keys.toReversed().sort(compareKeys)).toEqual(byBytes);
  });
});
