import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { bucketAt, outcomeOf, PICTURE, refuse, value } from "./tiny-server.ts";

describe("head", () => {
  it("asks once, by a presigned path-style HEAD, and reads size, bare ETag and plain type", async () => {
    const { storage, seen } = await bucketAt((_, response) => response.writeHead(200, PICTURE).end());
    const info = await storage.head("covers/gift card+1.jpg");
    expect(value(info)).toEqual({ bytes: 5, etag: "abc", mime: "image/jpeg" });
    expect(seen.map((request) => request.method)).toEqual(["HEAD"]);
    expect(seen[0]?.url).toMatch(/^\/media\/covers\/gift%20card%2B1\.jpg\?X-Amz-Algorithm=/);
    expect(seen[0]?.headers["x-amz-checksum-mode"]).toBeUndefined();
  });

  it("keeps its connections", async () => {
    const { storage, seen } = await bucketAt((_, response) => response.writeHead(200, PICTURE).end());
    for (const key of ["a", "b", "c", "d", "e", "f"]) value(await storage.head(key));
    expect(new Set(seen.map((request) => request.socket)).size).toBeLessThanOrEqual(2);
  });

  it("leaves the type empty where none is stored", async () => {
    const { storage } = await bucketAt((_, response) => {
      response.writeHead(200, { "content-length": "5", etag: "abc" }).end();
    });
    expect(value(await storage.head("a"))).toEqual({ bytes: 5, etag: "abc", mime: "" });
  });

  it.each([403, 405, 501])("asks for one byte where a presigned HEAD is answered %i", async (status) => {
    const { storage, seen } = await bucketAt((request, response) => {
      if (request.method === "HEAD") return response.writeHead(status).end();
      return response
        .writeHead(206, { ...PICTURE, "content-length": "1", "content-range": "bytes 0-0/1234" })
        .end("x");
    });
    expect(value(await storage.head("a.jpg"))).toEqual({ bytes: 1234, etag: "abc", mime: "image/jpeg" });
    expect(seen.map((request) => request.headers.range)).toEqual([undefined, "bytes=0-0"]);
  });

  it("learns from the body of a GET why HEAD was refused", async () => {
    const { storage } = await bucketAt((_, response) => refuse(response, 404, "NoSuchBucket"));
    expect(await storage.head("a.jpg")).toMatchObject({ failure: { reason: "bucket_missing", code: 404 } });
  });

  it("finds an empty object, which no range fits", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (request.method === "HEAD") return response.writeHead(403).end();
      if (request.headers.range) return refuse(response, 416, "InvalidRange");
      return response.writeHead(200, { "content-length": "0", etag: '"e"' }).end();
    });
    expect(value(await storage.head("empty"))).toEqual({ bytes: 0, etag: "e", mime: "" });
  });

  it("takes the whole size from a server that knows no ranges, without reading the body", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (request.method === "HEAD") return response.writeHead(501).end();
      response.writeHead(200, { ...PICTURE, "content-length": "5000000" });
      return response.write("x");
    });
    expect(value(await storage.head("a.jpg")).bytes).toBe(5_000_000);
  });
});

