import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import { manifestSource } from "../../src/sources/manifest.ts";
import { bucketAt } from "../storage/tiny-server.ts";

const found = (name: string) => readFileSync(new URL(`../../fixtures/found/${name}`, import.meta.url));

/** The keys of a manifest in pieces of so many bytes, or why there are none. */
async function keysOf(name: string, piece: number): Promise<unknown> {
  const bytes = found(name);
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
    bytes.subarray(at * piece, (at + 1) * piece),
  );
  const format = name.endsWith(".csv") ? "csv" : "json";
  const keys: string[] = [];
  try {
    for await (const page of manifestSource(() => Readable.from(pieces), { name: "m", format }))
      keys.push(...page.map((it) => (it.type === "entry" ? it.entry.key : it.type)));
    return keys;
  } catch (error) {
    if (error instanceof SourceFailed) return error.failure.message;
    throw error;
  }
}

describe("what drawn inputs have found", () => {
  it.each([
    ["byte-a0.json.bin", 'manifest m: begins with "\u00a0", not with [, so it is not a JSON array'],
    ["crlf-in-key.csv", ["k\r\nk", "b.jpg"]],
  ])("%s is read alike in one piece and byte by byte", async (name, read) => {
    expect([await keysOf(name, 1), await keysOf(name, 10_000)]).toEqual([read, read]);
  });

  it.each([
    ["blanks-between-tags.xml", "answered 200 with an object without a key for bucket media"],
    ["characters-by-number.xml", ['"🎬&.mp4']],
  ])("%s ends in what it says", async (name, read) => {
    const { storage } = await bucketAt((_, response) => {
      response.writeHead(200, { "content-type": "application/xml" }).end(found(name));
    });
    const said: unknown[] = [];
    for await (const page of storage.list(""))
      said.push(page.ok ? page.value.map(({ key }) => key) : page.failure.message.replace(/^\S+ /, ""));
    expect(said).toEqual([read]);
  });
});
