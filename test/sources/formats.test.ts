import { describe, expect, it } from "vitest";
import { failureOf, read, told } from "./collect.ts";

describe("jsonl", () => {
  it("names file and physical line of each bad line, and reads the others", async () => {
    const lines = ['{"key":"a"}', "", '{"key":"b"', "b.jpg,5", "7", '{"key":"c","bytes":-1}', '{"key":"d"}'];
    expect(told(await read("jsonl", lines.join("\n")))).toEqual([
      "a",
      'list.jsonl:3: is not valid JSON: "{\\"key\\":\\"b\\""',
      'list.jsonl:4: must be an object such as {"key":"a.jpg"}, not "b.jpg,5"',
      'list.jsonl:5: must be an object such as {"key":"a.jpg"}, not 7',
      "list.jsonl:6: bytes must be a whole number from 0, not -1",
      "d",
    ]);
  });

  it("takes a line over 1 MiB for one bad line, the last one too", async () => {
    const long = `{"key":"${"x".repeat(1024 * 1024)}"}`;
    const items = await read("jsonl", `{"key":"a"}\n${long}\n{"key":"b"}\n${long}`, 65_536);
    expect(told(items)).toEqual([
      "a",
      "list.jsonl:2: is longer than 1 MiB",
      "b",
      "list.jsonl:4: is longer than 1 MiB",
    ]);
  });

  it("does not take bytes that are no UTF-8 for a key, but a real replacement character", async () => {
    const broken = Buffer.concat([
      Buffer.from('{"key":"'),
      Buffer.from([0xe4]),
      Buffer.from('"}\n{"key":"\uFFFD"}'),
    ]);
    expect(told(await read("jsonl", broken))).toEqual(["list.jsonl:1: is not UTF-8 text", "\uFFFD"]);
  });

  it.each(["\n", "\r\n", "\r"])("reads lines that end in %j, whole or byte by byte", async (end) => {
    const text = ['{"key":"a"}', "", "no", '{"key":"b"}', ""].join(end);
    for (const piece of [1, 7, 1000])
      expect(told(await read("jsonl", text, piece)), String(piece)).toEqual([
        "a",
        'list.jsonl:3: must be an object such as {"key":"a.jpg"}, not "no"',
        "b",
      ]);
  });

  it.each([
    [
      '{\n  "key": "a.jpg",\n  "bytes": 5\n}\n{\n  "key": "b.jpg"\n}\n',
      "one a line, for example with `jq -c .`",
    ],
    ['{ "key": "a.jpg",\n"bytes": 5}\n', "`jq -c .`"],
    ["key,kind\na.jpg,photo\n", "read it with --manifest-format csv"],
    ["kind, key\r\nphoto,a.jpg\r\n", "read it with --manifest-format csv"],
    ["key\na.jpg\n", "read it with --manifest-format csv"],
  ])("says once what %j is instead, and the way out", async (content, message) => {
    expect(await failureOf(read("jsonl", content, 1000))).toContain(message);
  });

  it("has nothing to say about an empty file", async () => {
    expect(await read("jsonl", "")).toEqual([]);
    expect(await read("jsonl", "\n\n")).toEqual([]);
  });

  it("refuses a JSON array as a whole and says how to read it", async () => {
    expect(await failureOf(read("jsonl", '\n [\n{"key":"a"}\n]'))).toBe(
      "config/manifest_syntax manifest list.jsonl: begins with [, so it is a JSON array: read it with --manifest-format json",
    );
  });
});

describe("json", () => {
  it("names the index of a bad element and reads the others", async () => {
    expect(told(await read("json", '[{"key":"a"}, 5, {"key":"b","kind":"x"}, {"key":"c"}]', 3))).toEqual([
      "a",
      'list.json[1]: must be an object such as {"key":"a.jpg"}, not 5',
      'list.json[2]: kind must be one of photo, video, animation, audio, voice, document, not "x"',
      "c",
    ]);
  });

  it.each<[string, string, number, string]>([
    ["a value that is none", '[{"key":"ü"},\n{"key":}]', 1, 'line 2: unexpected "}"'],
    ["a comma too few", '[{"key":"ü"}\n\n{"key":"b"}]', 1, 'line 3: unexpected "{"'],
    ["a comma too many", '[{"key":"ü"},]', 1, 'line 1: unexpected "]"'],
    ["an unknown word", "[\nnul]", 0, 'line 2: unexpected "]"'],
    ["an end in the middle", '[{"key":"ü"},\n{"key"', 1, "line 2: the file ends before its closing ]"],
    ["something after the end", '[{"key":"ü"}]\n\n[]', 1, 'line 3: unexpected "["'],
  ])("stops at %s, and says index and line", async (_title, content, index, problem) => {
    for (const piece of [1, 5, 1000]) {
      const items = await read("json", content, piece);
      expect(items.at(-1)).toMatchObject({ type: "bad", where: `list.json[${index}]` });
      expect(told(items)).toEqual([
        ...["ü"].slice(0, index),
        `list.json[${index}]: JSON syntax error in ${problem}; nothing from there on was read`,
      ]);
      expect(items.at(-1)).toMatchObject({ failure: { class: "config", reason: "manifest_syntax" } });
    }
  });

  it("gives up on an element over 1 MiB instead of keeping it", async () => {
    const items = await read("json", `[{"key":"a"},"${"x".repeat(3_000_000)}"]`, 65_536);
    expect(told(items)[1]).toContain(
      "list.json[1]: JSON syntax error in line 1: an entry is longer than 1 MiB",
    );
  });

  it.each<[string, string]>([
    [
      '{"key":"a"}\n{"key":"b"}',
      "begins with {, not with [: put its entries into one array, or read one object a line",
    ],
    ["key,bytes\na,1", 'begins with "k", not with [, so it is not a JSON array'],
  ])("refuses what is no array as a whole: %j", async (content, message) => {
    expect(await failureOf(read("json", content, 1))).toContain(`manifest list.json: ${message}`);
  });

  it("reads an empty array as nothing to do", async () => {
    expect(await read("json", " [ ] \n")).toEqual([]);
  });

  it.each(["json", "csv", "jsonl"] as const)("reads an empty file as nothing to do: %s", async (format) => {
    for (const content of ["", " \n", "\n \n"]) expect(await read(format, content)).toEqual([]);
  });
});

