import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { MediaKind } from "../../src/domain/media.ts";
import type { KnownEntry } from "../../src/domain/task.ts";
import type { Storage } from "../../src/storage/port.ts";
import { filenameOf } from "../../src/transfers/filename.ts";
import { type ReadyUpload, uploadOf } from "../../src/transfers/upload.ts";
import {
  botAt,
  failureOf,
  POSTED,
  photo,
  reply,
  reset,
  scriptedServer,
  sentOf,
} from "../telegram/scripted-server.ts";
import { bucket } from "./counted-bucket.ts";

const MIB = 1_048_576;
const NEVER = new AbortController().signal;

/** What the made-up objects of the sandbox hold. */
function madeUpBytes(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => i % 251));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function contentOf({ source }: ReadyUpload): Promise<Buffer> {
  const opened = await source.open();
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value instanceof Readable ? buffer(opened.value) : Buffer.from(opened.value);
}

function uploaded(result: Awaited<ReturnType<typeof uploadOf>>): ReadyUpload {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function uploadFor(storage: Storage, entry: KnownEntry, kind: MediaKind, signal: AbortSignal) {
  return uploadOf({ storage, entry, kind, local: false, signal });
}

describe("uploadOf", () => {
  it("reads a MiB before the call, once for all tries", async () => {
    const { storage, put, reads } = await bucket();
    const upload = uploaded(await uploadFor(storage, await put("a.mp4", { bytes: MIB }), "video", NEVER));
    expect(reads.calls).toEqual(["GET a.mp4"]);
    expect(upload.sha256()).toBe(sha256(madeUpBytes(MIB)));
    for (let tries = 0; tries < 2; tries += 1)
      expect((await contentOf(upload)).equals(madeUpBytes(MIB))).toBe(true);
    expect(reads.calls).toHaveLength(1);
    expect(upload.mime).toBe("video/mp4");
  });

  it("lets go of what it read once that is not sent again, and still knows what it was", async () => {
    const { storage, put } = await bucket();
    const upload = uploaded(await uploadFor(storage, await put("a.mp4", { bytes: MIB }), "video", NEVER));
    upload.forget?.();
    expect(await upload.source.open()).toMatchObject({ ok: false, failure: { reason: "stopped" } });
    expect(upload.source.bytes).toBe(MIB);
    expect(upload.sha256()).toBe(sha256(madeUpBytes(MIB)));
  });

  it("streams what is larger: opened once before its call, and anew for each further try, its hash known at its end", async () => {
    const { storage, put, reads } = await bucket();
    const upload = uploaded(await uploadFor(storage, await put("a.mp4", { bytes: MIB + 1 }), "video", NEVER));
    expect([upload.sha256(), reads.calls, upload.source.bytes]).toEqual([null, ["GET a.mp4"], MIB + 1]);
    for (const calls of [1, 2]) {
      expect((await contentOf(upload)).equals(madeUpBytes(MIB + 1))).toBe(true);
      expect(upload.sha256()).toBe(sha256(madeUpBytes(MIB + 1)));
      expect(reads.calls).toHaveLength(calls);
    }
  });

  it.each([100, 2 * MIB])("says when an object of %i bytes was replaced, or is gone", async (bytes) => {
    const { storage, server, put } = await bucket();
    const entry = { ...(await put("a.mp4", { bytes })), seen: true };
    const reasonNow = async () => {
      const upload = await uploadFor(storage, entry, "video", NEVER);
      const opened = upload.ok ? await upload.value.source.open() : upload;
      if (opened.ok && opened.value instanceof Readable) opened.value.destroy();
      return opened.ok ? null : opened.failure.reason;
    };
    expect(await reasonNow()).toBeNull();
    await put("a.mp4", { bytes: bytes + 1 });
    expect(await reasonNow()).toBe("object_changed");
    server.delete("media", "a.mp4");
    expect(await reasonNow()).toBe("object_missing");
  });

  it.each([100, 2 * MIB])(
    "says when the manifest has another size than the %i bytes there are",
    async (bytes) => {
      const { storage, put } = await bucket();
      const entry = { ...(await put("a.mp4", { bytes })), bytes: bytes - 1 };
      const upload = await uploadFor(storage, entry, "video", NEVER);
      const opened = upload.ok ? await upload.value.source.open() : upload;
      expect(opened).toMatchObject({ ok: false, failure: { class: "object", reason: "object_mismatch" } });
    },
  );

  it("is stopped while it reads", async () => {
    const { storage, put, fail } = await bucket();
    const entry = await put("a.jpg", { bytes: MIB });
    fail({ bytesPerSecond: 10_000 });
    const stop = new AbortController();
    const reading = uploadFor(storage, entry, "photo", stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect(await reading).toMatchObject({ failure: { class: "transient", reason: "stopped" } });
  });

  it("blames R2 when a small object breaks off", async () => {
    const { storage, put, fail } = await bucket();
    const entry = await put("a.jpg", { bytes: MIB });
    fail({ resetAfterBytes: 500_000 });
    const broken = await uploadFor(storage, entry, "photo", NEVER);
    expect(broken).toMatchObject({ failure: { class: "transient", reason: "r2_interrupted" } });
  });
});

describe("with the real client", () => {
  it("an object that breaks off in the middle is R2's fault, and nothing is posted", async () => {
    const { storage, put, fail } = await bucket();
    const entry = await put("a.mp4", { bytes: 8 * MIB });
    fail({ resetAfterBytes: 3 * MIB });
    const upload = uploaded(await uploadFor(storage, entry, "video", NEVER));
    const { url, seen } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    const cause = failureOf(await botAt(url).send(photo({ kind: "video", media: upload.source })));
    expect(cause).toMatchObject({ class: "transient", reason: "r2_interrupted" });
    expect(cause.message).toContain("a.mp4");
    expect(seen.map(({ whole }) => whole)).toEqual([false]);
  });

  it("a broken connection is the server's fault; the next try opens the object again and sends all of it", async () => {
    const { storage, put, reads } = await bucket();
    const upload = uploaded(
      await uploadFor(storage, await put("a.mp4", { bytes: 24 * MIB }), "video", NEVER),
    );
    let first = true;
    const { url } = await scriptedServer({
      head: ({ socket }) => {
        if (first) reset(socket);
        first = false;
      },
      whole: (it) => reply(it, 200, POSTED),
    });
    const request = photo({ kind: "video", media: upload.source });
    const cause = failureOf(await botAt(url).send(request));
    expect(cause).toMatchObject({ class: "transient", reason: "send_interrupted" });
    expect(upload.sha256()).toBeNull();
    sentOf(await botAt(url).send(request));
    expect(upload.sha256()).toBe(sha256(madeUpBytes(24 * MIB)));
    expect(reads.calls).toEqual(["GET a.mp4", "GET a.mp4"]);
  });

  it.each([100, 2 * MIB])(
    "content of %i bytes with another hash than the manifest's is not posted",
    async (bytes) => {
      const { storage, put } = await bucket();
      const entry = { ...(await put("a.mp4", { bytes })), sha256: sha256(Buffer.from("something else")) };
      const { url, seen } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
      const upload = await uploadFor(storage, entry, "video", NEVER);
      const answer = upload.ok
        ? await botAt(url).send(photo({ kind: "video", media: upload.value.source }))
        : upload;
      expect(failureOf(answer)).toMatchObject({ class: "object", reason: "object_mismatch" });
      expect(seen.filter(({ whole }) => whole)).toEqual([]);
    },
  );

  it("content with the manifest's hash is posted", async () => {
    const { storage, put } = await bucket();
    const entry = { ...(await put("a.mp4", { bytes: 2 * MIB })), sha256: sha256(madeUpBytes(2 * MIB)) };
    const upload = uploaded(await uploadFor(storage, entry, "video", NEVER));
    const { url } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    sentOf(await botAt(url).send(photo({ kind: "video", media: upload.source })));
    expect(upload.sha256()).toBe(entry.sha256);
  });
});

describe("the name of an upload", () => {
  const entry = (key: string, more: Partial<KnownEntry> = {}): KnownEntry => ({
    key,
    bytes: 1,
    etag: "e",
    ...more,
  });
  it.each<[string, KnownEntry, MediaKind, string, string]>([
    ["is the last part of the key", entry("a/b.c/Menü 1.JPG"), "photo", "image/png", "Menü 1.JPG"],
    ["is the manifest's", entry("a/b.jpg", { filename: "menu.png" }), "photo", "image/jpeg", "menu.png"],
    [
      "gets the extension of the key",
      entry("a/b.jpg", { filename: "menu" }),
      "photo",
      "image/png",
      "menu.jpg",
    ],
    ["gets the extension of the stored type", entry("a.d/b"), "document", "application/pdf", "b.pdf"],
    [
      "gets that of the type for a manifest's too",
      entry("b", { filename: "menu" }),
      "photo",
      "image/png",
      "menu.png",
    ],
    ["gets one where it only begins with a dot", entry("a/.hidden"), "photo", "image/webp", "hidden.webp"],
    ["says jpg where a photo's is one that Telegram does not know", entry("a.jfif"), "photo", "", "a.jpg"],
    [
      "says jpg where a photo's is one that sendPhoto refuses",
      entry("c.jpe"),
      "photo",
      "image/jpeg",
      "c.jpg",
    ],
    ["keeps it for a document", entry("a.jfif"), "document", "image/jpeg", "a.jfif"],
    ["takes a version for no type", entry("cover.v2"), "photo", "image/png", "cover.v2.png"],
    ["takes a version for no type of a video", entry("clip.2024"), "video", "", "clip.2024.mp4"],
    ["takes bytes for no type", entry("song.bin"), "audio", "audio/mpeg", "song.bin.mp3"],
    ["leaves a wrong kind to Telegram", entry("a.webm"), "video", "video/webm", "a.webm"],
    ["says oga for opus", entry("a.opus"), "voice", "audio/opus", "a.oga"],
    ["follows other names of types", entry("u1"), "photo", "image/jpg", "u1.jpg"],
    ["follows progressive JPEG", entry("u1"), "photo", "image/pjpeg", "u1.jpg"],
    ["follows old names of PNG", entry("u1"), "photo", "image/x-png", "u1.png"],
    ["says mp3, not mpga", entry("x"), "audio", "audio/mpeg", "x.mp3"],
    ["says mov, not qt", entry("x"), "video", "video/quicktime", "x.mov"],
    [
      "is what people will see",
      entry('a/50%25 of "it": caf\u0065\u0301 🎉.pdf'),
      "document",
      "",
      "50%25 of  it   café.pdf",
    ],
    ["keeps its type where nothing else is left of it", entry("🎉.mp4"), "video", "", "file.mp4"],
    ["is cut as Telegram cuts it", entry(`${"x".repeat(70)}.jpg`), "photo", "", `${"x".repeat(64)}.jpg`],
    ["leaves out a backslash", entry("a", { filename: "back\\slash.jpg" }), "photo", "", "backslash.jpg"],
    ["gets that of a photo", entry("b"), "photo", "", "b.jpg"],
    ["gets that of a video", entry("b"), "video", "", "b.mp4"],
    ["gets that of an animation", entry("b"), "animation", "", "b.gif"],
    ["gets that of an audio", entry("b"), "audio", "", "b.mp3"],
    ["gets that of a voice", entry("b"), "voice", "", "b.ogg"],
    ["gets that of a document", entry("b"), "document", "", "b.bin"],
    [
      "gets that of its kind where the type says nothing",
      entry("b"),
      "photo",
      "application/octet-stream",
      "b.jpg",
    ],
    ["gets that of its kind where nobody knows the type", entry("b"), "audio", "x/unheard-of", "b.mp3"],
  ])("%s", (_, of, kind, type, name) => {
    expect(filenameOf(of, kind, type)).toBe(name);
  });

  it.each([100, 2 * MIB])(
    "follows the stored type of an object of %i bytes without extension",
    async (bytes) => {
      const { storage, put } = await bucket();
      const named = async (type: string) => {
        const entry = await put("folder/plan", { bytes }, type);
        return uploaded(await uploadFor(storage, entry, "document", NEVER)).source.filename;
      };
      expect([await named("application/pdf"), await named("text/csv")]).toEqual(["plan.pdf", "plan.csv"]);
    },
  );

  it("is known of a large object by opening it, without another question", async () => {
    const { storage, put, reads } = await bucket();
    const entry = await put("plan", { bytes: 2 * MIB }, "application/pdf");
    const upload = uploaded(await uploadFor(storage, entry, "document", NEVER));
    expect([upload.source.filename, reads.calls]).toEqual(["plan.pdf", ["GET plan"]]);
    upload.drop();
  });
});

describe("a large object that was opened and has to wait", () => {
  const held = async () => {
    const made = await bucket();
    const bodies: Readable[] = [];
    const storage: Storage = {
      ...made.storage,
      open: async (key, options) => {
        const opened = await made.storage.open(key, options);
        if (opened.ok) bodies.push(opened.value.body);
        return opened;
      },
    };
    const entry = await made.put("a.mp4", { bytes: 8 * MIB });
    return { ...made, bodies, upload: uploaded(await uploadFor(storage, entry, "video", NEVER)) };
  };

  it("is read no further than its buffers go, and sent from there", async () => {
    const { upload, reads, bodies } = await held();
    const [body] = bodies;
    while (body && body.readableLength === 0) await new Promise(setImmediate);
    expect(body?.readableLength).toBeLessThan(MIB / 2);
    expect((await contentOf(upload)).equals(madeUpBytes(8 * MIB))).toBe(true);
    expect(reads.calls).toEqual(["GET a.mp4"]);
  });

  it("is opened anew where its connection broke meanwhile", async () => {
    const { upload, reads, bodies } = await held();
    const [body] = bodies;
    const closed = new Promise((resolve) => body?.once("close", resolve));
    body?.destroy(new Error("ECONNRESET"));
    await closed;
    expect((await contentOf(upload)).byteLength).toBe(8 * MIB);
    expect(reads.calls).toEqual(["GET a.mp4", "GET a.mp4"]);
  });

  it("is given back where it is not sent", async () => {
    const { upload, bodies } = await held();
    upload.drop();
    upload.drop();
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});
