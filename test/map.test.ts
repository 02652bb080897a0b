import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { LONGEST } from "./long-first.ts";

const ROOT = resolve(import.meta.dirname, "..");
const map = readFileSync(join(ROOT, "test/README.md"), "utf8");
/** What is named in a table's first column, without its backticks. */
const rows = [...map.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name = ""]) => name);

const foldersIn = (path: string) =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe("the map of the tests", () => {
  it("has a row for each room", () => {
    expect(foldersIn("src").filter((room) => !rows.includes(room))).toEqual([]);
  });

  it("says of each folder here what it is for", () => {
    expect(foldersIn("test").filter((folder) => !map.includes(`\`test/${folder}/`))).toEqual([]);
  });

  it("names nothing that is not there", () => {
    const named = [...map.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = ""]) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(rows.filter((room) => !room.includes("/") && !existsSync(join(ROOT, "src", room)))).toEqual([]);
  });

  it("lists each large file", () => {
    const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" });
    const large = files.filter((file) => file.endsWith(".large.test.ts")).map((file) => `test/${file}`);
    expect(rows.filter((row) => row.includes(".large.")).sort()).toEqual(large.sort());
  });

  it("lists each slow file, sixteen at most", () => {
    const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" });
    const slow = files.filter((file) => file.endsWith(".slow.test.ts")).map((file) => `test/${file}`);
    expect(rows.filter((row) => row.includes(".slow.")).sort()).toEqual(slow.sort());
    expect(slow.length).toBeLessThanOrEqual(16);
  });

  it("begins first with files that are there", () => {
    expect(LONGEST.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});
