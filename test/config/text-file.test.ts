import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readJsonFile, readTextFile, UnreadableFile } from "../../src/config/text-file.ts";

function file(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-text-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "x.txt");
  writeFileSync(path, content);
  return path;
}

function whyNot(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
  return "";
}

describe("a text file of a user", () => {
  it("is read in UTF-16 too", () => {
    expect(readTextFile(file(Buffer.from("\uFEFFa=ф\r\n", "utf16le"))).text).toBe("a=ф\n");
    expect(readJsonFile(file(Buffer.from('\uFEFF{"a":1}', "utf16le")))).toEqual({ a: 1 });
  });

  it.each<[what: string, path: () => string, says: string]>([
    ["is not there", () => "/no/such/file", "there is no such file"],
    ["is a folder", () => tmpdir(), "this is a folder, not a file"],
    ["is no text", () => file(Buffer.from([1, 0, 0, 0, 5])), "this is not a text file"],
    ["is far too large", () => file(Buffer.alloc(17 * 2 ** 20, "a")), "it has more than 16 MiB"],
  ])("that %s is told in words", (_, path, says) => {
    expect(whyNot(() => readTextFile(path()))).toBe(says);
  });

  it.skipIf(process.platform === "win32")("that never ends is told, and not read for ever", () => {
    expect(whyNot(() => readTextFile("/dev/zero"))).toBe("it has more than 16 MiB");
  });

  it("of many pieces is read whole", () => {
    const text = "ф€x".repeat(100_000);
    expect(readTextFile(file(text)).text).toBe(text);
  });

  it.each([
    ["", "it is not valid JSON: it is empty"],
    ['{\n  "a": 1,\n}', /^it is not valid JSON at line 3/],
    ['{\n  "a": 1', /^it is not valid JSON at line 2/],
    ["{\n  // no\n}", /^it is not valid JSON at line 2/],
  ])("that is not JSON is told with the line: %j", (text, says) => {
    expect(whyNot(() => readJsonFile(file(text)))).toMatch(says);
  });
});
