import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Config, loadConfig } from "../../src/config/config.ts";
import { inspect } from "../../src/config/inspect.ts";
import { problemsOf } from "../helpers/config-problems.ts";

const VALUES: Readonly<Record<string, string>> = {
  R2_ACCOUNT_ID: "0123456789abcdef".repeat(2),
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "a".repeat(32),
  R2_SECRET_ACCESS_KEY: "5".repeat(64),
  TELEGRAM_BOT_TOKEN: "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-abc",
  WARMUP_CHAT_ID: "-1001000000001",
};

function lines(values: Readonly<Record<string, string>> = VALUES): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(VALUES).filter(([each]) => each !== name));
}

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-dotenv-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Of `.env` alone, unless the environment has something too. */
function load(dotenv: string | Buffer, env: Record<string, string> = {}): Config {
  return loadConfig({}, env, folderWith({ ".env": dotenv }));
}

const warningsOf = (config: Config) => config.warnings.map(({ text }) => text);
const PEM = [
  "-----BEGIN PRIVATE KEY-----",
  "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/x+y",
  "AAAA==",
  "-----END PRIVATE KEY-----",
];

describe("a .env that is read", () => {
  it.each<[what: string, text: string | Buffer]>([
    ["in UTF-16 with a mark", Buffer.from(`\uFEFF${lines().replaceAll("\n", "\r\n")}`, "utf16le")],
    ["in UTF-16 without a mark", Buffer.from(lines(), "utf16le")],
    [
      "that goes on in UTF-16",
      Buffer.concat([
        Buffer.from(lines(without("R2_BUCKET"))),
        Buffer.from("R2_BUCKET=media\r\n", "utf16le"),
      ]),
    ],
    ["with lines that end in CR", lines().replaceAll("\n", "\r")],
    ["with a key in PEM form in quotes", `APP_KEY="${PEM.join("\n")}"\n${lines()}`],
    ["with a comment at the end of a line", lines().replace("media\n", "media # pictures\n")],
    ["with the same value twice", `R2_BUCKET=media\n${lines()}`],
    ["with a name of ours in a URL", `APP_URL=https://app/?PORT=1\n${lines()}`],
  ])("%s has nothing to be told of", (_, text) => {
    const config = load(text);
    expect(config.bucket).toBe("media");
    expect(warningsOf(config)).toEqual([]);
  });

  it.each<[what: string, text: string, warning: RegExp]>([
    [
      "bare words of another program",
      `hello there\n${lines()}`,
      /^\.env, line 1 is not NAME=value and is passed over$/,
    ],
    [
      "a key in PEM form without quotes",
      `${lines()}APP_KEY=${PEM.join("\n")}\n`,
      /^\.env, lines? .* passed over$/,
    ],
    [
      "a value that comes twice",
      `R2_BUCKET=first\n${lines()}`,
      /line 3: R2_BUCKET stands in lines 1 and 3: the last one counts/,
    ],
    [
      "an empty line that takes away what nobody needs",
      `PREWARM_BOT=shop\n${lines()}PREWARM_BOT=\n`,
      /line 8: PREWARM_BOT stands in lines 1 and 8: the last one counts, and it is empty/,
    ],
    [
      "an empty line above",
      `R2_BUCKET=\n${lines()}`,
      /line 3: R2_BUCKET stands in lines 1 and 3: the last one counts$/,
    ],
    [
      "all after # as a comment",
      lines().replace("-1001000000001", "-1001000000001#old"),
      /WARMUP_CHAT_ID: all after # is a comment/,
    ],
    [
      "a name with a letter wrong",
      `${lines()}MEDIA_PREWARM_CONCURENCY=20\n`,
      /^MEDIA_PREWARM_CONCURENCY means nothing here; did you mean MEDIA_PREWARM_CONCURRENCY\?$/,
    ],
    [
      "a line of ours that another line makes good",
      `R2_BUCKET: media\n${lines()}`,
      /line 1: R2_BUCKET is not written as NAME=value/,
    ],
  ])("with %s is told so, and works", (_, text, warning) => {
    const config = load(text);
    expect(config.bucket).toBe("media");
    expect(warningsOf(config)).toEqual([expect.stringMatching(warning)]);
  });

  it("names what others have in their own names only where it is missing", () => {
    expect(
      warningsOf(
        load(
          `BOT_TOKEN=x\nTELEGRAM_BOT_TOKEN_2=2:b\nAWS_ACCESS_KEY_ID=y\nTELEGRAM_API_ID=1\nTELEGRAM_API_HASH=ab\n${lines()}`,
        ),
      ),
    ).toEqual([]);
    const services = {
      PREWARM_PORT: "tcp://10.0.0.1:3000",
      PREWARM_SERVICE_HOST: "10.0.0.1",
      TELEGRAM_BOT_PORT_1_TCP_ADDR: "x",
    };
    expect(warningsOf(load(lines(), services))).toEqual([]);
  });
});

