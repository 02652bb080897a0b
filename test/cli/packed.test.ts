import { createHash } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { endsOf, itemsOf } from "../helpers/child.ts";
import { type OddObject, oddS3 } from "../helpers/odd-s3.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";

const TEXT = Buffer.from("the same line again and again\n".repeat(60));
const LONG = Buffer.alloc(3_000_000, "a long text that packs well ");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const md5 = (bytes: Uint8Array) => `"${createHash("md5").update(bytes).digest("hex")}"`;

const stored = (body: Uint8Array, encoding: string, type = "text/plain"): OddObject => ({
  body,
  etag: md5(body),
  headers: { "content-encoding": encoding, "content-type": type },
});

/** An object in the sandbox, which unpacks as R2 does. */
const keep = (world: World, key: string, body: Uint8Array, encoding: string) =>
  world.r2.put("media", key, body, { headers: { "content-encoding": encoding } });

describe("what is stored packed (Content-Encoding)", () => {
  it.each(["auto", "upload"])(
    "is sent unpacked from a server that hands out what is stored (%s)",
    async (transfer) => {
      const world = await openWorld();
      const picture = png(40, 30);
      const bucket = await oddS3({
        "docs/r.txt": stored(gzipSync(TEXT), "gzip"),
        "docs/b.txt": stored(brotliCompressSync(Buffer.from("br")), "br"),
        "docs/d.pdf": stored(deflateSync(Buffer.from("deflate")), "Deflate", "application/pdf"),
        "docs/two.txt": stored(gzipSync(brotliCompressSync(Buffer.from("twice"))), "br, gzip"),
        "docs/x.txt": stored(gzipSync(Buffer.from("x-gzip")), "x-gzip"),
        "docs/no.bin": stored(Buffer.from("plain"), "aws-chunked, utf-8"),
        "p.png": stored(gzipSync(picture), "gzip", "image/png"),
        "long.txt": stored(gzipSync(LONG), "gzip"),
      });
      const ended = await world.run(["--json", "--transfer", transfer], { env: { R2_ENDPOINT: bucket.url } });
      expect(new Set(Object.values(endsOf(ended)))).toEqual(new Set(["ready"]));
      const wanted = [
        TEXT,
        picture,
        LONG,
        ...["br", "deflate", "twice", "x-gzip", "plain"].map((it) => Buffer.from(it)),
      ];
      expect(
        world
          .posts()
          .map((post) => post.sha256)
          .sort(),
      ).toEqual(wanted.map(sha256).sort());
      expect(new Set(itemsOf(ended).map((item) => item.transfer))).toEqual(new Set(["upload"]));
      const kept = world.rows("select bytes, sha256 from media_store where r2_key = 'docs/r.txt'");
      expect(kept).toEqual([{ bytes: gzipSync(TEXT).length, sha256: sha256(TEXT) }]);
    },
  );

  it.each([[], ["--transfer", "upload"]])(
    "is sent unpacked from R2, which unpacks it unasked (%j)",
    async (...args) => {
      const world = await openWorld();
      keep(world, "docs/r.txt", gzipSync(TEXT), "gzip");
      keep(world, "docs/r.pdf", brotliCompressSync(TEXT.subarray(1)), "br");
      keep(world, "long.txt", gzipSync(LONG), "gzip");
      const ended = await world.run(["--json", ...args]);
      expect(new Set(Object.values(endsOf(ended)))).toEqual(new Set(["ready"]));
      const wanted = [TEXT, TEXT.subarray(1), LONG];
      expect(
        world
          .posts()
          .map((post) => post.sha256)
          .sort(),
      ).toEqual(wanted.map(sha256).sort());
      expect(itemsOf(ended).map(({ transfer, attempts }) => [transfer, attempts])).toEqual(
        Array(3).fill(["upload", 1]),
      );
      expect(new Set(Object.values(endsOf(await world.run(["--json", ...args]))))).toEqual(
        new Set(["skipped already_ready"]),
      );
    },
  );

  it("is never sent by URL, since nobody knows whether Telegram unpacks it", async () => {
    const world = await openWorld();
    keep(world, "docs/r.pdf", gzipSync(TEXT), "gzip");
    const ended = await world.run(["--json", "--transfer", "url"]);
    expect(itemsOf(ended)).toMatchObject([{ status: "failed", reason: "url_not_allowed" }]);
    expect(ended.stdout).toContain("Content-Encoding gzip");
    expect(world.posts()).toEqual([]);
  });

  it("is sent as it is where its name says that it is packed", async () => {
    const world = await openWorld();
    keep(world, "backup.tar.gz", gzipSync(TEXT), "gzip");
    await world.run([]);
    expect(world.posts().map((post) => post.sha256)).toEqual([sha256(gzipSync(TEXT))]);
  });

  it.each<[string, OddObject]>([
    ["a packing that is not known", stored(Buffer.from("?"), "compress")],
    ["bytes that are not packed so", stored(Buffer.from("not packed at all"), "gzip")],
    ["a packing that breaks off", stored(gzipSync(TEXT).subarray(0, 40), "gzip")],
    [
      "no size at all",
      {
        body: "x",
        etag: md5(Buffer.from("x")),
        headers: { "content-length": "", "transfer-encoding": "chunked" },
      },
    ],
  ])("fails once, with its name, for %s", async (_, object) => {
    const world = await openWorld();
    const bucket = await oddS3({ "docs/r.txt": object });
    if (object.body === "x")
      bucket.odd = ({ url = "", method }, response) => {
        if (!url.startsWith("/media/docs")) return false;
        response.writeHead(200, { etag: md5(Buffer.from("x")) });
        if (method !== "HEAD") response.write("x");
        response.end();
        return true;
      };
    for (const transfer of ["auto", "upload"]) {
      bucket.asked.length = 0;
      const ended = await world.run(["--json", "--transfer", transfer], { env: { R2_ENDPOINT: bucket.url } });
      expect(itemsOf(ended)).toMatchObject([{ status: "failed", reason: "content_encoding", attempts: 0 }]);
      expect(ended.stdout).toContain("Content-Encoding");
      expect(bucket.asked.length).toBeLessThan(9);
    }
    expect(world.posts()).toEqual([]);
  });

  it("is held against the limits by what it unpacks to", async () => {
    const world = await openWorld();
    keep(world, "big.txt", gzipSync(Buffer.alloc(51_000_000)), "gzip");
    keep(world, "empty.txt", gzipSync(Buffer.alloc(0)), "gzip");
    const ended = await world.run(["--json"]);
    expect(endsOf(ended)).toEqual({ "big.txt": "failed file_too_big", "empty.txt": "failed file_empty" });
  });
});
