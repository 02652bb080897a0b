import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { KnownEntry, Task } from "../../src/domain/task.ts";
import type { Transfers } from "../../src/transfers/port.ts";
import { openTransfers, type TransferOptions } from "../../src/transfers/transfers.ts";
import { type Bucket, bucket, taskOf } from "./counted-bucket.ts";

const NEVER = new AbortController().signal;

function open({ storage }: Bucket, more: Partial<TransferOptions> = {}) {
  const notices: string[] = [];
  const onUrlClosed = (text: string) => void notices.push(text);
  const options = { storage, mode: "auto" as const, local: false, urlOpen: true, onUrlClosed, ...more };
  return { notices, transfers: openTransfers(options) };
}

/** The transfer of a task; the reason where there is none. */
async function wayOf(
  transfers: Transfers,
  entry: KnownEntry,
  kind: Task["kind"] = "photo",
  more: Partial<Task> = {},
) {
  const prepared = await transfers.prepare(taskOf(entry, kind, more), NEVER);
  return prepared.ok ? prepared.value.transfer : prepared.failure.reason;
}

describe("preparing", () => {
  it("asks for a type that decides, and hands over a URL that serves the object", async () => {
    const made = await bucket();
    const entry = await made.put("covers/ä b.jpg", Buffer.from("picture"), "image/jpeg");
    const prepared = await open(made).transfers.prepare(taskOf(entry, "photo"), NEVER);
    if (!prepared.ok) throw new Error(prepared.failure.message);
    const { transfer, request, sha256, mime } = prepared.value;
    expect([transfer, mime, sha256(), made.reads.calls]).toEqual([
      "url",
      "image/jpeg",
      null,
      ["HEAD covers/ä b.jpg"],
    ]);
    const served = await fetch(String(request.media));
    expect([served.status, await served.text()]).toEqual([200, "picture"]);
  });

  it("asks for nothing that the source said", async () => {
    const made = await bucket();
    const listed = { ...(await made.put("a.jpg", Buffer.from("x"))), modifiedAt: 1 };
    const entry = { ...listed, mime: "image/jpeg", sha256: "ab" };
    const prepared = await open(made).transfers.prepare(taskOf(entry, "photo"), NEVER);
    expect(prepared.ok && [prepared.value.transfer, prepared.value.sha256()]).toEqual(["url", "ab"]);
    expect(made.reads.calls).toEqual([]);
  });

  it("uploads what is stored under a wrong type", async () => {
    const made = await bucket();
    const entry = await made.put("a.jpg", Buffer.from("x"), "application/octet-stream");
    expect(await wayOf(open(made).transfers, entry)).toBe("upload");
    expect(await wayOf(open(made, { mode: "url" }).transfers, entry)).toBe("url_not_allowed");
  });

  it.each(["auto", "url"] as const)(
    "finds out by the way what was replaced, lost or wrongly announced (%s)",
    async (mode) => {
      const made = await bucket();
      const stated = await made.put("a.jpg", Buffer.from("first"), "image/jpeg");
      const entry = { ...stated, modifiedAt: 1 };
      const { transfers } = open(made, { mode });
      expect(await wayOf(transfers, { ...entry, bytes: 4 })).toBe("object_changed");
      for (const wrong of [{ bytes: 4 }, { etag: "1234e56" }, { bytes: 4, etag: "1234e56" }])
        expect(await wayOf(transfers, { ...stated, mime: "image/jpeg", ...wrong })).toBe("object_mismatch");
      await made.put("a.jpg", Buffer.from("second"), "image/jpeg");
      expect(await wayOf(transfers, entry)).toBe("object_changed");
      made.server.delete("media", "a.jpg");
      expect(await wayOf(transfers, entry)).toBe("object_missing");
    },
  );

  it("follows what an earlier try decided: the way, and the kind to send as", async () => {
    const made = await bucket();
    const entry = { ...(await made.put("a.jpg", Buffer.from("x"))), mime: "image/jpeg" };
    const { transfers } = open(made);
    expect(await wayOf(transfers, entry, "photo", { transfer: "upload" })).toBe("upload");
    expect(await wayOf(transfers, entry, "photo", { sendAs: "document" })).toBe("upload");
    expect(await wayOf(transfers, { ...entry, bytes: 11_000_000 }, "photo")).toBe("photo_too_big");
  });

  it("refuses what is too large without reading a byte", async () => {
    const made = await bucket();
    const entry = await made.put("a.mp4", { bytes: 60_000_000 });
    expect(await wayOf(open(made).transfers, entry, "video")).toBe("file_too_big");
    expect(made.reads.calls).toEqual([]);
    expect(await wayOf(open(made, { local: true }).transfers, entry, "document")).toBe("upload");
  });

  it("stops when it is told to", async () => {
    const made = await bucket();
    const entry = await made.put("a.jpg", Buffer.from("x"));
    const prepared = await open(made).transfers.prepare(taskOf(entry, "photo"), AbortSignal.abort());
    expect(prepared).toMatchObject({ failure: { reason: "stopped" } });
  });

  it.each([
    ["thumbnail", { thumbnail: "t.jpg" }],
    ["filename", { filename: "x.jpg" }],
    ["title", { title: "T" }],
    ["performer", { performer: "P" }],
  ])("uploads an entry with a %s, which no URL can carry", async (_, dress) => {
    const made = await bucket();
    const entry = { ...(await made.put("a.mp3", Buffer.from("x"))), mime: "audio/mpeg" };
    expect(await wayOf(open(made).transfers, entry, "audio")).toBe("url");
    expect(await wayOf(open(made).transfers, { ...entry, ...dress }, "audio")).toBe("upload");
  });

  it("takes along all that the manifest says, and the thumbnail it names", async () => {
    const made = await bucket();
    await made.put("t.jpg", Buffer.from("picture"));
    const said = { width: 1, height: 2, duration: 3, title: "T", performer: "P" };
    const entry = { ...(await made.put("a.mp3", Buffer.from("x"))), ...said, thumbnail: "t.jpg" };
    const { transfers } = open(made);
    const prepared = await transfers.prepare(taskOf(entry, "audio"), NEVER);
    expect(prepared).toMatchObject({ value: { request: { ...said, thumbnail: Buffer.from("picture") } } });
    for (const kind of ["photo", "voice"] as const) {
      const without = await transfers.prepare(taskOf(entry, kind), NEVER);
      expect(without.ok && "thumbnail" in without.value.request).toBe(false);
    }
    expect(made.reads.calls.filter((call) => call === "GET t.jpg")).toHaveLength(1);
  });
});

