import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { Agent } from "undici";
import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { ok, type Result } from "../../src/domain/result.ts";
import { followPages } from "../../src/storage/follow-pages.ts";
import type { ListedObject, Storage } from "../../src/storage/port.ts";
import { bucketAt, KEY_ID, refuse, SECRET, sendPage } from "./tiny-server.ts";

type ListPage = Result<readonly ListedObject[]>;

/** Pages up to so many failures. */
async function all(storage: Storage, prefix = "", failures = 1): Promise<ListPage[]> {
  const pages: ListPage[] = [];
  const iterator = storage.list(prefix)[Symbol.asyncIterator]();
  for (let left = failures; ; ) {
    const { done, value: page } = await iterator.next(left < failures ? "again" : undefined);
    if (done) return pages;
    pages.push(page);
    if (!page.ok && --left === 0) {
      expect((await iterator.next()).done).toBe(true);
      return pages;
    }
  }
}

const keysOf = (pages: readonly ListPage[]) => pages.flatMap((p) => (p.ok ? p.value.map((o) => o.key) : []));
const failureOf = (pages: readonly ListPage[]) => pages.flatMap((p) => (p.ok ? [] : [p.failure]));

const query = (url: string | undefined) => new URL(url ?? "/", "http://x").searchParams;

/** Three pages of one object each: a, b, c. */
function threePages(url: string | undefined, response: ServerResponse): void {
  const at = Number(query(url).get("continuation-token") ?? 0);
  sendPage(response, [["a", "b", "c"][at] ?? "?"], at < 2 ? `${at + 1}` : undefined);
}

