import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ManifestFormat } from "../../src/domain/choices.ts";
import { manifestSource } from "../../src/sources/manifest.ts";
import { holds } from "../helpers/holds.ts";

/** A key with whatever csv, JSON and line ends give a meaning to. */
const key = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        ",",
        "\n",
        "\r\n",
        "\r",
        "'",
        ";",
        "\\",
        "{",
        "}",
        "#",
        "=",
        " ",
        "é",
        "e\u0301",
        "🎬",
        "\u2028",
      ),
      fc.stringMatching(/^[a-z0-9/.]{1,4}$/),
    ),
    { minLength: 1, maxLength: 6 },
  )
  // Blanks around a cell are part of it; a key of nothing else is one that csv passes over as empty.
  .map((pieces) => `k${pieces.join("")}k`);

const good = fc.record({
  good: fc.record({ key, bytes: fc.nat(), title: fc.stringMatching(/^t[a-z "é]{1,5}$/) }),
});

/** Lines that no format can read, by format. */
const BAD: Readonly<Record<"jsonl" | "csv", readonly string[]>> = {
  jsonl: [
    '{"key":',
    "nonsense",
    "[1]",
    "7",
    "null",
    '{"key":5}',
    '{"bytes":1}',
    '{"key":"a","bytes":-1}',
    '{"key":"a","kind":"x"}',
  ],
  csv: ["a,b,c,d,e", "only", "a.jpg,-1,x", "a.jpg,many,x", ",5,x", "a.jpg,1e999,x"],
};

/** As the format writes a line. */
function written(format: "jsonl" | "csv", entry: { key: string; bytes: number; title: string }): string {
  if (format === "jsonl") return JSON.stringify(entry);
  const quoted = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [quoted(entry.key), String(entry.bytes), quoted(entry.title)].join(",");
}

async function read(text: string, format: ManifestFormat, piece: number) {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
    bytes.subarray(at * piece, (at + 1) * piece),
  );
  const items = [];
  for await (const page of manifestSource(() => Readable.from(pieces), { name: "m", format }))
    items.push(...page);
  const entries = items.flatMap((it) => (it.type === "entry" ? [it.entry] : []));
  return { entries, bad: items.flatMap((it) => (it.type === "bad" ? [it.where] : [])) };
}

type Good = { readonly key: string; readonly bytes: number; readonly title: string };
type Drawn = { readonly good: Good } | { readonly bad: string } | null;

/** The text of a manifest, the entries in it and the numbers of its bad lines. */
function manifestOf(format: "jsonl" | "csv", lines: readonly Drawn[], end: string) {
  const first = { key: "first", bytes: 0, title: "first" };
  // A good line first, so that it is seen what the file is.
  const texts = format === "csv" ? ["key,bytes,title"] : [];
  const wanted = { entries: [] as Good[], bad: [] as string[] };
  for (const line of [{ good: first }, ...lines]) {
    const number = texts.join(end).split(/\r\n|\n|\r/).length + 1;
    if (line === null) texts.push("");
    else if ("bad" in line) wanted.bad.push(`m:${texts.length === 0 ? 1 : number}`);
    else wanted.entries.push(line.good);
    if (line !== null) texts.push("bad" in line ? line.bad : written(format, line.good));
  }
  return { text: texts.join(end), wanted };
}

describe.each(["jsonl", "csv"] as const)("a manifest of %s", (format) => {
  const bad = fc.record({ bad: fc.constantFrom(...BAD[format]) });
  const drawn = fc.record({
    lines: fc.array(fc.oneof<fc.Arbitrary<Drawn>[]>(good, good, good, bad, fc.constant(null)), {
      maxLength: 12,
    }),
    end: fc.constantFrom("\n", "\r\n"),
    piece: fc.integer({ min: 1, max: 200 }),
    last: fc.boolean(),
  });

  it("loses none of its good lines to the bad ones, and names each of these by its number", async () => {
    await holds(
      // In a file whose lines end in CRLF a line end in a key is not told from one that an editor wrote.
      drawn.filter(
        ({ lines, end }) =>
          end === "\n" || !lines.some((it) => it && "good" in it && it.good.key.includes("\r\n")),
      ),
      async ({ lines, end, piece, last }) => {
        const { text, wanted } = manifestOf(format, lines, end);
        expect(await read(text + (last ? end : ""), format, piece)).toEqual(wanted);
      },
      150,
    );
  });
});

it("a manifest of JSON loses none of its good entries to the bad ones", async () => {
  const bad = fc.constantFrom<unknown>(
    7,
    null,
    "text",
    [],
    [[]],
    {},
    { key: 5 },
    { key: "a", bytes: "many" },
    { key: "" },
  );
  await holds(
    fc.record({
      list: fc.array(fc.oneof(good, fc.record({ bad })), { maxLength: 12 }),
      piece: fc.integer({ min: 1, max: 99 }),
      space: fc.constantFrom(0, 1, "\t"),
    }),
    async ({ list, piece, space }) => {
      const items = list.map((each) => ("good" in each ? each.good : each.bad));
      const { entries, bad } = await read(JSON.stringify(items, null, space), "json", piece);
      expect(entries).toEqual(list.flatMap((each) => ("good" in each ? [each.good] : [])));
      expect(bad).toHaveLength(list.length - entries.length);
    },
    100,
  );
});
