import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  ChecksumAlgorithm,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { heldBytes } from "../../helpers/memory.ts";
import { errorCode, presign, sdkClient, startServer } from "./r2-server.ts";

const BODY = Buffer.from("0123456789");
const Bucket = "media";

test("an object that the SDK puts comes back with its bytes, type, ETag, date and metadata", async () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const server = await startServer();
  const s3 = sdkClient(server);
  const etag = `"${createHash("md5").update(BODY).digest("hex")}"`;
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: "a.txt",
      Body: BODY,
      ContentType: "text/x",
      Metadata: { shelf: "3" },
    }),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "a.txt" }));
  expect(put.ETag).toBe(etag);
  expect(await got.Body?.transformToString()).toBe("0123456789");
  expect(got).toMatchObject({
    ...{ ETag: etag, ContentType: "text/x", ContentLength: 10, AcceptRanges: "bytes" },
    Metadata: { shelf: "3" },
  });
  server.put("media", "dated", BODY, { lastModified: now });
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "dated" }));
  expect(head.LastModified?.getTime()).toBe(Math.floor(now / 1000) * 1000);
});

test.each(Object.values(ChecksumAlgorithm).filter((name) => ["CRC32", "SHA1", "SHA256"].includes(name)))(
  "a stream with a trailing %s checksum is stored without its coding",
  async (algorithm) => {
    const server = await startServer();
    const s3 = sdkClient(server);
    const Body = Buffer.alloc(300_000, "streamed ");
    const stream = Readable.from([Body.subarray(0, 7), Body.subarray(7, 200_000), Body.subarray(200_000)]);
    await s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key: "s", Body: stream, ContentLength: Body.length },
        ChecksumAlgorithm: algorithm,
      }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "s" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
    expect(got.ContentEncoding).toBeUndefined();
  },
);

test("a body that is not what its checksum says is refused and not stored", async () => {
  const server = await startServer();
  const url = await presign(server, "bad", { method: "PUT" });
  const md5 = createHash("md5").update("something else").digest("base64");
  const response = await fetch(url, { method: "PUT", body: BODY, headers: { "content-md5": md5 } });
  expect([response.status, await errorCode(response)]).toEqual([400, "BadDigest"]);
  expect((await fetch(await presign(server, "bad"))).status).toBe(404);
});

test.each([
  "with space.jpg",
  "plus+sign.jpg",
  "юникод/путь.jpg",
  "a'b(c)*!~.png",
  "per%cent&q?=#.gif",
  "dir//x",
])("the key %s survives put, head, get and delete", async (Key) => {
  const server = await startServer();
  const s3 = sdkClient(server);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: BODY }));
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(10);
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(await got.Body?.transformToString()).toBe("0123456789");
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: "NoSuchKey" });
  expect(server.requests().map(({ key }) => key)).toEqual(Array(5).fill(Key));
});

test("keys of one NFC form are one object, listed in the encoding last used", async () => {
  const server = await startServer();
  server.put("media", "caf\u00e9", BODY);
  server.put("media", "cafe\u0301", Buffer.from("newer"));
  const s3 = sdkClient(server);
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: "caf\u00e9" }))).ContentLength).toBe(5);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "caf\u00e9" }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(["cafe\u0301"]);
});

test.each([
  ["bytes=2-4", "234", "bytes 2-4/10"],
  ["bytes=7-", "789", "bytes 7-9/10"],
  ["bytes=8-99", "89", "bytes 8-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-99", "0123456789", "bytes 0-9/10"],
])("the range %s answers 206 with %s", async (Range, text, contentRange) => {
  const server = await startServer();
  server.put("media", "r", BODY);
  const got = await sdkClient(server).send(new GetObjectCommand({ Bucket, Key: "r", Range }));
  expect([got.$metadata.httpStatusCode, got.ContentRange, got.ContentLength]).toEqual([
    206,
    contentRange,
    text.length,
  ]);
  expect(await got.Body?.transformToString()).toBe(text);
});

test.each(["bytes=10-", "bytes=-0"])("the range %s of ten bytes answers 416", async (range) => {
  const server = await startServer();
  server.put("media", "r", BODY);
  const response = await fetch(await presign(server, "r"), { headers: { range } });
  expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  expect(await errorCode(response)).toBe("InvalidRange");
});