describe("csv", () => {
  it("reads quoted cells over lines, doubled quotes, and numbers as text; empty cells are not given", async () => {
    const items = await read("csv", 'key , bytes,title\n"a, b.jpg",12,"say ""hi""\nthere"\nc.jpg, 7 ,\n');
    expect(items).toMatchObject([
      { type: "entry", entry: { key: "a, b.jpg", bytes: 12, title: 'say "hi"\nthere' } },
      { type: "entry", entry: { key: "c.jpg", bytes: 7 } },
    ]);
  });

  it.each([1, 10, 1000])("loses only the line with the fault (pieces of %i bytes)", async (piece) => {
    const lines = [
      "key,bytes,title",
      'a,1,"lost quote',
      "b,2,x",
      'c,3,"y"',
      "d",
      "e,5,6,7",
      'f,6,"y"z',
      'g,7,mid"dle',
      "",
      "h,many,",
      'i,9,"two',
      'lines"',
      ",10,",
      'j,11,"',
    ];
    expect(told(await read("csv", lines.join("\r\n"), piece))).toEqual([
      'list.csv:2: has a quote (") that is not closed',
      "b",
      "c",
      "list.csv:5: cells found: 1, columns named in the first line: 3",
      "list.csv:6: cells found: 4, columns named in the first line: 3",
      'list.csv:7: has a quote (") in the wrong place: "f,6,\\"y\\"z"',
      'list.csv:8: has a quote (") in the wrong place: "g,7,mid\\"dle"',
      'list.csv:10: bytes must be a whole number from 0, not "many"',
      "i",
      "list.csv:13: key is missing",
      'list.csv:14: has a quote (") that is not closed',
    ]);
  });

  it.each(["\n", "\r\n", "\r"])("reads rows that end in %j, whole or byte by byte", async (end) => {
    const text = ["key,title", 'a,"A ""x"""', "", "b,B", '"two', 'lines",C', ""].join(end);
    for (const piece of [1, 7, 1000]) {
      const items = await read("csv", text, piece);
      const inner = end === "\r" ? "\r" : "\n";
      expect(told(items), String(piece)).toEqual(["a", "b", `two${inner}lines`]);
    }
    expect(told(await read("csv", `key,kind${end}covers/a.jpg,photo${end}covers/b.jpg,photo${end}`))).toEqual(
      ["covers/a.jpg", "covers/b.jpg"],
    );
  });

  it("keeps a CR in a quoted key, which macOS gives to folder icons", async () => {
    expect(told(await read("csv", 'key,kind\n"mac/Icon\r.jpg",photo\n'))).toEqual(["mac/Icon\r.jpg"]);
  });

  it("passes over rows of blank cells, however many, also before the header", async () => {
    expect(told(await read("csv", ',\n , \nkey,kind\na.jpg,photo\n,\n , \n,,,\n"",\n"","x"\n'))).toEqual([
      "a.jpg",
      expect.stringMatching(/^list.csv:9: key is missing/),
    ]);
    expect(told(await read("csv", "key,kind,,\na.jpg,photo,,\n"))).toEqual(["a.jpg"]);
  });

  it("does not let a lost quote swallow the rest of a long file", async () => {
    const rows = Array.from({ length: 500 }, (_, at) => `k${at},x`);
    const items = await read("csv", `key,title\nbad,"lost\n${rows.join("\n")}\n`, 4096);
    expect(told(items)[0]).toBe('list.csv:2: has a quote (") that is not closed');
    expect(items.filter((item) => item.type === "entry")).toHaveLength(500);
  });

  it("counts lines rightly behind cells that hold lines", async () => {
    const content = 'key,title\na,"1\n2\n3"\n\nb,"x"\nc,"y",\n';
    expect(told(await read("csv", content))).toEqual([
      "a",
      "b",
      "list.csv:7: cells found: 3, columns named in the first line: 2",
    ]);
    const inner = 'key,bytes,title\na,1,"1\n2"\n\nb,-1,"x"\n';
    expect(told(await read("csv", inner))[1]).toBe("list.csv:5: bytes must be a whole number from 0, not -1");
  });

  it.each<[string, string]>([
    [
      "name,size\na,1",
      'its first line must name the columns, separated by commas, `key` among them; it is "name,size"',
    ],
    ["key;bytes\na;1", 'it is "key;bytes" with ";" between them: save it with commas'],
    ["bytes\tkey\n1\ta", "with tabs between them: save it with commas"],
    ['{"key":"a"}\n', "read it with --manifest-format jsonl"],
    ['[{"key":"a"}]', "read it with --manifest-format json"],
    ["key,kind,key\na,photo,b", "names the column key twice"],
    [`key,${"x".repeat(200)}\na,b`, "is this all of one line?"],
  ])("refuses a file without a usable header as a whole: %j", async (content, message) => {
    expect(await failureOf(read("csv", content))).toContain(message);
  });
});
