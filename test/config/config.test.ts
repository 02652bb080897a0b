import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Config, loadConfig, secretsOf } from "../../src/config/config.ts";
import type { Flags } from "../../src/config/layers.ts";
import { problemsOf } from "../helpers/config-problems.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const ENV = {
  R2_ACCOUNT_ID: ACCOUNT,
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "id",
  R2_SECRET_ACCESS_KEY: "secret",
  TELEGRAM_BOT_TOKEN: "1:abc",
  WARMUP_CHAT_ID: "-1001, -1002,-1001",
};

interface Given {
  readonly flags?: Flags;
  readonly env?: Record<string, string>;
  /** Text of files in the working directory. */
  readonly files?: Record<string, string>;
}

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function load({ flags = {}, env = {}, files = {} }: Given = {}): Config {
  return loadConfig(flags, { ...ENV, ...env }, folderOf(files));
}

const FILE = "prewarm.config.json";
const TWO_BOTS = JSON.stringify({
  bots: [
    { slug: "a", token_env: "TOKEN_A", warmup_chats: [-1, "@chan", -1] },
    { slug: "b", token_env: "TOKEN_B", warmup_chats: [-2] },
  ],
});
const TOKENS = { TOKEN_A: "11:a", TOKEN_B: "12:b" };
const ALONE = { TELEGRAM_BOT_TOKEN: "", WARMUP_CHAT_ID: "" };

