import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { textOf, utf8Pieces } from "../../src/domain/text-encoding.ts";

const TEXT = "R2_BUCKET=media\nPREWARM_BOT=бот 😀\n";
const LE = (text: string) => Buffer.from(text, "utf16le");
const BE = (text: string) => Buffer.from(text, "utf16le").swap16();
const MARKS = {
  "UTF-8": Buffer.from([0xef, 0xbb, 0xbf]),
  "UTF-16LE": Buffer.from([0xff, 0xfe]),
  "UTF-16BE": Buffer.from([0xfe, 0xff]),
};
const BYTES = { "UTF-8": (text: string) => Buffer.from(text), "UTF-16LE": LE, "UTF-16BE": BE };
const ENCODINGS = ["UTF-8", "UTF-16LE", "UTF-16BE"] as const;

async function piecewise(bytes: Buffer, size: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(Buffer.from(bytes.subarray(at, at + size)));
  const out: Buffer[] = [];
  for await (const piece of utf8Pieces(Readable.from(pieces))) out.push(Buffer.from(piece));
  return Buffer.concat(out).toString("utf8");
}

describe("a text file", () => {
  it.each(ENCODINGS.flatMap((encoding) => [true, false].map((hasMark) => ({ encoding, hasMark }))))(
    "is read in $encoding, mark $hasMark",
    async ({ encoding, hasMark }) => {
      const bytes = Buffer.concat([hasMark ? MARKS[encoding] : Buffer.alloc(0), BYTES[encoding](TEXT)]);
      expect(textOf(bytes)).toMatchObject({
        text: TEXT,
        encoding,
        hasMark,
        mixedFromLine: null,
        isBinary: false,
      });
      for (const size of [1, 2, 3, 5, 1_000]) expect(await piecewise(bytes, size)).toBe(TEXT);
    },
  );

  it.each(["a\nb\n", "a\r\nb\r\n", "a\rb\r"])("ends its lines in LF, whatever they end in: %j", (text) => {
    expect(textOf(LE(text)).text).toBe("a\nb\n");
    expect(textOf(Buffer.from(text))).toMatchObject({ text: "a\nb\n", hasCrlf: text.includes("\r\n") });
  });

  it.each([
    ["after a whole line", "A=1\nB=ü\n", "C=3\r\nD=4\r\n", "A=1\nB=ü\nC=3\nD=4\n", 3],
    ["stuck to a line without an end", "A=1", "C=3\r\nD=4\r\n", "A=1C=3\nD=4\n", 1],
    ["beginning with a letter that is not ASCII", "A=1\n", "Ф=3\r\nD=4\r\n", "A=1\nФ=3\nD=4\n", 2],
    ["beginning with its own mark", "A=1\n", "\uFEFFC=3\r\n", "A=1\nC=3\n", 2],
  ])("goes on in UTF-16 %s", async (_, head, tail, text, line) => {
    const bytes = Buffer.concat([Buffer.from(head), LE(tail)]);
    expect(textOf(bytes)).toMatchObject({
      text,
      encoding: "UTF-8",
      mixedFromLine: line,
      isBinary: false,
    });
    expect((await piecewise(bytes, 1_000)).replaceAll("\r", "").replaceAll("\uFEFF", "")).toBe(text);
  });

  it("goes on in UTF-16 wherever a piece of it ends", async () => {
    const bytes = Buffer.concat([Buffer.from("A=ü\nB=2\n"), LE("C=3\nD=4\n")]);
    for (let size = 1; size < bytes.length; size++)
      expect(await piecewise(bytes, size)).toBe("A=ü\nB=2\nC=3\nD=4\n");
  });

  it.each(["UTF-16LE", "UTF-16BE"] as const)("of %s goes on in ASCII", (encoding) => {
    const bytes = Buffer.concat([MARKS[encoding], BYTES[encoding]("A=1\r\n"), Buffer.from("B=2\r\nC=3\r\n")]);
    expect(textOf(bytes)).toMatchObject({ text: "A=1\nB=2\nC=3\n", encoding, mixedFromLine: 2 });
  });

  it("is no text where a zero is left over", async () => {
    const sqlite = Buffer.alloc(100);
    sqlite.write("SQLite format 3");
    sqlite.set([16, 0, 1, 1, 0, 64, 32, 32, 0, 0, 0, 7], 16);
    expect(textOf(sqlite).isBinary).toBe(true);
    const stray = Buffer.from('{"key":"a\0b"}\n{"key":"c"}\n');
    expect(textOf(stray)).toMatchObject({ isBinary: true, mixedFromLine: null });
    expect(await piecewise(stray, 4)).toBe(stray.toString());
  });

  it("is empty without bytes", async () => {
    expect(textOf(Buffer.alloc(0))).toMatchObject({ text: "", encoding: "UTF-8", mixedFromLine: null });
    expect(await piecewise(Buffer.alloc(0), 1)).toBe("");
    expect(await piecewise(Buffer.from("a"), 1)).toBe("a");
  });

  it("keeps bytes that are no UTF-8 for whoever judges its lines", async () => {
    const bytes = Buffer.from([0x61, 0xe9, 0x0a, 0x62]);
    expect(textOf(bytes).text).toBe("a\uFFFD\nb");
    const pieces: Buffer[] = [];
    for await (const piece of utf8Pieces(Readable.from([bytes]))) pieces.push(piece);
    expect(Buffer.concat(pieces)).toEqual(bytes);
  });
});
