import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KnownEntry } from "../../src/domain/task.ts";
import type { Prepared } from "../../src/transfers/port.ts";
import { openTransfers } from "../../src/transfers/transfers.ts";
import { shapeOf, thumbnailOf } from "../../src/transfers/video.ts";
import { type Bucket, bucket, taskOf } from "./counted-bucket.ts";

const NEVER = new AbortController().signal;
const FILLER = 11_000_000;

function clip(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/media/clips/${name}`, import.meta.url));
}

/** The boxes of an mp4, in order. */
function boxesOf(file: Buffer): { type: string; bytes: Buffer }[] {
  const boxes = [];
  for (let at = 0; at < file.length; ) {
    const size = file.readUInt32BE(at);
    boxes.push({ type: file.toString("latin1", at + 4, at + 8), bytes: file.subarray(at, at + size) });
    at += size;
  }
  return boxes;
}

/** A box that players pass over. */
function free(bytes: number): Buffer {
  const box = Buffer.alloc(bytes);
  box.writeUInt32BE(bytes, 0);
  box.write("free", 4, "latin1");
  return box;
}

/** The same video, over 10 MB large. */
function enlarged(file: Buffer): Buffer {
  return Buffer.concat([file, free(FILLER)]);
}

/** The same with its `moov` as the very last box; all else stays at its offset. */
function headerLast(file: Buffer): Buffer {
  const boxes = boxesOf(file);
  const moov = boxes.find(({ type }) => type === "moov")?.bytes;
  if (!moov) throw new Error("no moov");
  const rest = boxes.map(({ type, bytes }) => (type === "moov" ? free(bytes.length) : bytes));
  return Buffer.concat([...rest, free(FILLER), moov]);
}

describe("shapeOf", () => {
  it.each([
    ["how-it-works.mp4", { width: 320, height: 180, duration: 2 }],
    ["upright-story.mp4", { width: 240, height: 426, duration: 2 }],
    ["tour.mov", { width: 320, height: 180, duration: 2 }],
  ])("reads %s out of its header by few ranges, wherever the header stands", async (name, shape) => {
    for (const layout of [enlarged, headerLast]) {
      const { storage, put, reads } = await bucket();
      const entry = await put(name, layout(clip(name)));
      expect(entry.bytes).toBeGreaterThan(FILLER);
      const found = await shapeOf(storage, entry, NEVER);
      expect(found).toMatchObject({ width: shape.width, height: shape.height });
      expect(Math.round(found.duration ?? 0)).toBe(shape.duration);
      expect(reads.calls.every((call) => /^GET \S+ \d+-\d+$/.test(call))).toBe(true);
      expect(reads.calls.length).toBeLessThan(10);
      expect(reads.bytes).toBeLessThan(300_000);
    }
  });

  it("reads nothing where the manifest says it all, and lets the manifest win where it says a part", async () => {
    const { storage, put, reads } = await bucket();
    const entry = await put("a.mp4", enlarged(clip("intro.mp4")));
    const said = { width: 1, height: 2, duration: 3 };
    expect(await shapeOf(storage, { ...entry, ...said }, NEVER)).toEqual(said);
    expect(reads.calls).toEqual([]);
    expect(await shapeOf(storage, { ...entry, width: 640 }, NEVER)).toMatchObject({
      width: 640,
      height: 240,
    });
  });

  it.each([
    ["nonsense", { bytes: FILLER }],
    [
      "a picture",
      Buffer.concat([
        readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url)),
        Buffer.alloc(FILLER),
      ]),
    ],
    [
      "sound only",
      enlarged(readFileSync(new URL("../../fixtures/media/music/lullaby.m4a", import.meta.url))),
    ],
    [
      "an mp4 cut off in its header",
      Buffer.concat([clip("intro.mp4").subarray(0, 300), Buffer.alloc(FILLER)]),
    ],
  ])("says nothing of %s, and reads little of it", async (_, body) => {
    const { storage, put, reads } = await bucket();
    const found = await shapeOf(storage, await put("a.mp4", body), NEVER);
    expect([found.width, found.height]).toEqual([undefined, undefined]);
    expect(reads.bytes).toBeLessThan(2_000_000);
  });

  it("gives up on a stream of packets that has no header, instead of asking for each packet", async () => {
    const packet = Buffer.alloc(188, 0xff);
    packet.write("471fff10", "hex");
    const { storage, put, reads } = await bucket();
    const entry = await put("a.mp4", Buffer.alloc(188 * 60_000, packet));
    expect(await shapeOf(storage, entry, NEVER)).toEqual({});
    expect(reads.calls.length).toBeLessThanOrEqual(50);
  });

  it("says nothing of an object that was replaced, and waits for one that cannot be read just now", async () => {
    const { storage, put, fail } = await bucket();
    const entry = await put("a.mp4", enlarged(clip("intro.mp4")));
    expect(await shapeOf(storage, { ...entry, etag: "another" }, NEVER)).toEqual({});
    fail({ status: 503 });
    await expect(shapeOf(storage, entry, NEVER)).rejects.toMatchObject({
      failure: { reason: "r2_unavailable" },
    });
  });
});

describe("thumbnailOf", () => {
  const video: KnownEntry = { key: "clips/a.mp4", bytes: FILLER, etag: "e" };
  it("takes the manifest's, else the JPEG beside the video, else none", async () => {
    const { storage, put } = await bucket();
    expect(await thumbnailOf(storage, video, NEVER)).toBeUndefined();
    await put("clips/a.mp4.jpg", Buffer.from("beside"));
    await put("pictures/b.jpg", Buffer.from("named"));
    const named = { ...video, thumbnail: "pictures/b.jpg" };
    expect(String(await thumbnailOf(storage, video, NEVER))).toBe("beside");
    expect(String(await thumbnailOf(storage, named, NEVER))).toBe("named");
    expect(await thumbnailOf(storage, { ...video, thumbnail: "missing.jpg" }, NEVER)).toBeUndefined();
  });

  it("leaves out one that Telegram would refuse", async () => {
    const { storage, put } = await bucket();
    await put("clips/a.mp4.jpg", { bytes: 204_799 });
    expect((await thumbnailOf(storage, video, NEVER))?.byteLength).toBe(204_799);
    await put("clips/a.mp4.jpg", { bytes: 204_800 });
    expect(await thumbnailOf(storage, video, NEVER)).toBeUndefined();
  });

  it("waits for one that breaks off: the file_id would be without it for ever", async () => {
    const { storage, put, fail } = await bucket();
    await put("clips/a.mp4.jpg", { bytes: 200_000 });
    fail({ resetAfterBytes: 100_000 });
    await expect(thumbnailOf(storage, video, NEVER)).rejects.toMatchObject({
      failure: { reason: "r2_interrupted" },
    });
  });
});

describe("a large video", () => {
  async function prepared(
    { storage }: Bucket,
    entry: KnownEntry,
    kind: "video" | "document" = "video",
  ): Promise<Prepared> {
    const transfers = openTransfers({
      storage,
      mode: "auto",
      local: false,
      urlOpen: true,
      onUrlClosed: () => {},
    });
    const result = await transfers.prepare(taskOf(entry, kind), NEVER);
    if (!result.ok) throw new Error(result.failure.message);
    return result.value;
  }

  it("goes by upload, with its shape and the picture beside it", async () => {
    const made = await bucket();
    const entry = await made.put("clips/a.mp4", enlarged(clip("upright-story.mp4")));
    await made.put("clips/a.mp4.jpg", Buffer.from("picture"));
    const { transfer, request } = await prepared(made, entry);
    expect(transfer).toBe("upload");
    expect(request).toMatchObject({
      width: 240,
      height: 426,
      media: { bytes: entry.bytes, filename: "a.mp4" },
    });
    expect(request.duration).toBeCloseTo(2, 0);
    expect(String(request.thumbnail)).toBe("picture");
    // Opened once as a whole; the rest is its header.
    expect(made.reads.bytes - entry.bytes).toBeLessThan(300_000);
  });

  it("without a picture is sent without", async () => {
    const made = await bucket();
    const { request } = await prepared(made, await made.put("a.mp4", enlarged(clip("intro.mp4"))));
    expect(request.width).toBe(320);
    expect("thumbnail" in request).toBe(false);
  });

  it("of just 10 MB, or as a document, needs nothing of that", async () => {
    const made = await bucket();
    const small = await made.put("a.mp4", { bytes: 10_000_000 });
    expect(await prepared(made, small)).toMatchObject({ transfer: "url" });
    const entry = await made.put("b.mp4", { bytes: 21_000_000 });
    const { request } = await prepared(made, entry, "document");
    expect(Object.keys(request)).toEqual(["media"]);
    expect(made.reads.calls).toEqual(["HEAD a.mp4", "GET b.mp4"]);
  });
});