describe("a .env that takes a value away", () => {
  it.each<[what: string, text: string, problem: RegExp]>([
    [
      "by two lines stuck together",
      lines().replace("\nR2_BUCKET", "R2_BUCKET"),
      /^\.env, line 1: two lines are stuck together: R2_BUCKET= stands in the value of R2_ACCOUNT_ID; begin a new line/,
    ],
    [
      "by a line stuck to one of another program",
      `FOO=1${lines()}`,
      /line 1: two lines are stuck together: R2_ACCOUNT_ID= .* of FOO/,
    ],
    [
      "by a colon",
      lines().replace("R2_BUCKET=", "R2_BUCKET: "),
      /line 2: R2_BUCKET is not written as NAME=value; write line 2 of \.env as R2_BUCKET=value/,
    ],
    [
      "by the way of cmd.exe",
      lines().replace("R2_BUCKET=", "set R2_BUCKET="),
      /line 2: R2_BUCKET is not written/,
    ],
    [
      "by the way of PowerShell",
      lines().replace("R2_BUCKET=media", "$env:R2_BUCKET = 'media'"),
      /line 2: R2_BUCKET is not written/,
    ],
    [
      "by a quote that is never closed",
      lines().replace("media", '"media'),
      /line 2: R2_BUCKET has a quote that is never closed; close the quote in line 2/,
    ],
    [
      "by a quote above it",
      `APP_NAME="x\n${lines()}APP_NOTE="y\n`,
      /line 2: R2_ACCOUNT_ID is inside a value/,
    ],
    [
      "by a no-break space",
      lines().replace("R2_BUCKET=", "R2_BUCKET\u00A0=\u00A0"),
      /line 2: R2_BUCKET is not read: .*U\+00A0; write line 2 of \.env anew as R2_BUCKET=value/,
    ],
    ["by a zero-width space", lines().replace("R2_BUCKET", "\u200BR2_BUCKET"), /line 2: R2_BUCKET .*U\+200B/],
    [
      "by a mark inside a name",
      lines().replace("R2_BUCKET", "export R2_\uFEFFBUCKET"),
      /line 2: R2_BUCKET .*U\+FEFF/,
    ],
    ["by a full-width sign", lines().replace("R2_BUCKET=", "R2_BUCKET\uFF1D"), /line 2: R2_BUCKET .*U\+FF1D/],
    ["by full-width letters", lines().replace("R2_BUCKET", "Ｒ2_BUCKET"), /line 2: R2_BUCKET .*U\+FF32/],
    ["by a Cyrillic letter", lines().replace("R2_BUCKET", "R2_BU\u0421KET"), /line 2: R2_BUCKET .*U\+0421/],
    [
      "by lower case",
      lines().replace("R2_BUCKET", "r2_bucket"),
      /^R2_BUCKET is not set, but r2_bucket is, in \.env: write R2_BUCKET instead of r2_bucket/,
    ],
    ["by a hyphen", lines().replace("R2_BUCKET", "R2-BUCKET"), /R2_BUCKET is not set, but R2-BUCKET is/],
    [
      "by an empty line further down",
      `${lines()}R2_BUCKET=\n`,
      /line 7: R2_BUCKET stands in lines 2 and 7: the last one counts, and it is empty; take line 7 out of \.env/,
    ],
    [
      "by empty lines in quotes and with a comment further down",
      `R2_BUCKET=\n${lines()}R2_BUCKET=''\nR2_BUCKET= # later\n`,
      /line 9: R2_BUCKET stands in lines 1 and 3 and 8 and 9: .* is empty; take lines 8 and 9 out of \.env/,
    ],
    [
      "by typographic quotes",
      lines().replace("media", "“media”"),
      /line 2: R2_BUCKET has typographic quotes/,
    ],
  ])("%s ends with the line and what to do", (_, text, problem) => {
    const folder = folderWith({ ".env": text });
    const [first = "", ...others] = problemsOf(() => loadConfig({}, {}, folder));
    expect(first).toMatch(problem);
    expect(others.every((each) => /is inside a value/.test(each))).toBe(true);
    expect([first, ...others].join()).not.toMatch(/AAEhBO|5555/);
    expect(inspect({}, {}, folder).problems.map(({ text: each }) => each)).toEqual([first, ...others]);
  });

  it("is not at fault while the environment has the value", () => {
    expect(load(lines().replace("R2_BUCKET=", "R2_BUCKET: "), { R2_BUCKET: "media" }).bucket).toBe("media");
  });
});