test.each(["bytes=0-1,4-5", "pages=1-2", "bytes=5-2"])("the range %s is ignored", async (range) => {
  const server = await startServer();
  server.put("media", "r", BODY);
  const response = await fetch(await presign(server, "r"), { headers: { range } });
  expect([response.status, await response.text()]).toEqual([200, "0123456789"]);
});

test("conditions on the ETag answer 412 and 304", async () => {
  const server = await startServer();
  server.put("media", "c", BODY);
  const url = await presign(server, "c");
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  const ask = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
  expect(await ask({ "if-match": etag })).toBe(200);
  expect(await ask({ "if-match": '"other"' })).toBe(412);
  expect(await ask({ "if-none-match": `"other", W/${etag}` })).toBe(304);
  expect(await ask({ "if-none-match": '"other"' })).toBe(200);
});

test("a put that must not overwrite is refused when there is an object", async () => {
  const server = await startServer();
  const s3 = sdkClient(server);
  const put = () => s3.send(new PutObjectCommand({ Bucket, Key: "once", Body: BODY, IfNoneMatch: "*" }));
  await put();
  await expect(put()).rejects.toMatchObject({ name: "PreconditionFailed" });
});

test.each([
  ["x", Buffer.from([0xff, 0xd8, 0xff, 0xe0]), "image/jpeg"],
  ["lies.jpg", Buffer.from("GIF89a..."), "image/gif"],
  ["x", Buffer.from("\0\0\0\x18ftypisom"), "video/mp4"],
  ["x", Buffer.from("RIFF\0\n\0\0WEBPVP8 "), "image/webp"],
  ["x", Buffer.from("PK\x03\x04"), "application/zip"],
  ["notes.txt", Buffer.from("hello"), "text/plain"],
  ["x", Buffer.from("hello"), "application/octet-stream"],
])("an object %s put without a type gets one from its bytes, then its name", async (key, body, type) => {
  const server = await startServer();
  await fetch(await presign(server, key, { method: "PUT" }), { method: "PUT", body });
  expect((await fetch(await presign(server, key))).headers.get("content-type")).toBe(type);
});

test("two gigabytes of made-up content cost no memory and are the same whichever part is read", async () => {
  const server = await startServer();
  const before = heldBytes();
  server.put("media", "huge.mp4", { bytes: 2_000_000_000 });
  const s3 = sdkClient(server);
  const from = 1_999_900_000;
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "huge.mp4", Range: `bytes=${from}-` }));
  const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
  expect(got.ContentLength).toBe(100_000);
  expect(bytes.every((byte, i) => byte === (from + i) % 251)).toBe(true);
  expect(heldBytes() - before).toBeLessThan(20_000_000);
});

test("missing objects and buckets are told apart, and HEAD answers them without a body", async () => {
  const server = await startServer();
  const s3 = sdkClient(server);
  const get = (bucket: string) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: "none" }));
  await expect(get("media")).rejects.toMatchObject({
    name: "NoSuchKey",
    message: "The specified key does not exist.",
  });
  await expect(get("nowhere")).rejects.toMatchObject({ name: "NoSuchBucket" });
  await expect(s3.send(new HeadBucketCommand({ Bucket: "nowhere" }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
  const head = await fetch(await presign(server, "none", { method: "HEAD" }), { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([404, ""]);
});

test("buckets can be asked for, listed, and not multiplied", async () => {
  const s3 = sdkClient(await startServer());
  expect((await s3.send(new HeadBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(200);
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toEqual(["media", "spare"]);
});

test("each request is noted with what came of it", async () => {
  const server = await startServer();
  server.put("media", "a", BODY);
  const s3 = sdkClient(server);
  await s3.send(new HeadObjectCommand({ Bucket, Key: "a" }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await s3.send(new GetObjectCommand({ Bucket, Key: "a" })).catch(() => undefined);
  expect(server.requests().map(({ operation, key, status }) => [operation, key, status])).toEqual([
    ["HeadObject", "a", 200],
    ["DeleteObject", "a", 204],
    ["GetObject", "a", 404],
  ]);
});

test("what R2 has and the sandbox has not is answered with 501", async () => {
  const server = await startServer();
  const url = await presign(server, "a", { method: "POST", query: { uploads: "" } });
  const response = await fetch(url, { method: "POST" });
  expect([response.status, await errorCode(response)]).toEqual([501, "NotImplemented"]);
});
