import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { draftConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import { Layers } from "../../src/config/layers.ts";
import { MANIFEST_FORMATS, type ManifestFormat } from "../../src/domain/choices.ts";
import type { Entry, SourceItem } from "../../src/domain/entry.ts";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import { manifestSource } from "../../src/sources/manifest.ts";
import { holds } from "../helpers/holds.ts";

const LINES = [
  ...[
    '{"key":"a.jpg","bytes":1}',
    '{"key":"b"}',
    "key,kind,bytes",
    "a.jpg,photo,1",
    '"b ""q"".mp4",video,2',
    "[",
    "]",
    ",",
    "{",
  ],
  ...[
    '"',
    '{"key":"\\u0000"}',
    '{"key":"\\ud800"}',
    '{"key":"c","width":true,"etag":"\\""}',
    "key,key",
    "\u0000",
    "\ufeff",
    "é",
  ],
  ...[
    '{"__proto__":{"key":"p"}}',
    '{"key":"d","duration":1e999}',
    "null",
    "[[[[[[",
    '[{"key":"e"},',
    "x".repeat(2_000),
  ],
];
const ENDS = ["\n", "\r\n", "\r", "", "\n\n"];

/** A file that is nearly a manifest, in some encoding, in pieces of some length. */
const file = fc.record({
  format: fc.constantFrom<ManifestFormat>(...MANIFEST_FORMATS),
  lines: fc.array(fc.oneof(fc.constantFrom(...LINES), fc.string({ unit: "binary" })), { maxLength: 8 }),
  end: fc.constantFrom(...ENDS),
  encoding: fc.constantFrom<BufferEncoding>("utf8", "utf8", "utf16le", "latin1"),
  piece: fc.integer({ min: 1, max: 64 }),
});

type Drawn = typeof file extends fc.Arbitrary<infer Value> ? Value : never;

async function itemsOf(
  bytes: Buffer,
  format: ManifestFormat,
  piece: number,
): Promise<SourceItem[] | SourceFailed> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
    bytes.subarray(at * piece, (at + 1) * piece),
  );
  const items: SourceItem[] = [];
  try {
    for await (const page of manifestSource(() => Readable.from(pieces), { name: "m", format }))
      items.push(...page);
    return items;
  } catch (error) {
    if (error instanceof SourceFailed) return error;
    throw error;
  }
}

/** Its bytes; without a mark nobody could tell UTF-16 with zeros in it. */
function bytesOf({ lines, end, encoding }: Omit<Drawn, "format" | "piece">): Buffer {
  return Buffer.from(`${encoding === "utf16le" ? "\ufeff" : ""}${lines.join(end)}`, encoding);
}

/** What it says of what is wrong. */
function saidIn(items: readonly SourceItem[] | SourceFailed): string[] {
  if (items instanceof SourceFailed) return [items.failure.message];
  return items.flatMap((each) => (each.type === "bad" ? [each.failure.message] : []));
}

function entriesIn(items: readonly SourceItem[] | SourceFailed): Entry[] {
  if (items instanceof SourceFailed) return [];
  return items.flatMap((each) => (each.type === "entry" ? [each.entry] : []));
}

describe("a manifest of any bytes", () => {
  it("comes to entries that every ledger keeps and to lines that say what is wrong, however it is cut", async () => {
    await holds(
      file,
      async ({ format, piece, ...drawn }) => {
        const bytes = bytesOf(drawn);
        const items = await itemsOf(bytes, format, piece);
        // Zeros in the midst of another text are taken for UTF-16 that was added to it, where they come together.
        if (drawn.encoding === "utf16le" || !bytes.includes(0))
          expect(JSON.stringify(items)).toBe(JSON.stringify(await itemsOf(bytes, format, bytes.length || 1)));
        for (const text of saidIn(items)) expect(text).not.toMatch(/[\r\n]/);
        for (const entry of entriesIn(items)) expectKept(entry);
      },
      250,
    );
  });
});

function expectKept(entry: Entry): void {
  for (const value of Object.values(entry)) {
    if (typeof value === "string") expect(value).toMatch(/^[^\0\p{Surrogate}]+$/u);
    else if (typeof value === "number") expect(value).toSatisfy(Number.isFinite);
    else expect(value).toBeUndefined();
  }
  expect(Buffer.byteLength(entry.key)).toBeLessThanOrEqual(1_024);
}

const NAMES = [
  "TELEGRAM_BOT_TOKEN",
  "R2_BUCKET",
  "R2_ENDPOINT",
  "R2_ACCOUNT_ID",
  "PREWARM_PACE",
  "PREWARM_BOT_PACE",
  "PREWARM_LEDGER",
  "WARMUP_CHAT_ID",
  "MEDIA_PREWARM_CONCURRENCY",
  "PREWARM_PACK",
  "PREWARM_LOOK_AFTER",
  "HTTPS_PROXY",
  "TELEGRAM_API_ROOT",
];
const VALUES = [
  "",
  "0",
  "-1",
  "1e9",
  "20/min",
  "1/0",
  "99999999999999999999",
  "5m",
  "-5m",
  "1h1h",
  "NaN",
  "postgres://u:p@",
  "http://[",
  "https://u:p@h:99999",
  "sqlite:",
  "\u202e",
  "__proto__",
  "%00",
  "$HOME",
  "auto",
  '"',
  "'a",
  "`\n`",
  "\u0000",
  "-100123",
];

/** Lines of a `.env`, or members of a prewarm.config.json, of which each may be anything. */
const settings = fc.array(
  fc.tuple(
    fc.constantFrom(...NAMES),
    fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: "binary", maxLength: 8 })),
  ),
  { maxLength: 5 },
);

describe("a configuration of any texts", () => {
  it("is read, or what is wrong with it is said in lines that no value of it breaks", async () => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-hostile-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const json = fc.oneof(
      fc.json(),
      settings.map((pairs) => JSON.stringify(Object.fromEntries(pairs))),
      fc.constantFrom('{"bots":[null]}', '{"bots":[{"slug":[],"warmup_chats":{}}]}', '{"bots":"a"}', "[", ""),
    );
    await holds(
      fc.record({ dotenv: settings, env: settings, json, end: fc.constantFrom("\n", "\r\n", "\r") }),
      ({ dotenv, env, json: text, end }) => {
        writeFileSync(join(folder, ".env"), dotenv.map(([name, value]) => `${name}=${value}`).join(end));
        writeFileSync(join(folder, "prewarm.config.json"), text);
        for (const problem of problemsOf(folder, Object.fromEntries(env)))
          expect(problem).not.toMatch(/[\r\0]/);
      },
      200,
    );
  });
});

function problemsOf(folder: string, env: Record<string, string>): readonly string[] {
  try {
    const { draft, problems } = draftConfig(new Layers({}, env, folder), {});
    return [...problems, ...draft.warnings].map(({ text }) => text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