describe("list", () => {
  it("follows every page and hands on size, bare ETag and time", async () => {
    const { storage, seen } = await bucketAt((request, response) => threePages(request.url, response));
    const pages = await all(storage, "cover +ü/");
    expect(keysOf(pages)).toEqual(["a", "b", "c"]);
    expect(pages[0]).toEqual({
      ok: true,
      value: [{ key: "a", bytes: 7, etag: "e-1", modifiedAt: Date.UTC(2025, 0, 2, 3, 4, 5, 678) }],
    });
    expect(seen.map(({ url }) => query(url).get("prefix"))).toEqual(Array(3).fill("cover +ü/"));
    expect(seen[0]?.url).toMatch(/^\/media\/?\?encoding-type=url&list-type=2/);
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes("checksum"))).toEqual([]);
  });

  it("keeps keys as they are", async () => {
    const keys = [" lead", "trail ", "1e5", "true", "a&b<c>", "ü🎬", "a+b%20c", "00012", "cr\rlf", "folder/"];
    const { storage } = await bucketAt((_, response) => sendPage(response, keys));
    expect(keysOf(await all(storage))).toEqual(keys);
  });

  it("finds an empty bucket empty", async () => {
    const { storage } = await bucketAt((_, response) => sendPage(response, []));
    expect(await all(storage)).toEqual([{ ok: true, value: [] }]);
  });

  it("fetches one page ahead and no more", async () => {
    const { storage, seen } = await bucketAt((request, response) => threePages(request.url, response));
    for await (const page of storage.list("")) {
      expect(keysOf([page])).toEqual(["a"]);
      await expect.poll(() => seen.length).toBe(2);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(seen.length).toBe(2);
      break;
    }
  });

  it("takes back the page ahead when the reader goes", async () => {
    let takenBack = false;
    const { storage, seen } = await bucketAt((request, response) => {
      if (!query(request.url).has("continuation-token")) return sendPage(response, ["a"], "1");
      response.on("close", () => {
        takenBack = true;
      });
    });
    for await (const _ of storage.list("")) {
      await expect.poll(() => seen.length).toBe(2);
      expect(takenBack).toBe(false);
      break;
    }
    await expect.poll(() => takenBack).toBe(true);
  });

  it("gives the pages it got and then the failure", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (query(request.url).has("continuation-token")) refuse(response, 403, "AccessDenied");
      else sendPage(response, ["a"], "1");
    });
    const pages = await all(storage);
    expect(keysOf(pages)).toEqual(["a"]);
    expect(failureOf(pages)).toMatchObject([{ reason: "r2_denied", code: 403 }]);
    expect(pages).toHaveLength(2);
  });

  it("asks for keys percent-encoded and decodes them, also where the server writes a space as a plus", async () => {
    const keys = ["mac/Icon\r.jpg", "tab\t\u0001.jpg", "a+b %25.jpg", "ü🎬/#?.jpg", "100%.jpg"];
    const { storage, seen } = await bucketAt((_, response) =>
      sendPage(
        response,
        keys.map((key, i) =>
          i % 2 ? encodeURIComponent(key) : encodeURIComponent(key).replaceAll("%20", "+"),
        ),
        undefined,
        "<EncodingType>url</EncodingType>",
      ),
    );
    expect(keysOf(await all(storage))).toEqual(keys);
    expect(query(seen[0]?.url).get("encoding-type")).toBe("url");
  });

  it("leaves keys as they are where the server does not encode them", async () => {
    const keys = ["a+b", "a%20b", "50%", "a b"];
    const { storage } = await bucketAt((_, response) => sendPage(response, keys));
    expect(keysOf(await all(storage))).toEqual(keys);
    const odd = await bucketAt((_, response) =>
      sendPage(response, ["50%"], undefined, "<EncodingType>url</EncodingType>"),
    );
    expect(keysOf(await all(odd.storage))).toEqual(["50%"]);
  });

  it("asks for the same page again for whoever goes on after a failure", async () => {
    let refusals = 4;
    const { storage } = await bucketAt((request, response) => {
      const isSecond = query(request.url).has("continuation-token");
      if (isSecond && --refusals >= 0) refuse(response, 503, "SlowDown");
      else if (isSecond) sendPage(response, ["b"]);
      else sendPage(response, ["a"], "1");
    });
    const pages = await all(storage, "", 2);
    expect([keysOf(pages), failureOf(pages).length]).toEqual([["a", "b"], 1]);
  });

  it("tries a page three times when the server is busy", async () => {
    let requests = 0;
    const { storage } = await bucketAt((_, response) => {
      requests += 1;
      if (requests < 3) refuse(response, 503, "SlowDown");
      else sendPage(response, ["a"]);
    });
    expect(keysOf(await all(storage))).toEqual(["a"]);
  });

  it("fails when the server stays busy, naming it", async () => {
    const { storage, seen, url } = await bucketAt((_, response) =>
      refuse(response, 503, "ServiceUnavailable"),
    );
    const [failure] = failureOf(await all(storage));
    expect(failure).toMatchObject({ reason: "r2_unavailable", code: 503 });
    expect(failure?.message).toContain(url.slice("http://".length));
    expect(seen.length).toBe(3);
  });

  it.each([
    ["an HTML page", "text/html", "<!doctype html><html><body>Hi<br></body></html>", "endpoint_wrong"],
    ["a tidy HTML page", "text/html", "<html><body>Hi</body></html>", "endpoint_wrong"],
    ["an empty answer", "text/plain", "", "r2_unavailable"],
    ["JSON", "application/json", '{"ok":true}', "r2_unavailable"],
  ])("takes %s for another server than R2", async (_, type, body, reason) => {
    const { storage } = await bucketAt((_request, response) => {
      response.writeHead(200, { "content-type": type }).end(body);
    });
    expect(failureOf(await all(storage))).toMatchObject([{ reason }]);
    expect(failureOf(await all(storage))[0]?.message).toMatch(/not as S3|R2_ENDPOINT/);
  });

  it("does not go round in circles when a page leads to itself or nowhere", async () => {
    const { storage } = await bucketAt((_, response) => sendPage(response, ["a"], "same"));
    const pages = await all(storage);
    expect(keysOf(pages)).toEqual(["a"]);
    expect(failureOf(pages)).toMatchObject([{ reason: "r2_unavailable" }]);
  });

  const CIRCLES: readonly [string, readonly (readonly string[])[], number][] = [
    ["the same page", [["a", "b"]], 1],
    ["two pages in turn", [["a"], ["b"]], 2],
    ["pages of no order", [["c", "b"], ["a"], ["b"]], 3],
  ];

  it.each(CIRCLES)(
    "ends when %s come again under new tokens, and may be asked again",
    async (_, given, good) => {
      const { storage, seen } = await bucketAt((request, response) => {
        const at = Number(query(request.url).get("continuation-token") ?? 0);
        sendPage(response, given[at % given.length] ?? [], String(at + 1));
      });
      const pages = await all(storage, "", 2);
      expect(pages.map(({ ok }) => ok)).toEqual(Array.from({ length: good + 2 }, (_, i) => i < good));
      expect(failureOf(pages)[0]).toMatchObject({
        reason: "r2_unavailable",
        message: expect.stringContaining("with a page that was there before"),
      });
      expect(seen.length).toBeLessThan(good + 5);
    },
  );

  it("goes on when the page that was there before is replaced by the right one", async () => {
    let asked = 0;
    const { storage } = await bucketAt((_, response) => {
      asked += 1;
      if (asked < 3) sendPage(response, ["a"], "1");
      else sendPage(response, ["b"]);
    });
    expect(keysOf(await all(storage, "", 2))).toEqual(["a", "b"]);
  });

  it("follows pages without keys, but not for ever", async () => {
    let asked = 0;
    const some = await bucketAt((_, response) => {
      asked += 1;
      sendPage(response, asked < 5 ? [] : ["a"], asked < 5 ? String(asked) : undefined);
    });
    expect(keysOf(await all(some.storage))).toEqual(["a"]);
    const endless = followPages({
      fetchFrom: async (from = "0") => ok({ objects: [], next: `${Number(from) + 1}` }),
      signal: new AbortController().signal,
      repeated: () => failure("r2_unavailable", "no way out"),
    });
    let last: ListPage | undefined;
    for await (const page of endless) last = page;
    expect(last).toMatchObject({ failure: { message: "no way out" } });
  });

  it("ends when the storage is closed", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (query(request.url).has("continuation-token")) return;
      sendPage(response, ["a"], "1");
    });
    const pages = storage.list("")[Symbol.asyncIterator]();
    await pages.next();
    const waiting = pages.next();
    await storage.close();
    expect((await waiting).value).toMatchObject({ failure: { reason: "stopped" } });
    expect((await pages.next()).done).toBe(true);
  });
});