describe("the way by URL", () => {
  const unreachable = failure("url_fetch_failed", "failed to get HTTP URL content");

  async function outcomeAfter(results: (typeof unreachable | null)[], mode: "auto" | "url" = "auto") {
    const made = await bucket();
    const entry = { ...(await made.put("a.jpg", Buffer.from("x"))), mime: "image/jpeg" };
    const { transfers, notices } = open(made, { mode });
    for (const result of results) transfers.urlResult(result);
    return { way: await wayOf(transfers, entry), notices };
  }

  it("is closed after three failures to fetch, which is said once", async () => {
    expect(await outcomeAfter([unreachable, unreachable])).toEqual({ way: "url", notices: [] });
    for (const count of [3, 5]) {
      const { way, notices } = await outcomeAfter(Array(count).fill(unreachable));
      expect([way, notices.length]).toEqual(["upload", 1]);
    }
  });

  it("stays open once it worked", async () => {
    const failures = Array(5).fill(unreachable);
    expect(await outcomeAfter([null, ...failures])).toEqual({ way: "url", notices: [] });
    expect(await outcomeAfter([unreachable, unreachable, null, ...failures])).toEqual({
      way: "url",
      notices: [],
    });
  });

  it("is not closed by failures of other kinds", async () => {
    const others = [
      "url_wrong_type",
      "url_invalid",
      "photo_dimensions",
      "flood_wait",
      "answer_lost",
    ] as const;
    const results = [...others, ...others].map((reason) => failure(reason, "x"));
    expect(await outcomeAfter(results)).toEqual({ way: "url", notices: [] });
  });

  it("stays where it was insisted on", async () => {
    expect(await outcomeAfter(Array(5).fill(unreachable), "url")).toEqual({ way: "url", notices: [] });
  });

  it("is not begun where Telegram cannot reach the bucket", async () => {
    const made = await bucket();
    const entry = await made.put("a.jpg", Buffer.from("x"));
    expect(await wayOf(open(made, { urlOpen: false }).transfers, entry)).toBe("upload");
    expect(made.reads.calls).toEqual(["GET a.jpg"]);
  });
});

describe("settings", () => {
  it("change with what a permanent failure may hang on, and with nothing else", async () => {
    const made = await bucket();
    const entry: KnownEntry = { key: "a.jpg", bytes: 1, etag: "e" };
    const plain = open(made).transfers.settings(entry);
    const others = [
      open(made, { mode: "upload" }).transfers.settings(entry),
      open(made, { local: true }).transfers.settings(entry),
      open(made).transfers.settings({ ...entry, mime: "image/png" }),
      open(made).transfers.settings({ ...entry, filename: "b.png" }),
      open(made).transfers.settings({ ...entry, thumbnail: "t.jpg" }),
    ];
    expect(new Set([plain, ...others]).size).toBe(6);
    expect(open(made).transfers.settings({ ...entry, priority: 5, modifiedAt: 7 })).toBe(plain);
    const asked = { ...entry, mime: "image/jpeg", packing: "", seen: true } as const;
    expect(open(made).transfers.settings(asked)).toBe(plain);
  });
});
