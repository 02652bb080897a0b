import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { ManifestFormat } from "../../src/domain/choices.ts";
import type { SourceItem } from "../../src/domain/entry.ts";
import { formatOf, manifestFile, manifestSource } from "../../src/sources/manifest.ts";
import { all, failureOf, filterOf, pagesOf, read, told } from "./collect.ts";

const folder = mkdtempSync(join(tmpdir(), "prewarm-manifest-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("manifestSource on a real file", () => {
  it("reads entries of every format alike", async () => {
    const contents: Record<ManifestFormat, string> = {
      jsonl: '{"key":"a.jpg","bytes":5}\n{"key":"b/c d.mp4","kind":"video","width":640}\n',
      json: '[{"key":"a.jpg","bytes":5},\n {"key":"b/c d.mp4","kind":"video","width":640}]',
      csv: "key,bytes,kind,width\na.jpg,5,,\nb/c d.mp4,,video,640\n",
    };
    for (const [format, content] of Object.entries(contents)) {
      const path = join(folder, `list.${format}`);
      writeFileSync(path, content);
      const { open, name } = manifestFile(path);
      const source = manifestSource(open, { name, format: formatOf(path) ?? "jsonl" });
      expect(await all(source), format).toMatchObject([
        { type: "entry", entry: { key: "a.jpg", bytes: 5 } },
        { type: "entry", entry: { key: "b/c d.mp4", kind: "video", width: 640 } },
      ]);
    }
  });

  it("says in one line that a file is not there, or is a directory", async () => {
    const missing = join(folder, "missing.jsonl");
    const at = (path: string) =>
      failureOf(all(manifestSource(manifestFile(path).open, { name: path, format: "jsonl" })));
    expect(await at(missing)).toBe(`config/manifest_unreadable manifest ${missing}: there is no such file`);
    expect(await at(folder)).toBe(
      `config/manifest_unreadable manifest ${folder}: this is a directory, not a file`,
    );
  });

  it("leaves out keys that the filter turns away, but never a bad line", async () => {
    const open = () => Readable.from(['{"key":"a.jpg"}\n{"key":"b.txt"}\n{"key":"c.txt","bytes":-1}\n']);
    const filter = filterOf({ include: ["*.jpg"], exclude: [] });
    expect(told(await all(manifestSource(open, { name: "x", format: "jsonl", filter })))).toEqual([
      "a.jpg",
      "x:3: bytes must be a whole number from 0, not -1",
    ]);
  });
});

