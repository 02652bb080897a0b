import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { CREDENTIALS, errorCode, type PresignOptions, presign, sdkClient, startServer } from "./r2-server.ts";

const Bucket = "media";
const MINUTE = 60_000;
const list = () => new ListObjectsV2Command({ Bucket });

async function answer(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return [response.status, await errorCode(response)];
}

test("a wrong secret is refused with 403, also by HEAD, and nothing is given out", async () => {
  const server = await startServer();
  const credentials = { ...CREDENTIALS, secretAccessKey: "wrong" };
  const s3 = sdkClient(server, { credentials });
  await expect(s3.send(list())).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
    $metadata: { httpStatusCode: 403 },
  });
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  server.put("media", "a", Buffer.from("secret content"));
  expect(await answer(await presign(server, "a", { credentials }))).toEqual([403, "SignatureDoesNotMatch"]);
});

test("an unknown key id is named, in the header and in the query", async () => {
  const server = await startServer();
  const credentials = { ...CREDENTIALS, accessKeyId: "ffffffffffffffffffffffffffffffff" };
  await expect(sdkClient(server, { credentials }).send(list())).rejects.toMatchObject({
    name: "InvalidAccessKeyId",
    $metadata: { httpStatusCode: 403 },
  });
  expect(await answer(await presign(server, "a", { credentials }))).toEqual([403, "InvalidAccessKeyId"]);
});

test("a request without a signature is answered as R2 does", async () => {
  const server = await startServer();
  const response = await fetch(`${server.url}/media/a`);
  expect(response.status).toBe(400);
  expect(await response.text()).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidArgument</Code><Message>Authorization</Message></Error>',
  );
  const headers = { authorization: "AWS key:signature" };
  expect(await answer(`${server.url}/media/a`, { headers })).toEqual([401, "Unauthorized"]);
});

test.each(["auto", "us-east-1"])("the region %s is R2's", async (region) => {
  const server = await startServer();
  expect((await sdkClient(server, { region }).send(list())).KeyCount).toBe(0);
});

test("another region is refused, an empty one is not", async () => {
  const server = await startServer();
  server.put("media", "a", Buffer.from("x"));
  await expect(sdkClient(server, { region: "eu-west-1" }).send(list())).rejects.toMatchObject({
    name: "InvalidRegionName",
  });
  const empty = await presign(server, "a", { region: "" });
  expect((await fetch(empty)).status).toBe(200);
});

test.each([
  [14, undefined],
  [-14, undefined],
  [16, "RequestTimeTooSkewed"],
  [-16, "RequestTimeTooSkewed"],
])("a server clock that is %i minutes ahead answers %s", async (minutes, name) => {
  const server = await startServer({ now: () => Date.now() + minutes * MINUTE });
  const failure = await sdkClient(server)
    .send(list())
    .then(
      () => undefined,
      (error: Error) => error.name,
    );
  expect(failure).toBe(name);
});

const NOW = Date.UTC(2026, 0, 31, 12, 30);
const presigned: [string, PresignOptions, number, string | undefined][] = [
  ["in time", { expiresIn: 60, signedAt: NOW - 60_000 }, 200, undefined],
  ["a second too late", { expiresIn: 60, signedAt: NOW - 61_000 }, 400, "ExpiredRequest"],
  ["after five of seven days", { expiresIn: 604_800, signedAt: NOW - 5 * 86_400_000 }, 200, undefined],
  ["signed an hour ahead", { signedAt: NOW + 60 * MINUTE }, 403, "AccessDenied"],
];
test.each(presigned)("a presigned URL that is used %s answers %#", async (_, options, status, code) => {
  const server = await startServer({ now: () => NOW });
  server.put("media", "a", Buffer.from("x"));
  expect(await answer(await presign(server, "a", options))).toEqual([status, code]);
});

test("a presigned URL lasts at most seven days, and at least a second", async () => {
  const server = await startServer();
  const url = await presign(server, "a", { expiresIn: 604_800 });
  expect(await answer(url.replace("Expires=604800", "Expires=604801"))).toEqual([400, "InvalidArgument"]);
  expect(await answer(url.replace("Expires=604800", "Expires=0"))).toEqual([400, "InvalidArgument"]);
});

test.each(["GET", "HEAD", "PUT", "DELETE"])(
  "a URL presigned for %s does that and nothing else",
  async (method) => {
    const server = await startServer();
    const url = await presign(server, "dir/ж +1.txt", { method });
    server.put("media", "dir/ж +1.txt", Buffer.from("x"));
    const expected = method === "DELETE" ? 204 : 200;
    const body = method === "PUT" ? "new" : undefined;
    for (const other of ["GET", "HEAD", "PUT", "DELETE"].filter((name) => name !== method)) {
      expect((await fetch(url, { method: other })).status).toBe(403);
    }
    expect((await fetch(url, { method, ...(body ? { body } : {}) })).status).toBe(expected);
  },
);

test("every part of a presigned URL is covered by its signature", async () => {
  const server = await startServer();
  server.put("media", "a", Buffer.from("x"));
  server.put("media", "b", Buffer.from("x"));
  const url = await presign(server, "a", { query: { tag: "1" } });
  expect((await fetch(url)).status).toBe(200);
  const changes = [
    ["/media/a", "/media/b"],
    ["Expires=3600", "Expires=3601"],
    ["tag=1", "tag=2"],
    ["/media/a?", "/media/a?more=1&"],
  ] as const;
  for (const [from, to] of changes) {
    expect(await answer(url.replace(from, to))).toEqual([403, "SignatureDoesNotMatch"]);
  }
});

test("a body other than the signed one is refused", async () => {
  const server = await startServer();
  const s3 = sdkClient(server);
  s3.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request: { body?: unknown } };
      if (request.body) request.body = Buffer.from("evil");
      return next(args);
    },
    { step: "finalizeRequest", priority: "low", name: "tamper" },
  );
  const put = new PutObjectCommand({ Bucket, Key: "a", Body: Buffer.from("good") });
  await expect(s3.send(put)).rejects.toMatchObject({ name: "XAmzContentSHA256Mismatch" });
  await expect(s3.send(new GetObjectCommand({ Bucket, Key: "a" }))).rejects.toMatchObject({
    name: "NoSuchKey",
  });
});

test("a path that decodes to nothing is refused and not fatal", async () => {
  const server = await startServer();
  expect(await answer(`${server.url}/media/%ff`)).toEqual([400, "InvalidURI"]);
  expect((await fetch(await presign(server, "a"))).status).toBe(404);
});