describe("what is not set", () => {
  it.each<[name: string, given: string, step: RegExp]>([
    [
      "TELEGRAM_BOT_TOKEN",
      "BOT_TOKEN=x",
      /but BOT_TOKEN is, in \.env: add this line to \.env: TELEGRAM_BOT_TOKEN=<the value of BOT_TOKEN>$/,
    ],
    ["R2_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID=x", /add this line to \.env: R2_ACCESS_KEY_ID=/],
    ["R2_BUCKET", "R2_BUKET=x", /but R2_BUKET is, in \.env: write R2_BUCKET instead of R2_BUKET in \.env$/],
  ])("%s is found under another name, which stays another program's", (name, given, step) => {
    const problems = problemsOf(() => load(`${given}\n${lines(without(name))}`));
    expect(problems).toEqual([expect.stringMatching(step)]);
  });

  it.each([".env.local", ".env.txt", ".env.production"])("is found in %s, which is not read", (name) => {
    const problems = problemsOf(() => loadConfig({}, {}, folderWith({ [name]: lines() })));
    expect(problems).toContainEqual(expect.stringContaining(`${name} has R2_ACCOUNT_ID, R2_BUCKET`));
  });

  it("is not looked for in files that do not have it", () => {
    const problems = problemsOf(() =>
      loadConfig({}, {}, folderWith({ ".env": lines(without("R2_BUCKET")), ".env.local": "X=1" })),
    );
    expect(problems).toEqual([expect.stringMatching(/^R2_BUCKET is not set/)]);
  });

  it("is told with a .env that is a folder, or lies above", () => {
    const folder = folderWith({});
    mkdirSync(join(folder, ".env"));
    expect(problemsOf(() => loadConfig({}, {}, folder))).toContainEqual(
      expect.stringMatching(/^\.env is a folder/),
    );
    const above = folderWith({ ".env": lines() });
    mkdirSync(join(above, "below"));
    expect(problemsOf(() => loadConfig({}, {}, join(above, "below")))).toContainEqual(
      expect.stringContaining(`${join(above, ".env")} has R2_ACCOUNT_ID`),
    );
  });
});

it("names a value of a file in another encoding, and where it stands", () => {
  const text = Buffer.concat([
    Buffer.from("# caf\u00e9\n", "latin1"),
    Buffer.from(lines()),
    Buffer.from("PREWARM_LEDGER=sqlite:\u00e9.db\n", "latin1"),
  ]);
  expect(problemsOf(() => load(text))).toEqual([
    expect.stringMatching(/^\.env PREWARM_LEDGER \(line 8\): .* it must be written in UTF-8 or UTF-16/),
  ]);
});

it("is to be written anew where it is no text", () => {
  expect(problemsOf(() => load(Buffer.from("R2_BUCKET=me\0\0dia\n")))).toEqual([
    ".env cannot be read: this is not a text file; write .env anew as text in UTF-8",
  ]);
});
