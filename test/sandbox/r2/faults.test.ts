import { once } from "node:events";
import { connect } from "node:net";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import type { R2Fault, R2FaultRequest } from "../../../src/sandbox/r2/faults.ts";
import { startR2Server } from "../../../src/sandbox/r2/server.ts";
import { CREDENTIALS, presign, sdkClient, startServer } from "./r2-server.ts";

async function spoiled(fault: R2Fault, bytes = 1_000_000, timeScale = 1) {
  const server = await startServer({ faults: () => fault, timeScale });
  server.put("media", "a.bin", { bytes });
  return { server, url: await presign(server, "a.bin") };
}

/** Bytes of the body that came before it ended or broke. */
async function bytesOf(response: Response): Promise<{ bytes: number; broken: boolean }> {
  let bytes = 0;
  try {
    for await (const piece of response.body ?? []) bytes += piece.length;
    return { bytes, broken: false };
  } catch {
    return { bytes, broken: true };
  }
}

test("a fault is asked for by method, operation, bucket, key and ordinal, and may be none", async () => {
  const asked: R2FaultRequest[] = [];
  const server = await startServer({
    faults: ({ method, operation, bucket, key, ordinal }) => {
      asked.push({ method, operation, bucket, key, ordinal });
      return ordinal === 2 ? { status: 503, body: "<h1>busy</h1>" } : undefined;
    },
  });
  server.put("media", "x", Buffer.from("fine"));
  const url = await presign(server, "x");
  const texts = [];
  for (let i = 0; i < 3; i++) texts.push(await (await fetch(url)).text());
  expect(texts).toEqual(["fine", "<h1>busy</h1>", "fine"]);
  expect(asked).toEqual(
    [1, 2, 3].map((ordinal) => ({
      method: "GET",
      operation: "GetObject",
      bucket: "media",
      key: "x",
      ordinal,
    })),
  );
});

test("a status comes with the body and type of the fault, or with an empty body", async () => {
  const busy = await spoiled({ status: 502, body: "{}", contentType: "application/json" });
  const response = await fetch(busy.url);
  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    ...[502, "application/json", "{}"],
  ]);
  const empty = await fetch((await spoiled({ status: 500 })).url);
  expect([empty.status, await empty.text()]).toEqual([500, ""]);
});

test("a reset breaks the body, and no more bytes come than were asked for", async () => {
  const { server, url } = await spoiled({ resetAfterBytes: 100_000 });
  const response = await fetch(url);
  expect(response.headers.get("content-length")).toBe("1000000");
  const { bytes, broken } = await bytesOf(response);
  expect(broken).toBe(true);
  expect(bytes).toBeLessThanOrEqual(100_000);
  expect(server.requests()[0]?.status).toBe(0);
});

test("a reset after nothing comes before the status line", async () => {
  const { url } = await spoiled({ resetAfterBytes: 0 });
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
});

test("a body that ends before the reset is whole", async () => {
  const { url } = await spoiled({ resetAfterBytes: 2000 }, 2000);
  expect(await bytesOf(await fetch(url))).toEqual({ bytes: 2000, broken: false });
});

test("bandwidth and latency hold, and follow the time scale", async () => {
  // Three hundred milliseconds, and most of an hour on any other scale.
  const { url } = await spoiled({ bytesPerSecond: 100, latencyMs: 2_000_000 }, 100_000, 10_000);
  const started = performance.now();
  const response = await fetch(url);
  expect((await bytesOf(response)).bytes).toBe(100_000);
  expect(performance.now() - started).toBeGreaterThanOrEqual(295);
});

test("a hanging request is taken and never answered, others are", async () => {
  const server = await startServer({ faults: ({ ordinal }) => (ordinal === 1 ? { hang: true } : undefined) });
  server.put("media", "a", Buffer.from("x"));
  const url = await presign(server, "a");
  const patience = new AbortController();
  const hanging = fetch(url, { signal: patience.signal });
  hanging.catch(() => undefined);
  while (server.requests().length === 0) await new Promise(setImmediate);
  expect((await fetch(url)).status).toBe(200);
  patience.abort();
  await expect(hanging).rejects.toMatchObject({ name: "AbortError" });
  expect(server.requests().map(({ status }) => status)).toEqual([0, 200]);
});

test("a client that goes away in the middle of its upload leaves nothing behind", async () => {
  const server = await startServer();
  const url = new URL(await presign(server, "half", { method: "PUT" }));
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, "connect");
  socket.write(
    `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 100\r\n\r\nhalf`,
  );
  while (server.requests().length === 0) await new Promise(setImmediate);
  socket.resetAndDestroy();
  expect((await fetch(await presign(server, "half"))).status).toBe(404);
});

test("closing cuts connections that hang and that idle", async () => {
  const server = await startR2Server({ ...CREDENTIALS, buckets: ["media"], faults: () => ({ hang: true }) });
  const call = sdkClient(server).send(new GetObjectCommand({ Bucket: "media", Key: "a" }));
  call.catch(() => undefined);
  while (server.requests().length === 0) await new Promise(setImmediate);
  await server.close();
  await expect(call).rejects.toThrow();
  await expect(fetch(server.url)).rejects.toThrow();
});

test("a taken port is an error", async () => {
  const server = await startServer();
  const port = Number(new URL(server.url).port);
  await expect(startR2Server({ ...CREDENTIALS, buckets: [], port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test.each([
  ["before its answer", { latencyMs: 50 }],
  ["in the middle of its answer", { bytesPerSecond: 100_000 }],
])("a client that goes away %s does no harm", async (_, fault) => {
  const server = await startServer({ faults: ({ ordinal }) => (ordinal === 1 ? fault : undefined) });
  server.put("media", "a.bin", { bytes: 20_000 });
  const url = new URL(await presign(server, "a.bin"));
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  if ("latencyMs" in fault) while (server.requests().length === 0) await new Promise(setImmediate);
  else await once(socket, "data");
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await bytesOf(await fetch(url))).toEqual({ bytes: 20_000, broken: false });
});