describe("the pages of a manifest", () => {
  const HEAD: Record<ManifestFormat, string> = { jsonl: "", json: "[", csv: "key\n" };
  const LINE: Record<ManifestFormat, (key: string) => string> = {
    jsonl: (key) => `{"key":"${key}"}\n`,
    json: (key) => `{"key":"${key}"},`,
    csv: (key) => `${key}\n`,
  };
  const FORMATS: ManifestFormat[] = ["jsonl", "json", "csv"];

  it.each(FORMATS)("hand on what was typed at once, while the pipe stays open (%s)", async (format) => {
    const pipe = new PassThrough();
    onTestFinished(() => void pipe.destroy());
    const source = manifestSource(() => pipe, { name: "x", format });
    const pages = source[Symbol.asyncIterator]();
    const nextKeys = async () => {
      for (;;) {
        const page = (await pages.next()).value ?? [];
        if (page.length > 0) return told(page);
      }
    };
    pipe.write(HEAD[format] + LINE[format]("a"));
    expect(await nextKeys()).toEqual(["a"]);
    pipe.write(LINE[format]("b") + LINE[format]("c"));
    expect(await nextKeys()).toEqual(["b", "c"]);
  });

  it.each(FORMATS)("hold at most 1,000 entries, in order (%s)", async (format) => {
    const keys = Array.from({ length: 2_500 }, (_, at) => `${at}`);
    const body = keys.map(LINE[format]).join("");
    const text = HEAD[format] + (format === "json" ? `${body.slice(0, -1)}]` : body);
    const pages = await pagesOf(manifestSource(() => Readable.from([text]), { name: "x", format }));
    expect(Math.max(...pages.map(({ length }) => length))).toBe(1_000);
    expect(told(pages.flat())).toEqual(keys);
  });

  it.each(FORMATS)("come before the error of a file that breaks off (%s)", async (format) => {
    async function* breaking() {
      yield Buffer.from(HEAD[format] + LINE[format]("a") + LINE[format]("b"));
      throw new Error("the disk is gone");
    }
    const seen: SourceItem[] = [];
    const reading = (async () => {
      for await (const page of manifestSource(() => Readable.from(breaking()), { name: "x", format }))
        seen.push(...page);
    })();
    expect(await failureOf(reading)).toContain("manifest x: cannot be read (the disk is gone)");
    expect(told(seen)).toEqual(["a", "b"]);
  });

  it("may be empty where the filter turned all of a chunk away, and others follow", async () => {
    const open = () => Readable.from(['{"key":"a.txt"}\n', '{"key":"b.jpg"}\n']);
    const filter = filterOf({ include: ["*.jpg"], exclude: [] });
    const pages = await pagesOf(manifestSource(open, { name: "x", format: "jsonl", filter }));
    expect(pages.map(told)).toEqual([[], ["b.jpg"]]);
  });

  it("let go of the file as soon as nobody wants more", async () => {
    const pipe = new PassThrough();
    pipe.write('{"key":"a"}\n');
    for await (const _ of manifestSource(() => pipe, { name: "x", format: "jsonl" })) break;
    expect(pipe.destroyed).toBe(true);
  });
});

describe("formatOf", () => {
  it("goes by the extension, takes stdin for jsonl, and says so when it cannot tell", () => {
    const paths = ["x.jsonl", "x.NDJSON", "x.json", "a.b/x.csv", "-", "list.txt", "list"];
    expect(paths.map(formatOf)).toEqual(["jsonl", "jsonl", "json", "csv", "jsonl", null, null]);
  });
});

describe("manifest encodings", () => {
  it("passes over a byte order mark and Windows line ends, however the bytes arrive", async () => {
    for (const piece of [1, 2, 7, 1000]) {
      const lines = '\uFEFF{"key":"ä.jpg"}\r\n\r\n  \r\n{"key":"b.jpg"}\r\n';
      expect(told(await read("jsonl", lines, piece))).toEqual(["ä.jpg", "b.jpg"]);
      expect(told(await read("csv", "\uFEFFkey,bytes\r\nä.jpg,1\r\n\r\nb.jpg,2", piece))).toEqual([
        "ä.jpg",
        "b.jpg",
      ]);
      expect(told(await read("json", '\uFEFF[{"key":"ä.jpg"},\r\n{"key":"b.jpg"}]\r\n', piece))).toEqual([
        "ä.jpg",
        "b.jpg",
      ]);
    }
  });

  it.each(["UTF-16 with a mark", "UTF-16 without a mark"])(
    "reads %s, however the bytes arrive",
    async (how) => {
      const bytes = (text: string) =>
        Buffer.from(how.includes("without") ? text : `\uFEFF${text}`, "utf16le");
      for (const piece of [1, 2, 7, 1000]) {
        expect(told(await read("jsonl", bytes('{"key":"ф.jpg"}\r\n{"key":"b.jpg"}\r\n'), piece))).toEqual([
          "ф.jpg",
          "b.jpg",
        ]);
        expect(told(await read("csv", bytes("key,bytes\r\nф.jpg,1\r\n"), piece))).toEqual(["ф.jpg"]);
        expect(told(await read("json", bytes('[{"key":"ф.jpg"}]'), piece))).toEqual(["ф.jpg"]);
      }
    },
  );

  it("knows a compressed file and refuses it as a whole", async () => {
    for (const format of ["jsonl", "json", "csv"] as const) {
      const bytes = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]);
      expect(await failureOf(read(format, bytes, 1))).toContain("this is a gzip file: unpack it");
    }
  });
});