describe("a key that is not there", () => {
  it.each([
    ["my%20file.jpg", "my file.jpg"],
    ["/covers/a.jpg", "covers/a.jpg"],
    ["./covers/a.jpg", "covers/a.jpg"],
    ["s3://media/covers/a.jpg", "covers/a.jpg"],
    ["https://pub.example/covers/a.jpg?x=1", "covers/a.jpg"],
    ["https://host/media/covers/a.jpg", "covers/a.jpg"],
    ["covers\\a.jpg", "covers/a.jpg"],
    [" covers/a.jpg", "covers/a.jpg"],
    ["my+file.jpg", "my file.jpg"],
    ["media/covers/a.jpg", "covers/a.jpg"],
    ["/media/covers/a.jpg", "covers/a.jpg"],
    ["media\\covers\\a.jpg", "covers/a.jpg"],
    ["media/my%20file.jpg", "my file.jpg"],
    ["\\covers\\a.jpg", "covers/a.jpg"],
    [".\\a.jpg", "a.jpg"],
    ["COVERS/A.JPG", "covers/a.jpg"],
    ["Covers/A.JPG", "Covers/A.jpg"],
    ["media/A.JPG", "A.jpg"],
    ["u\u0308.jpg", "\u00fc.jpg"],
    ["\u00fc.jpg", "u\u0308.jpg"],
    ["/u\u0308.jpg", "\u00fc.jpg"],
    ["u%CC%88.jpg", "\u00fc.jpg"],
    ['"covers/a.jpg"', "covers/a.jpg"],
    ["my file.jpg", "my%20file.jpg"],
    ["https://host/media/My%20File.JPG?x=1", "My File.jpg"],
  ])("written as %j is told as %j, which is", async (given, there) => {
    const { storage } = await bucketAt(({ url = "", method }, response) => {
      const key = decodeURIComponent((url.split("?", 1)[0] ?? "").slice("/media/".length));
      if (key === there) return response.writeHead(200, PICTURE).end(method === "HEAD" ? undefined : "hello");
      return refuse(response, 404, "NoSuchKey");
    });
    for (const ask of [storage.head, storage.open]) {
      const answer = await ask(given);
      expect(answer).toMatchObject({ failure: { reason: "object_missing" } });
      expect(answer.ok || answer.failure.message).toContain(`but it has ${there}: give the key as it is`);
    }
  });

  it("names the Unicode form where two keys look the same", async () => {
    const { storage } = await bucketAt(({ url = "" }, response) =>
      url.includes("%C3%BC") ? response.writeHead(200, PICTURE).end() : refuse(response, 404, "NoSuchKey"),
    );
    expect(await storage.head("u\u0308.jpg")).toMatchObject({
      failure: { message: expect.stringMatching(/but it has \u00fc\.jpg: .* \(in Unicode form NFC\)$/) },
    });
  });

  it("costs no more questions where it looks like one, and says no more where nothing is found", async () => {
    const { storage, seen } = await bucketAt((_, response) => refuse(response, 404, "NoSuchKey"));
    const gone = await storage.open("covers/a.jpg");
    expect([seen.length, gone.ok || gone.failure.message]).toEqual([1, expect.not.stringContaining("but")]);
    const odd = await storage.open("/covers/a%20b.jpg");
    expect([seen.length, odd.ok || odd.failure.message]).toEqual([4, expect.not.stringContaining("but")]);
  });
});

