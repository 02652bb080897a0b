import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { ManifestFormat } from "../../src/domain/choices.ts";
import { manifestSource } from "../../src/sources/manifest.ts";
import { heldBytes } from "../helpers/memory.ts";
import { told } from "./collect.ts";

/** `count` entries in 64 KiB pieces; `made.entries` counts those that were asked for. */
function* many(format: ManifestFormat, count: number, made = { entries: 0 }): Generator<Buffer> {
  let piece = { jsonl: "", json: "[", csv: "key,bytes,etag\n" }[format];
  for (let at = 0; at < count; at++, made.entries++) {
    const [key, etag] = [`photos/2024/image-${at}.jpg`, "0123456789abcdef0123456789abcdef"];
    const comma = format === "json" && at > 0 ? "," : "";
    piece +=
      format === "csv"
        ? `${key},${at + 1},${etag}\n`
        : `${comma}{"key":"${key}","bytes":${at + 1},"etag":"${etag}"}\n`;
    if (piece.length < 65_000) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  yield Buffer.from(format === "json" ? `${piece}]` : piece);
}

describe("a manifest of a million entries", () => {
  it.each<[ManifestFormat, number]>([
    ["jsonl", 1_000_000],
    ["json", 200_000],
    ["csv", 200_000],
  ])("is read in bounded memory (%s, %i)", async (format, count) => {
    const source = manifestSource(() => Readable.from(many(format, count)), { name: "x", format });
    let [read, peak] = [0, 0];
    const before = heldBytes();
    let next = count / 10;
    for await (const page of source) {
      if (page.some(({ type }) => type !== "entry")) throw new Error(told(page).join());
      read += page.length;
      if (read < next) continue;
      next += count / 10;
      peak = Math.max(peak, heldBytes() - before);
    }
    expect(read).toBe(count);
    expect(peak).toBeLessThan(20_000_000);
  });

  it.each<ManifestFormat>(["jsonl", "json", "csv"])(
    "is read no further than it is asked for (%s)",
    async (format) => {
      const made = { entries: 0 };
      const source = manifestSource(() => Readable.from(many(format, 1_000_000, made)), {
        name: "x",
        format,
      });
      let seen = 0;
      for await (const page of source) {
        seen += page.length;
        if (seen >= 100) break;
      }
      // Readable.from reads ahead up to its high-water mark of 16 pieces of some 700 entries.
      expect(made.entries).toBeLessThan(20_000);
    },
  );
});
