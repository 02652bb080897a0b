import { describe, expect, it } from "vitest";
import { MEDIA_KINDS, type MediaKind } from "../../src/domain/media.ts";
import { choose, type TransferFacts } from "../../src/transfers/choose.ts";

const OF_KIND: Record<MediaKind, { key: string; mime: string }> = {
  photo: { key: "a.jpg", mime: "image/jpeg" },
  video: { key: "a.mp4", mime: "video/mp4" },
  animation: { key: "a.gif", mime: "image/gif" },
  audio: { key: "a.mp3", mime: "audio/mpeg" },
  voice: { key: "a.ogg", mime: "audio/ogg" },
  document: { key: "a.pdf", mime: "application/pdf" },
};

/** The way of an object that could go by URL, but for what is said of it; the reason where there is none. */
function way(kind: MediaKind, more: Partial<TransferFacts> = {}): string {
  const chosen = choose({
    ...OF_KIND[kind],
    kind,
    bytes: 1_000,
    mode: "auto",
    local: false,
    urlOpen: true,
    packing: "",
    mustBeRead: false,
    hasUploadOnlyFields: false,
    ...more,
  });
  return typeof chosen === "string" ? chosen : chosen.reason;
}

describe("by the stored type", () => {
  it.each<[MediaKind, string[], string[]]>([
    [
      "photo",
      ["image/jpeg", "image/png", "image/webp"],
      ["image/gif", "image/heic", "application/octet-stream", ""],
    ],
    ["video", ["video/mp4"], ["video/quicktime", "video/webm", "image/gif", "application/octet-stream", ""]],
    ["animation", ["image/gif"], ["video/mp4", "image/webp", ""]],
    ["audio", ["audio/mpeg", "audio/mp4", "audio/x-m4a"], ["audio/ogg", "audio/flac", "audio/wav", ""]],
    ["voice", ["audio/ogg"], ["audio/mpeg", "audio/opus", "application/ogg", ""]],
    [
      "document",
      ["application/pdf", "application/zip", "image/gif"],
      ["text/plain", "image/jpeg", "video/mp4", ""],
    ],
  ])("a %s goes by URL only as what Telegram cannot mistake", (kind, good, bad) => {
    for (const mime of good) expect([mime, way(kind, { mime })]).toEqual([mime, "url"]);
    for (const mime of bad) {
      expect([mime, way(kind, { mime })]).toEqual([mime, "upload"]);
      expect([mime, way(kind, { mime, mode: "url" })]).toEqual([mime, "url_not_allowed"]);
    }
  });

  it.each(MEDIA_KINDS)("a %s of unknown type is asked for it, but only where that decides", (kind) => {
    const mime = undefined;
    expect([way(kind, { mime }), way(kind, { mime, mode: "url" })]).toEqual(["ask", "ask"]);
    expect(way(kind, { mime, mode: "upload" })).toBe("upload");
    expect(way(kind, { mime, urlOpen: false })).toBe("upload");
    expect(way(kind, { mime, hasUploadOnlyFields: true })).toBe("upload");
    expect(way(kind, { mime, key: "folder.d/name" })).toBe("upload");
    expect(way(kind, { mime, bytes: 20_000_001 })).not.toBe("ask");
  });
});

describe("by size", () => {
  it.each<[MediaKind, number]>([
    ["photo", 5_000_000],
    ["voice", 1_000_000],
    ["video", 10_000_000],
    ["animation", 20_000_000],
    ["audio", 20_000_000],
    ["document", 20_000_000],
  ])("a %s goes by URL up to %i bytes", (kind, bytes) => {
    expect([way(kind, { bytes }), way(kind, { bytes: bytes + 1 })]).toEqual(["url", "upload"]);
    expect(way(kind, { bytes: bytes + 1, mode: "url" })).toBe("url_not_allowed");
  });

  const CLOUD = 50_000_000 - 10_000;
  const LOCAL = 2_000_000_000;
  it.each<[MediaKind, boolean, number, string]>([
    ["photo", false, 10_485_760, "photo_too_big"],
    ["photo", true, 10_485_760, "photo_too_big"],
    ["video", false, CLOUD, "file_too_big"],
    ["document", false, CLOUD, "file_too_big"],
    ["video", true, LOCAL, "file_over_local_limit"],
    ["document", true, LOCAL, "file_over_local_limit"],
  ])("a %s (local: %s) is uploaded up to %i bytes, else %s", (kind, local, bytes, reason) => {
    for (const mode of ["auto", "upload"] as const) {
      expect(way(kind, { local, mode, bytes })).toBe("upload");
      expect(way(kind, { local, mode, bytes: bytes + 1 })).toBe(reason);
    }
  });

  it("a photo too large for any upload says that, not that it is too large for a photo", () => {
    expect(way("photo", { bytes: CLOUD + 1 })).toBe("file_too_big");
    expect(way("photo", { bytes: LOCAL + 1, local: true })).toBe("file_over_local_limit");
  });

  it("what is stored packed is uploaded: nobody knows whether Telegram unpacks it", () => {
    expect([way("photo", { packing: "gzip" }), way("photo", { packing: "br", mode: "url" })]).toEqual([
      "upload",
      "url_not_allowed",
    ]);
  });

  it("what has to be read, since nothing tells its content, is uploaded", () => {
    expect([way("photo", { mustBeRead: true }), way("photo", { mustBeRead: true, mode: "url" })]).toEqual([
      "upload",
      "url_not_allowed",
    ]);
  });

  it("an own server fetches no larger URLs than Telegram", () => {
    expect(way("document", { local: true, bytes: 20_000_001 })).toBe("upload");
    expect(way("document", { local: true, bytes: 20_000_000 })).toBe("url");
  });

  it("a file that is too large says by how much, and what would take it", () => {
    const chosen = choose({
      ...OF_KIND.video,
      kind: "video",
      bytes: 60_000_000,
      mode: "auto",
      local: false,
      urlOpen: true,
      packing: "",
      mustBeRead: false,
      hasUploadOnlyFields: false,
    });
    expect(chosen).toMatchObject({
      class: "media",
      message: expect.stringMatching(/a\.mp4 has 60\.0 MB.*50 MB.*2000 MB/),
    });
  });
});

describe("by what was asked for", () => {
  it.each(MEDIA_KINDS)("a %s is uploaded where only an upload brings what belongs to it", (kind) => {
    expect(way(kind, { hasUploadOnlyFields: true })).toBe("upload");
    expect(way(kind, { hasUploadOnlyFields: true, mode: "url" })).toBe("url");
  });

  it.each(MEDIA_KINDS)(
    "a %s is uploaded when Telegram cannot reach the bucket, unless the URL was insisted on",
    (kind) => {
      expect(way(kind, { urlOpen: false })).toBe("upload");
      expect(way(kind, { urlOpen: false, mode: "url" })).toBe("url");
      expect(way(kind, { mode: "upload" })).toBe("upload");
    },
  );

  it.each(["name", "folder.d/name", ".hidden", "folder/.hidden"])(
    "the key %s has no extension and goes by no URL",
    (key) => {
      expect([way("photo", { key }), way("photo", { key, mode: "url" })]).toEqual([
        "upload",
        "url_not_allowed",
      ]);
    },
  );
});