describe("a configuration", () => {
  it("has the published defaults", () => {
    expect(load()).toMatchObject({
      endpoint: `https://${ACCOUNT}.r2.cloudflarestorage.com`,
      apiRoot: "https://api.telegram.org",
      ...{ apiLocal: false, concurrency: 5, maxQueue: 500, retryWeakId: false, ledger: "prewarm.db" },
      ...{
        pace: { type: "adaptive" },
        botPace: 1_800,
        answerTimeout: 300_000,
        stallTimeout: 60_000,
        tag: true,
        lookAfter: 600_000,
        readAhead: 67_108_864,
        timeScale: 1,
      },
      bots: [{ slug: "default", chats: ["-1001", "-1002"] }],
    });
  });

  it.each<{ what: string; given: Given; wanted: unknown; origin: string }>([
    {
      what: "a flag",
      given: { flags: { bucket: "flag" }, env: { R2_BUCKET: "env" } },
      wanted: "flag",
      origin: "--bucket",
    },
    {
      what: "the environment",
      given: { files: { ".env": "R2_BUCKET=dotenv" } },
      wanted: "media",
      origin: "environment R2_BUCKET",
    },
    {
      what: ".env, where the environment has it empty",
      given: {
        env: { R2_BUCKET: "" },
        files: { ".env": '\uFEFFR2_BUCKET="dotenv"', [FILE]: '{"bucket":"json"}' },
      },
      ...{ wanted: "dotenv", origin: ".env R2_BUCKET" },
    },
    {
      what: "the file",
      given: { env: { R2_BUCKET: "" }, files: { [FILE]: '{"bucket":"json"}' } },
      wanted: "json",
      origin: FILE,
    },
  ])("takes from $what and remembers where from", ({ given, wanted, origin }) => {
    const { bucket, origins } = load(given);
    expect([bucket, origins.bucket]).toEqual([wanted, origin]);
  });

  it.each<{ env: Record<string, string>; wanted: number | null }>([
    { env: { PREWARM_PACE: "60/min" }, wanted: null },
    { env: { PREWARM_PACE: "60/min", PREWARM_BOT_PACE: "10/s" }, wanted: 600 },
    { env: { PREWARM_BOT_PACE: "none" }, wanted: null },
    { env: { PREWARM_PACE: "documented" }, wanted: 1_800 },
  ])("paces a bot at $wanted with $env", ({ env, wanted }) => {
    expect(load({ env }).botPace).toBe(wanted);
  });

  it.each([
    ["sqlite:x.db", "x.db"],
    ["x.db", "x.db"],
    ["sqlite:/tmp/x.db", "/tmp/x.db"],
    ["sqlite:///tmp/x.db", "/tmp/x.db"],
    ["sqlite:../x.db", "../x.db"],
  ])("keeps its ledger %s in %s", (text, path) => {
    expect(load({ env: { PREWARM_LEDGER: text } }).ledger).toBe(path);
  });

  it.each([
    ["sqlite:of@home/prewarm.db", "of@home/prewarm.db"],
    ["sqlite:C:\\Users\\me@home\\prewarm.db", "C:\\Users\\me@home\\prewarm.db"],
    ["C:/Users/me@home/prewarm.db", "C:/Users/me@home/prewarm.db"],
  ])("keeps it in a file of a folder with an @ that a flag names: %s", (flag, path) => {
    expect(load({ flags: { ledger: flag } }).ledger).toBe(path);
  });

  it("keeps it in a PostgreSQL that a flag names with a user, whose password is not in it", () => {
    const url = "postgres://me@db.example:5432/x?sslmode=require";
    expect(load({ flags: { ledger: url } }).ledger).toBe(url);
  });

  it("takes the endpoint before the account, without the bucket that the dashboard shows behind it", () => {
    expect(
      load({ env: { R2_ENDPOINT: `https://${ACCOUNT}.eu.r2.cloudflarestorage.com/media/` } }).endpoint,
    ).toBe(`https://${ACCOUNT}.eu.r2.cloudflarestorage.com`);
    expect(problemsOf(() => load({ env: { R2_ENDPOINT: "https://host/nothing" } }))).toEqual([
      'environment R2_ENDPOINT: the endpoint ends in "/nothing"; leave the path out',
    ]);
  });

  it("prints no secret", () => {
    const config = load({
      env: { R2_SECRET_ACCESS_KEY: "hush", TELEGRAM_BOT_TOKEN: "1:quiet", R2_ACCESS_KEY_ID: "psst" },
    });
    expect(new Set(secretsOf(config).map((secret) => secret.reveal()))).toEqual(
      new Set(["psst", "hush", "1:quiet"]),
    );
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.accessKeyId}`])
      expect(text).not.toMatch(/hush|quiet|psst/);
  });
});

describe("bots", () => {
  it.each<{ what: string; given: Given; bots: readonly (readonly [string, string, readonly string[]])[] }>([
    {
      what: "of the file, all by default",
      given: { env: { ...TOKENS, ...ALONE } },
      bots: [
        ["a", "11:a", ["-1", "@chan"]],
        ["b", "12:b", ["-2"]],
      ],
    },
    {
      what: "that --bot picks",
      given: { env: { ...TOKENS, ...ALONE }, flags: { bot: ["b"] } },
      bots: [["b", "12:b", ["-2"]]],
    },
    {
      what: "joined by that of the environment",
      given: { env: TOKENS },
      bots: [
        ["a", "11:a", ["-1", "@chan"]],
        ["b", "12:b", ["-2"]],
        ["default", "1:abc", ["-1001", "-1002"]],
      ],
    },
    {
      what: "of which the environment's wins by its slug",
      given: { env: { ...TOKENS, PREWARM_BOT: "a" } },
      bots: [
        ["a", "1:abc", ["-1001", "-1002"]],
        ["b", "12:b", ["-2"]],
      ],
    },
    {
      what: "picked without the tokens of the others",
      given: { env: { TOKEN_B: "12:b", ...ALONE }, flags: { bot: ["b"] } },
      bots: [["b", "12:b", ["-2"]]],
    },
  ])("$what", ({ given, bots }) => {
    const config = load({ files: { [FILE]: TWO_BOTS }, ...given });
    expect(config.bots.map(({ slug, token, chats }) => [slug, token.reveal(), chats])).toEqual(bots);
  });

  it("may take their token from the usual variable", () => {
    const files = {
      [FILE]: JSON.stringify({ bots: [{ slug: "a", token_env: "TELEGRAM_BOT_TOKEN", warmup_chats: [-1] }] }),
    };
    expect(load({ env: { WARMUP_CHAT_ID: "" }, files }).bots.map(({ slug }) => slug)).toEqual(["a"]);
  });

  it.each<{ env: Record<string, string>; flags: Flags; slug: string }>([
    { env: {}, flags: {}, slug: "default" },
    { env: { PREWARM_BOT: "mine" }, flags: {}, slug: "mine" },
    { env: {}, flags: { bot: ["mine"] }, slug: "mine" },
    { env: { PREWARM_BOT: "theirs" }, flags: { bot: ["mine"] }, slug: "mine" },
  ])("alone is called $slug with $env and $flags", ({ env, flags, slug }) => {
    expect(load({ env, flags }).bots.map((bot) => bot.slug)).toEqual([slug]);
  });

  it("must be known", () => {
    const given = {
      files: { [FILE]: TWO_BOTS },
      env: { ...TOKENS, ...ALONE },
      flags: { bot: ["a", "c", "zzzzz"] },
    };
    expect(problemsOf(() => load(given))).toEqual([
      expect.stringMatching(/^--bot c: no such bot, did you mean "\w"\?$/),
      "--bot zzzzz: no such bot (there is a, b)",
    ]);
  });
});

describe("secrets", () => {
  it("come from a file that a variable names, trimmed", () => {
    const folder = folderOf({ token: " 9:file \n" });
    const env = { TELEGRAM_BOT_TOKEN: "", TELEGRAM_BOT_TOKEN_FILE: join(folder, "token") };
    expect(load({ env }).bots[0]?.token.reveal()).toBe("9:file");
  });

  it("that are named and cannot be read, or are empty, are told by name", () => {
    const folder = folderOf({ empty: "\n" });
    const env = {
      R2_SECRET_ACCESS_KEY: " ",
      R2_SECRET_ACCESS_KEY_FILE: join(folder, "empty"),
      R2_ACCESS_KEY_ID: "",
      R2_ACCESS_KEY_ID_FILE: "/no/such",
    };
    const problems = problemsOf(() => load({ env })).join("\n");
    expect(problems).toMatch(/R2_SECRET_ACCESS_KEY_FILE cannot be read: .*empty is empty/);
    expect(problems).toMatch(/R2_ACCESS_KEY_ID_FILE cannot be read: \/no\/such: there is no such file/);
  });
});

describe("what cannot be worked with is told all at once", () => {
  it.each<{ what: string; given: Given; says: readonly RegExp[] }>([
    {
      what: "nothing set",
      given: { env: Object.fromEntries(Object.keys(ENV).map((name) => [name, ""])) },
      says: [
        /^R2_ACCOUNT_ID \(or R2_ENDPOINT\)/,
        /^R2_BUCKET/,
        /^R2_ACCESS_KEY_ID/,
        /^R2_SECRET_ACCESS_KEY/,
        /^TELEGRAM_BOT_TOKEN.*BotFather/,
        /^WARMUP_CHAT_ID/,
      ],
    },
    {
      what: "values by the place they stand in",
      given: {
        flags: { pace: "fast" },
        env: { MEDIA_PREWARM_CONCURRENCY: "0" },
        files: { [FILE]: '{"max_queue":"many"}', ".env": "PREWARM_TIME_SCALE=0" },
      },
      says: [
        /^--pace: "fast"/,
        /^environment MEDIA_PREWARM_CONCURRENCY: "0".*1 to 1000/,
        /^prewarm\.config\.json: "many"/,
        /^\.env PREWARM_TIME_SCALE/,
      ],
    },
    {
      what: "a password in a URL, which is not shown",
      given: { env: { R2_ENDPOINT: "https://me:pw@host" } },
      says: [/^environment R2_ENDPOINT: "https:\/\/\*\*\*@host"/],
    },
    {
      what: "a database that is none of ours",
      given: { env: { PREWARM_LEDGER: "mysql://db" } },
      says: [/"mysql:\/\/db" is not usable, it must be written as sqlite:<path>/],
    },
    {
      what: "a password in a flag",
      given: { flags: { ledger: "postgres://me:pw@db/x" } },
      says: [/^--ledger: a password in a flag/],
    },
    {
      what: "a password in a flag, as a parameter",
      given: { flags: { ledger: "postgres://db/x?user=me&password=pw" } },
      says: [/^--ledger: a password in a flag/],
    },
    {
      what: "a password in a flag without a scheme",
      given: { flags: { ledger: "me:pw@db/x" } },
      says: [/^--ledger: a password in a flag/],
    },
    {
      what: "a token in the flag of a ledger",
      given: { flags: { ledger: "postgres://db/123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } },
      says: [/^--ledger: a password in a flag/],
    },
    {
      what: "a file that is no JSON",
      given: { files: { [FILE]: "{" } },
      says: [/^prewarm\.config\.json cannot be read: it is not valid JSON at line 1/],
    },
    { what: "a file that is no object", given: { files: { [FILE]: "[]" } }, says: [/one JSON object/] },
    {
      what: "a secret in the file",
      given: { files: { [FILE]: '{"telegram_bot_token":"1:a"}' } },
      says: [/unknown member "telegram_bot_token"; secrets belong into the environment/],
    },
    {
      what: "a name that stands twice",
      given: { files: { [FILE]: '{"bucket":"first", "pace":"adaptive", "bucket":"second"}' } },
      says: [/"bucket" stands twice; keep one of them/],
    },
    {
      what: "two bots of one name",
      given: {
        files: {
          [FILE]:
            '{"bots":[{"slug":"a","token_env":"A","warmup_chats":[-1]},{"slug":"a","token_env":"B","warmup_chats":[-2]}]}',
        },
      },
      says: [/two bots are called "a"/],
    },
    {
      what: "an unknown member of a bot",
      given: {
        files: { [FILE]: '{"bots":[{"slug":"a","token_env":"A","warmup_chat":[-1],"warmup_chats":[-1]}]}' },
      },
      says: [/bots\[0\]: unknown member "warmup_chat"; did you mean "warmup_chats"\?/],
    },
    {
      what: "a list where a value belongs",
      given: { files: { [FILE]: '{"bucket":["a"]}' } },
      says: [/"bucket" must be a text, a number, true or false, not a list/],
    },
    {
      what: "a bot without chats",
      given: { files: { [FILE]: '{"bots":[{"slug":"a","token_env":"A","warmup_chats":[]}]}' } },
      says: [/bots\[0\]: "warmup_chats" is not usable, it must be a list with at least one chat/],
    },
    {
      what: "a bot without its token",
      given: { env: ALONE, files: { [FILE]: TWO_BOTS } },
      says: [/^TOKEN_A is not set: the token of bot "a"/, /^TOKEN_B/],
    },
  ])("$what", ({ given, says }) => {
    const problems = problemsOf(() => load(given));
    expect(problems).toHaveLength(says.length);
    for (const pattern of says) expect(problems).toContainEqual(expect.stringMatching(pattern));
    expect(problems.join()).not.toMatch(/pw@|1:a/);
  });

  it("a .env that cannot be read", () => {
    const folder = folderOf({});
    symlinkSync(".env", join(folder, ".env"));
    expect(problemsOf(() => loadConfig({}, ENV, folder))).toEqual([
      expect.stringMatching(/^\.env cannot be read: it is a link that leads back/),
    ]);
  });

  it("but a folder called .env is not meant", () => {
    const folder = folderOf({});
    mkdirSync(join(folder, ".env"));
    expect(loadConfig({}, ENV, folder).bucket).toBe("media");
  });
});
