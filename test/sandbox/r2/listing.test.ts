import { ListObjectsV2Command, type ListObjectsV2CommandInput } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { compareUtf8 } from "../../../src/sandbox/r2/key-index.ts";
import type { R2Server } from "../../../src/sandbox/r2/server.ts";
import { sdkClient, startServer } from "./r2-server.ts";

const BODY = Buffer.from("x");

async function filled(keys: readonly string[]): Promise<R2Server> {
  const server = await startServer();
  for (const key of keys) server.put("media", key, BODY);
  return server;
}

/** Follows the continuation tokens to the end. */
async function pages(server: R2Server, input: Omit<ListObjectsV2CommandInput, "Bucket"> = {}) {
  const s3 = sdkClient(server);
  const found = [];
  for (let token: string | undefined, more = true; more; ) {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: "media", ...input, ContinuationToken: token }),
    );
    found.push({
      keys: (page.Contents ?? []).map(({ Key }) => Key),
      prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      count: page.KeyCount,
    });
    token = page.NextContinuationToken;
    more = page.IsTruncated === true;
    expect(more).toBe(token !== undefined);
  }
  return found;
}

test("2,500 keys come in three pages, each key once and in order", async () => {
  const keys = Array.from({ length: 2500 }, (_, i) => `k/${String((i * 7919) % 2500).padStart(5, "0")}.jpg`);
  const found = await pages(await filled(keys));
  expect(found.map(({ count }) => count)).toEqual([1000, 1000, 500]);
  expect(found.flatMap((page) => page.keys)).toEqual([...keys].sort());
});

test("objects are listed with size, quoted ETag and date, and with an owner when asked", async () => {
  const server = await startServer();
  const lastModified = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
  server.put("media", "a&<b>.jpg", Buffer.from("hello"), { lastModified });
  const list = new ListObjectsV2Command({ Bucket: "media", FetchOwner: true });
  const { Contents, Name } = await sdkClient(server).send(list);
  expect(Name).toBe("media");
  expect(Contents).toMatchObject([
    { Key: "a&<b>.jpg", Size: 5, ETag: '"5d41402abc4b2a76b9719d911017c592"', StorageClass: "STANDARD" },
  ]);
  expect(Contents?.[0]?.LastModified?.getTime()).toBe(lastModified);
  expect(Contents?.[0]?.Owner?.ID).toBeTypeOf("string");
});

test("the order is that of the UTF-8 bytes, also where UTF-16 has another", async () => {
  const keys = ["z", "\u{1f600}", "\uff5e", "a/b", "a", "a b", "\u0436", "B"];
  const byBytes = [...keys].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
  expect([...keys].sort(compareUtf8)).toEqual(byBytes);
  expect([...keys].sort()).not.toEqual(byBytes);
  const found = await pages(await filled(keys), { MaxKeys: 3 });
  expect(found.flatMap((page) => page.keys)).toEqual(byBytes);
});

test("a delimiter rolls keys up, and pages may end between the prefixes", async () => {
  const keys = ["a.jpg", "b/1", "b/2", "b/c/3", "d/1", "e.jpg", "f/1"];
  const server = await filled(keys);
  const whole = await pages(server, { Delimiter: "/" });
  expect(whole).toEqual([{ keys: ["a.jpg", "e.jpg"], prefixes: ["b/", "d/", "f/"], count: 5 }]);
  const single = await pages(server, { Delimiter: "/", MaxKeys: 1 });
  expect(single.map(({ keys: [key], prefixes: [prefix] }) => key ?? prefix)).toEqual([
    ...["a.jpg", "b/", "d/", "e.jpg", "f/"],
  ]);
  const below = await pages(server, { Prefix: "b/", Delimiter: "/" });
  expect(below).toEqual([{ keys: ["b/1", "b/2"], prefixes: ["b/c/"], count: 3 }]);
});

test("a prefix and a start cut the listing", async () => {
  const server = await filled(["a", "p/1", "p/2", "p/3", "q"]);
  expect((await pages(server, { Prefix: "p/" }))[0]?.keys).toEqual(["p/1", "p/2", "p/3"]);
  expect((await pages(server, { StartAfter: "p/2" }))[0]?.keys).toEqual(["p/3", "q"]);
  expect((await pages(server, { Prefix: "p/", StartAfter: "p/1", MaxKeys: 1 })).map((p) => p.keys)).toEqual([
    ["p/2"],
    ["p/3"],
  ]);
  expect(await pages(server, { Prefix: "none" })).toEqual([{ keys: [], prefixes: [], count: 0 }]);
  expect(await pages(server, { MaxKeys: 0 })).toEqual([{ keys: [], prefixes: [], count: 0 }]);
});

test("encoding-type=url encodes keys, prefixes and the start, and says so", async () => {
  const server = await filled(["d o/ж+1.jpg", "d o/x/2"]);
  const list = new ListObjectsV2Command({
    ...{ Bucket: "media", Prefix: "d o/", Delimiter: "/", StartAfter: "d o/ ", EncodingType: "url" as const },
  });
  const page = await sdkClient(server).send(list);
  expect(page.EncodingType).toBe("url");
  expect(page.Contents?.map(({ Key }) => Key)).toEqual(["d%20o/%D0%B6%2B1.jpg"]);
  expect(page.CommonPrefixes).toEqual([{ Prefix: "d%20o/x/" }]);
  expect([page.Prefix, page.StartAfter]).toEqual(["d%20o/", "d%20o/%20"]);
});

test("changes show in the next listing, also in the middle of one", async () => {
  const server = await filled(["a", "b", "c", "d"]);
  const s3 = sdkClient(server);
  const first = await s3.send(new ListObjectsV2Command({ Bucket: "media", MaxKeys: 2 }));
  server.delete("media", "b");
  server.delete("media", "c");
  server.put("media", "bb", BODY);
  const rest = await s3.send(
    new ListObjectsV2Command({ Bucket: "media", ContinuationToken: first.NextContinuationToken }),
  );
  expect(rest.Contents?.map(({ Key }) => Key)).toEqual(["bb", "d"]);
  server.put("media", "c", BODY);
  expect((await pages(server))[0]?.keys).toEqual(["a", "bb", "c", "d"]);
});

test("nonsense in the query is refused", async () => {
  const server = await filled(["a"]);
  const s3 = sdkClient(server);
  const refused = { name: "InvalidArgument", $metadata: { httpStatusCode: 400 } };
  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket: "media", ...more }));
  await expect(list({ ContinuationToken: "!" })).rejects.toMatchObject(refused);
  await expect(list({ MaxKeys: -1 })).rejects.toMatchObject(refused);
});