describe("the signal that ends everything", () => {
  /** A dispatcher that keeps the signal of each request. */
  class Watching extends Agent {
    readonly signals: AbortSignal[] = [];

    override dispatch(...[request, handler]: Parameters<Agent["dispatch"]>): boolean {
      if ("signal" in request && request.signal instanceof AbortSignal) this.signals.push(request.signal);
      return super.dispatch(request, handler);
    }
  }

  /** Signals made of this one by AbortSignal.any that it still knows. */
  function dependants(signal: object): number {
    const symbol = Object.getOwnPropertySymbols(signal).find((it) => it.description === "kDependantSignals");
    const known: unknown = symbol && Reflect.get(signal, symbol);
    return typeof known === "object" && known !== null && "size" in known ? Number(known.size) : 0;
  }

  it("remembers nothing of listings and checks that are over", async () => {
    const dispatcher = new Watching();
    const { storage } = await bucketAt((request, response) => threePages(request.url, response), {
      dispatcher,
    });
    await storage.check();
    const signal = dispatcher.signals[0] ?? expect.unreachable();
    for (let times = 0; times < 20; times++) expect(keysOf(await all(storage))).toEqual(["a", "b", "c"]);
    for await (const _ of storage.list("")) break;
    // A check, three pages each time, and the first page of the listing that was left.
    expect(dispatcher.signals.length).toBeGreaterThanOrEqual(62);
    expect([getEventListeners(signal, "abort").length, dependants(signal)]).toEqual([0, 0]);
    await storage.close();
    expect(signal.aborted).toBe(true);
  });

  it("lets no listing begin that comes later", async () => {
    const { storage, seen } = await bucketAt((request, response) => threePages(request.url, response));
    await storage.close();
    expect(failureOf(await all(storage))).toMatchObject([{ reason: "stopped" }]);
    expect(seen).toEqual([]);
  });
});

describe("check", () => {
  it("passes where the bucket is, asking for one key", async () => {
    const { storage, seen } = await bucketAt((_, response) => sendPage(response, ["a"]));
    expect(await storage.check()).toEqual({ ok: true, value: undefined });
    expect(query(seen[0]?.url).get("max-keys")).toBe("1");
  });

  it("passes for a key pair that may read but not list", async () => {
    const { storage } = await bucketAt((_, response) => refuse(response, 403, "AccessDenied"));
    expect((await storage.check()).ok).toBe(true);
  });

  it.each([
    [403, "InvalidAccessKeyId", "r2_key_unknown"],
    [401, "Unauthorized", "r2_key_unknown"],
    [403, "SignatureDoesNotMatch", "r2_signature_wrong"],
    [403, "RequestTimeTooSkewed", "r2_clock_skew"],
    [404, "NoSuchBucket", "bucket_missing"],
  ])("fails at once for %i %s", async (status, code, reason) => {
    const { storage, seen } = await bucketAt((_, response) => refuse(response, status, code, `no ${KEY_ID}`));
    const result = await storage.check();
    expect(result).toMatchObject({ failure: { class: "auth", reason, code: status } });
    expect(JSON.stringify(result)).not.toContain(KEY_ID);
    expect(JSON.stringify(result)).not.toContain(SECRET);
    expect(seen).toHaveLength(1);
  });

  it("sees a wrong clock, for which the SDK alone would make up", async () => {
    const hour = 3_600_000;
    const { storage } = await bucketAt((request, response) => {
      response.setHeader("date", new Date(Date.now() + hour).toUTCString());
      const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(`${request.headers["x-amz-date"]}`) ?? [];
      const iso = `${day}${time}`.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z");
      if (Math.abs(Date.parse(iso) - (Date.now() + hour)) < 900_000) sendPage(response, ["a"]);
      else refuse(response, 403, "RequestTimeTooSkewed");
    });
    expect(await storage.check()).toMatchObject({ failure: { reason: "r2_clock_skew" } });
  });
});