describe("open", () => {
  it("gives headers and body, and sends If-Match and Range", async () => {
    const { storage, seen } = await bucketAt((_, response) => {
      response
        .writeHead(206, { ...PICTURE, "content-length": "3", "content-range": "bytes 1-3/5" })
        .end("ell");
    });
    const opened = value(await storage.open("a.jpg", { etag: "abc", range: { from: 1, to: 3 } }));
    const { body, ...info } = opened;
    expect(info).toEqual({ bytes: 5, etag: "abc", mime: "image/jpeg" });
    expect(await outcomeOf(body)).toBe("ell");
    expect(seen[0]?.headers).toMatchObject({ "if-match": '"abc"', range: "bytes=1-3" });
  });

  it("returns when the headers are there, before the body is", async () => {
    const { storage } = await bucketAt((_, response) => {
      response.writeHead(200, PICTURE).write("he");
      onTestFinished(() => void response.destroy());
    });
    const { body } = value(await storage.open("a.jpg"));
    body.destroy();
    expect(body.destroyed).toBe(true);
  });

  it.each([
    ["the server says so", 412, "PreconditionFailed"],
    ["a server ignores If-Match", 200, ""],
  ])("fails when the object was replaced and %s", async (_, status, code) => {
    const { storage } = await bucketAt((_request, response) => {
      if (status === 200) response.writeHead(200, PICTURE).end("hello");
      else refuse(response, status, code);
    });
    expect(await storage.open("a.jpg", { etag: "old" })).toMatchObject({
      failure: { class: "object", reason: "object_changed" },
    });
  });

  it("fails when the server ignores Range or sends another part", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (request.url?.startsWith("/media/whole")) return response.writeHead(200, PICTURE).end("hello");
      const headers = { ...PICTURE, "content-length": "2", "content-range": "bytes 0-1/5" };
      return response.writeHead(206, headers).end("he");
    });
    const range = { from: 2, to: 3 };
    expect(await storage.open("whole", { range })).toMatchObject({ failure: { reason: "r2_interrupted" } });
    expect(await storage.open("other", { range })).toMatchObject({ failure: { reason: "r2_interrupted" } });
    expect(await storage.open("whole", { range: { from: 0, to: 1 } })).toMatchObject({
      failure: { reason: "r2_interrupted" },
    });
  });

  it.each([
    ["bytes 0-1/5", "he", {}],
    ["bytes 3-4/5", "lo", { etag: "abc", bytes: 5 }],
    ["bytes 0-4/5", "he", {}],
    ["bytes 0-1/*", "he", { bytes: 5 }],
    ["bytes 0-1/2", "hel", {}],
    ["", "he", { bytes: 2 }],
    ["bytes 2-3/5", "l", { range: { from: 2, to: 3 } }],
    ["bytes 2-2/5", "l", { range: { from: 2, to: 3 } }],
    ["bytes 2-4/5", "llo", { range: { from: 2, to: 3 } }],
    ["", "ll", { range: { from: 2, to: 3 } }],
  ])("takes %j with the body %j for no answer to %j", async (part, body, asked) => {
    const { storage } = await bucketAt((_, response) => {
      const headers = { ...PICTURE, "content-length": String(body.length) };
      response.writeHead(206, part === "" ? headers : { ...headers, "content-range": part }).end(body);
    });
    expect(await storage.open("a.jpg", asked)).toMatchObject({
      failure: {
        class: "transient",
        reason: "r2_interrupted",
        message: expect.stringMatching(
          /another part of object a\.jpg .* than was asked for \((all|bytes 2-3)\)/,
        ),
      },
    });
  });

  it("takes a part that is the whole, and the end of an object that ends before the range", async () => {
    const { storage } = await bucketAt(({ headers }, response) => {
      const [part, body] = headers.range ? ["bytes 3-4/5", "lo"] : ["bytes 0-4/5", "hello"];
      response
        .writeHead(206, { ...PICTURE, "content-length": body?.length, "content-range": part })
        .end(body);
    });
    const all = value(await storage.open("a.jpg"));
    expect([all.bytes, await outcomeOf(all.body)]).toEqual([5, "hello"]);
    const end = value(await storage.open("a.jpg", { range: { from: 3, to: 9 } }));
    expect([end.bytes, await outcomeOf(end.body)]).toEqual([5, "lo"]);
  });

  it.each([
    ["what is known", 5, "hello"],
    ["fewer bytes", 6, { failure: { class: "transient", reason: "r2_interrupted" } }],
    ["more bytes, which are probably unpacked", 4, { failure: { reason: "content_encoding" } }],
  ])("counts what comes where no size is announced: %s", async (_, bytes, outcome) => {
    const { storage, seen } = await bucketAt(({ method }, response) => {
      if (method === "HEAD")
        return response.writeHead(200, { etag: '"abc"', "content-length": String(bytes) }).end();
      response.writeHead(200, { etag: '"abc"' }).write("he");
      return response.end("llo");
    });
    const opened = value(await storage.open("a.jpg", { etag: "abc", bytes }));
    expect(opened.bytes).toBe(bytes);
    const came = await outcomeOf(opened.body);
    if (typeof outcome === "string") expect(came).toBe(outcome);
    else expect(came).toMatchObject(outcome);
    expect(seen.map(({ method }) => method)).toEqual(["GET", "GET", "HEAD"]);
  });

  it("asks for what is stored once more where a server packs on its way", async () => {
    const { storage } = await bucketAt(({ headers, method }, response) => {
      if (method === "HEAD") return response.writeHead(200, { "content-length": "5" }).end();
      const plain = headers["accept-encoding"] === "identity";
      response.writeHead(200, plain ? {} : { "content-encoding": "gzip" }).write(plain ? "hel" : "\x1f");
      return response.end(plain ? "lo" : "");
    });
    const { body, ...info } = value(await storage.open("a.jpg", { bytes: 5 }));
    expect([info, await outcomeOf(body)]).toEqual([{ bytes: 5, etag: "", mime: "" }, "hello"]);
  });

  it("fails when the server does not say how much comes", async () => {
    const { storage, seen } = await bucketAt((_, response) => {
      response.writeHead(200).write("chunk");
      response.end();
    });
    for (const ask of [storage.open, storage.head])
      expect(await ask("a.jpg")).toMatchObject({ failure: { class: "object", reason: "content_encoding" } });
    expect(seen.length).toBeLessThan(10);
  });

  it("asks for what is stored, packed, where a server unpacks what is not asked for packed", async () => {
    const { storage, seen } = await bucketAt(({ headers, method }, response) => {
      if (headers["accept-encoding"] === "identity") response.writeHead(200, { etag: 'W/"abc"' });
      else response.writeHead(200, { ...PICTURE, "content-encoding": "gzip, aws-chunked" });
      response.end(method === "HEAD" ? undefined : "hello");
    });
    const wanted = { bytes: 5, etag: "abc", mime: "image/jpeg", packing: "gzip" };
    expect(value(await storage.head("a.jpg"))).toEqual(wanted);
    const { body, ...info } = value(await storage.open("a.jpg", { etag: "abc" }));
    expect([info, await outcomeOf(body)]).toEqual([wanted, "hello"]);
    expect(seen).toHaveLength(4);
  });

  it("ends the body with an error when fewer bytes come than were announced", async () => {
    const { storage } = await bucketAt((_, response) => {
      response.writeHead(200, PICTURE).write("hel");
      setImmediate(() => response.destroy());
    });
    const { body } = value(await storage.open("a.jpg"));
    expect(await outcomeOf(body)).toMatchObject({
      failure: { class: "transient", reason: "r2_interrupted", message: expect.stringContaining("a.jpg") },
    });
  });

  it("ends the body with an error when no byte comes for too long", async () => {
    const answer = (_: unknown, response: import("node:http").ServerResponse) => {
      response.writeHead(200, PICTURE).write("hel");
    };
    const { storage } = await bucketAt(answer, { stallMs: 100 });
    const { body } = value(await storage.open("a.jpg"));
    const error = await pipeline(body, async (chunks) => buffer(chunks)).catch((e: unknown) => e);
    expect(error).toMatchObject({
      failure: { reason: "r2_interrupted", message: expect.stringContaining("Body Timeout") },
    });
  });

  it("does not hold a slow reader for a stalled server", async () => {
    const big = Buffer.alloc(3_000_000, "x");
    const answer = (_: unknown, response: import("node:http").ServerResponse) => {
      response.writeHead(200, { "content-length": `${big.length}` }).end(big);
    };
    const { storage } = await bucketAt(answer, { stallMs: 1_000 });
    const { body } = value(await storage.open("a.jpg"));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await outcomeOf(body)).toHaveLength(big.length);
  });

  it("fails when no answer comes for too long", async () => {
    const { storage } = await bucketAt(() => {}, { stallMs: 100 });
    expect(await storage.open("a.jpg")).toMatchObject({ failure: { reason: "r2_unavailable" } });
  });

  it("is stopped by its signal, before and after the headers", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (request.url?.startsWith("/media/mute")) return;
      response.writeHead(200, PICTURE).write("he");
    });
    const early = new AbortController();
    const waiting = storage.open("mute", { signal: early.signal });
    early.abort();
    expect(await waiting).toMatchObject({ failure: { reason: "stopped" } });
    const late = new AbortController();
    const { body } = value(await storage.open("a.jpg", { signal: late.signal }));
    late.abort();
    expect(await outcomeOf(body)).toMatchObject({ name: "AbortError" });
  });

  it("can be given up without a word by destroying the body", async () => {
    const { storage } = await bucketAt((_, response) => response.writeHead(200, PICTURE).write("h"));
    const { body } = value(await storage.open("a.jpg"));
    const closed = new Promise((resolve) => body.once("close", resolve));
    body.destroy();
    await closed;
  });
});
