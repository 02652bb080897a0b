import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { unchunk } from "../../../src/sandbox/r2/aws-chunked.ts";
import type { R2Server } from "../../../src/sandbox/r2/server.ts";
import { CREDENTIALS, errorCode, presign, startServer } from "./r2-server.ts";

const CODED =
  "5\r\nhello\r\nA;chunk-signature=0\r\n, w\r\norld!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\nX-More: 1\r\n\r\n";
const SIGNED = CODED.replace("=0\r", `=${"0".repeat(64)}\r`);

test.each([1, 2, 3, 7, 1000])(
  "a coded body in pieces of %i bytes is decoded with its trailers",
  async (size) => {
    const bytes = Buffer.from(SIGNED);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const decoded = await unchunk(Readable.from(pieces), () => true);
    expect(decoded.ok && Buffer.concat(decoded.value.pieces).toString()).toBe("hello, w\r\norld!");
    expect(decoded.ok && [...decoded.value.trailers]).toEqual([
      ["x-amz-checksum-crc32", "AAAA"],
      ["x-more", "1"],
    ]);
  },
);

test.each(["", "5\r\nhel", "5\r\nhello", "x\r\nhello\r\n0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n"])(
  "the broken coding %j is an incomplete body",
  async (coded) => {
    const decoded = await unchunk(Readable.from([Buffer.from(coded)]), () => true);
    expect(decoded).toMatchObject({ ok: false, error: { code: "IncompleteBody" } });
  },
);

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const hash = (data: string) => createHash("sha256").update(data).digest("hex");

/** Puts `chunks` with a signature on each, as older SDKs do; `tamper` changes what goes on the wire. */
function putSigned(server: R2Server, chunks: readonly string[], tamper = (wire: string) => wire) {
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${at.slice(0, 8)}/auto/s3/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.secretAccessKey}`);
  const payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const { host } = new URL(server.url);
  const canonical = `PUT\n/media/s\n\nhost:${host}\nx-amz-content-sha256:${payload}\nx-amz-date:${at}\n\nhost;x-amz-content-sha256;x-amz-date\n${payload}`;
  let signature = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash(canonical)}`).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/${scope},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${signature}`;
  const coded = [...chunks, ""].map((data) => {
    const lines = ["AWS4-HMAC-SHA256-PAYLOAD", at, scope, signature, hash(""), hash(data)];
    signature = hmac(key, lines.join("\n")).toString("hex");
    return `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`;
  });
  return fetch(`${server.url}/media/s`, {
    method: "PUT",
    body: tamper(coded.join("")),
    headers: {
      ...{ authorization, "x-amz-date": at, "x-amz-content-sha256": payload },
      "x-amz-decoded-content-length": String(chunks.join("").length),
      "content-encoding": "aws-chunked",
    },
  });
}

test("a body with a signature on each chunk is stored", async () => {
  const server = await startServer();
  expect((await putSigned(server, ["first ", "second"])).status).toBe(200);
  expect(await (await fetch(await presign(server, "s"))).text()).toBe("first second");
});

test("a changed chunk is refused by its signature", async () => {
  const server = await startServer();
  const response = await putSigned(server, ["first ", "second"], (wire) => wire.replace("second", "zecond"));
  expect([response.status, await errorCode(response)]).toEqual([403, "SignatureDoesNotMatch"]);
});

test("a body shorter than announced is incomplete", async () => {
  const server = await startServer();
  const cut = await putSigned(server, ["first ", "second"], (wire) => wire.slice(0, -90));
  expect([cut.status, await errorCode(cut)]).toEqual([400, "IncompleteBody"]);
});

test("a body of unknown length is refused", async () => {
  const server = await startServer();
  const url = await presign(server, "s", { method: "PUT" });
  const status = await new Promise((resolve, reject) => {
    const call = request(url, { method: "PUT" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once("error", reject);
    call.write("piece");
    call.end("piece");
  });
  expect(status).toBe(411);
});
