import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Config, loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import { inspect } from "../../src/config/inspect.ts";
import { withoutSecrets } from "../../src/config/mask.ts";
import { ledgerFile } from "../../src/config/places.ts";
import { loadWorkerConfig } from "../../src/config/worker-config.ts";
import { settingsOf } from "../../src/doctor/settings.ts";
import { problemsOf } from "../helpers/config-problems.ts";

const ACCOUNT = "0123456789abcdef".repeat(2);
const HOST = `${ACCOUNT}.r2.cloudflarestorage.com`;
const TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-abc";
const ADMIN = "aDmin-tOken-that-nobody-knows";
const SECRET_KEY = "5".repeat(64);
const ENV = {
  R2_ACCOUNT_ID: ACCOUNT,
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "a".repeat(32),
  R2_SECRET_ACCESS_KEY: SECRET_KEY,
  TELEGRAM_BOT_TOKEN: TOKEN,
  WARMUP_CHAT_ID: "-1001000000001",
  ADMIN_API_TOKEN: ADMIN,
};

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "prewarm-judged-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function writeConfig(at: string, config: unknown): void {
  writeFileSync(join(at, "prewarm.config.json"), JSON.stringify(config));
}

function load(env: Record<string, string>): Config {
  return loadConfig({}, { ...ENV, ...env }, null);
}

describe("a value that cannot be used", () => {
  it.each<[name: string, value: string, says: RegExp]>([
    ["PREWARM_BOT", '"default"', /without the quotes.*\(probably default\)/],
    ["PREWARM_BOT", "'default", /without the quotes/],
    ["PREWARM_BOT", "my bot", /a short name without blanks/],
    ["PREWARM_LEDGER", '"sqlite:prewarm.db"', /without the quotes.*\(probably sqlite:prewarm\.db\)/],
    ["PREWARM_LEDGER", 'sqlite:"x.db"', /without the quotes.*\(probably sqlite:x\.db\)/],
    ["PREWARM_LEDGER", "postgres://me:pw123456@db/x?sslmode=on", /sslmode is one of disable, allow/],
    ["PREWARM_LEDGER", "us er:pw123456@h/x", /written as sqlite:<path>/],
    ["PREWARM_LEDGER", "sqlite://us er:pw123456@h/x", /written as sqlite:<path>/],
    ["PREWARM_LEDGER", "file:x.db", /written as sqlite:<path>/],
    ["PREWARM_LEDGER", "sqlite::memory:", /the path of a file that stays/],
    ["PREWARM_LEDGER", "sqlite:data/", /this names a folder \(probably sqlite:data\/prewarm\.db\)/],
    [
      "PREWARM_LEDGER",
      "sqlite:~/x.db",
      new RegExp(`~ means nothing here \\(probably sqlite:${homedir()}/x\\.db`),
    ],
    ["PREWARM_LEDGER", "sqlite:$HOME/x.db", /variables are not filled in/],
    ["PREWARM_LEDGER", `sqlite:\${HOME}/x.db`, /variables are not filled in/],
    ["R2_BUCKET", "$BUCKET", /variables are not filled in/],
    ["R2_BUCKET", "R2_BUCKET=media", /the value alone, without NAME= before it/],
    ["R2_BUCKET", "undefined", /placeholder/],
    ["R2_SECRET_ACCESS_KEY", "$SECRET", /variables are not filled in/],
    ["R2_SECRET_ACCESS_KEY", "R2_SECRET_ACCESS_KEY=abcdef", /the value alone/],
    ["R2_ENDPOINT", "https://<account id>.r2.cloudflarestorage.com", /still has a placeholder/],
    ["R2_ENDPOINT", `http://${HOST}`, /over https \(probably https:/],
    ["TELEGRAM_API_ROOT", "https://api.telegram.org/bot<token>", /still has a placeholder/],
    [
      "HTTPS_PROXY",
      '"http://me:pw123456@host:3128"',
      /without the quotes.*\(probably http:\/\/\*\*\*@host:3128\)/,
    ],
    ["R2_BUCKET", "media/", /the bucket's name alone.*media/],
    ["R2_BUCKET", "s3://media", /the bucket's name alone/],
    ["R2_BUCKET", "media/covers", /prefix \(--prefix covers\/\)/],
    ["R2_BUCKET", "s3://pictures/2024/a", /--prefix 2024\/a\/.*\(probably pictures\)/],
    ["R2_BUCKET", `https://${HOST}/media`, /the bucket's name alone/],
    ["R2_BUCKET", "Media", /3 to 63 characters.*\(probably media\)/],
    ["R2_BUCKET", "my media", /the bucket's name alone/],
    ["R2_BUCKET", "me\tdia", /one line without control/],
    ["R2_BUCKET", "me\u200Bdia", /one line without control or invisible/],
    ["R2_BUCKET", "<bucket>", /placeholder/],
    ["R2_ACCOUNT_ID", "my account", /the 32 characters/],
    ["R2_ACCOUNT_ID", "<account id>", /placeholder/],
    ["R2_ACCOUNT_ID", "a/b", /the 32 characters/],
    ["R2_ACCOUNT_ID", ACCOUNT.slice(1), /the 32 characters/],
    ["R2_ACCOUNT_ID", `${ACCOUNT}.apac`, /\.eu, \.us or \.fedramp/],
    ["R2_ACCOUNT_ID", "https://example.org", /the 32 characters/],
    ["R2_ENDPOINT", ACCOUNT, /an http\(s\) URL.*\(probably https:\/\/0123/],
    ["R2_ENDPOINT", HOST, /an http\(s\) URL.*\(probably https:\/\/0123/],
    ["R2_ENDPOINT", `https://media.${HOST}`, /goes into R2_BUCKET \(probably https:\/\/0123/],
    ["R2_ENDPOINT", "https://:pw123456@host", /without query or password/],
    ["R2_ENDPOINT", "http://host:99999", /an http\(s\) URL/],
    ["R2_ENDPOINT", "http://[::1", /an http\(s\) URL/],
    ["R2_ENDPOINT", `https://${HOST}?x=1`, /without query/],
    [
      "TELEGRAM_API_ROOT",
      "api.telegram.org",
      /\(probably https:\/\/api\.telegram\.org\)|such as https:\/\/api\.telegram\.org/,
    ],
    ["TELEGRAM_API_ROOT", "https://t.me", /a Bot API server/],
    ["HTTPS_PROXY", "http://user:100%@127.0.0.1:3128", /a % in its name or password is written %25/],
    ["HTTPS_PROXY", "http://us%er:x@127.0.0.1:3128", /%25/],
    ["HTTP_PROXY", "socks5://127.0.0.1:1080", /SOCKS/],
    ["HTTP_PROXY", "socks5h://127.0.0.1:1080", /SOCKS/],
    ["HTTP_PROXY", "http:/host:3128", /an http proxy/],
    ["HTTP_PROXY", "http://host:port", /an http proxy/],
    ["HTTP_PROXY", "http://wpad/proxy.pac", /PAC/],
    ["TELEGRAM_BOT_TOKEN", "AAHonly-the-second-half", /a token such as/],
    ["TELEGRAM_BOT_TOKEN", `"${TOKEN}"`, /without the quotes/],
    ["TELEGRAM_BOT_TOKEN", `bot${TOKEN}`, /a token such as/],
    ["R2_ACCESS_KEY_ID", "two words", /one word without blanks/],
    ["R2_SESSION_TOKEN", "x", /temporary keys are not supported/],
    ["WARMUP_CHAT_ID", "1001000000001", /\(-100|-1001000000001/],
    ["WARMUP_CHAT_ID", "-1000000001", /"-1000000001" is probably -1001000000001/],
    ["WARMUP_CHAT_ID", "−1001000000001", /is probably -1001000000001/],
    ["WARMUP_CHAT_ID", "https://t.me/c/1000000001/5", /is probably -1001000000001/],
    ["WARMUP_CHAT_ID", "https://web.telegram.org/a/#-1001000000001", /is probably -1001000000001/],
    ["WARMUP_CHAT_ID", "https://web.telegram.org/k/#-1000000001", /is probably -1001000000001/],
    ["WARMUP_CHAT_ID", "https://t.me/warm_channel", /is probably @warm_channel/],
    ["WARMUP_CHAT_ID", "warm_channel", /is probably @warm_channel/],
    ["WARMUP_CHAT_ID", "https://t.me/+AbCdEf", /an invite link does not tell the id.*web\.telegram\.org/],
    ["WARMUP_CHAT_ID", "t.me/joinchat/AbCdEf", /an invite link does not tell the id/],
    ["WARMUP_CHAT_ID", "-1001000000001 -1001000000002", /is probably -1001000000001,-1001000000002/],
    ["WARMUP_CHAT_ID", "0", /ids \(channels: -100/],
    ["WARMUP_CHAT_ID", "123456789", /is the id of the bot itself/],
    ["MEDIA_PREWARM_CONCURRENCY", "5.5", /a whole number from 1 to 1000/],
  ])("%s=%j is told before anything is begun, alike by run, worker and check-env", (name, value, says) => {
    const env = { ...ENV, [name]: value };
    const [problem = "", ...others] = problemsOf(() => loadConfig({}, env, null));
    expect(others).toEqual([]);
    expect(problem).toMatch(says);
    expect(problem).toContain(name);
    expect(problem).not.toContain("\n");
    expect(problemsOf(() => loadWorkerConfig({}, env, null))).toEqual([problem]);
    expect(inspect({}, env, folder()).problems.map(({ text }) => text)).toEqual([problem]);
    expect(problem).not.toMatch(/pw123456|AAEhBO|100%@/);
  });
});

describe("a value that is written otherwise than usual", () => {
  it.each<[name: string, value: string, read: (config: Config) => unknown, wanted: unknown]>([
    ["PREWARM_BOT", "default\r", ({ bots }) => bots[0]?.slug, "default"],
    ["PREWARM_LEDGER", " sqlite:prewarm.db\r\n", ({ ledger }) => ledger, "prewarm.db"],
    ["PREWARM_LEDGER", "sqlite://prewarm.db", ({ ledger }) => ledger, "prewarm.db"],
    ["R2_BUCKET", "media\r", ({ bucket }) => bucket, "media"],
    ["R2_BUCKET", "\uFEFFmedia\u200B", ({ bucket }) => bucket, "media"],
    [
      "R2_ACCOUNT_ID",
      `${ACCOUNT}.eu`,
      ({ endpoint }) => endpoint,
      `https://${ACCOUNT}.eu.r2.cloudflarestorage.com`,
    ],
    [
      "R2_ACCOUNT_ID",
      `${ACCOUNT}.us`,
      ({ endpoint }) => endpoint,
      `https://${ACCOUNT}.us.r2.cloudflarestorage.com`,
    ],
    ["R2_ACCOUNT_ID", ACCOUNT.toUpperCase(), ({ endpoint }) => endpoint, `https://${HOST}`],
    ["R2_ACCOUNT_ID", `https://${HOST}`, ({ endpoint }) => endpoint, `https://${HOST}`],
    ["R2_ACCOUNT_ID", `https://${HOST}/media`, ({ endpoint }) => endpoint, `https://${HOST}`],
    [
      "R2_ACCOUNT_ID",
      `https://dash.cloudflare.com/${ACCOUNT}/r2/overview`,
      ({ endpoint }) => endpoint,
      `https://${HOST}`,
    ],
    ["TELEGRAM_API_ROOT", "http://127.0.0.1:8081/bot", ({ apiRoot }) => apiRoot, "http://127.0.0.1:8081"],
    [
      "TELEGRAM_API_ROOT",
      "http://127.0.0.1:8081/tg/bot/",
      ({ apiRoot }) => apiRoot,
      "http://127.0.0.1:8081/tg",
    ],
    [
      "TELEGRAM_API_ROOT",
      "http://bot-api.internal:8081",
      ({ apiRoot }) => apiRoot,
      "http://bot-api.internal:8081",
    ],
    ["HTTPS_PROXY", "user:p%40ss@proxy:3128", ({ proxy }) => proxy.https, "http://user:p%40ss@proxy:3128"],
    ["TELEGRAM_BOT_TOKEN", `${TOKEN}\r`, ({ bots }) => bots[0]?.token.reveal(), TOKEN],
    ["MEDIA_PREWARM_CONCURRENCY", " 7 ", ({ concurrency }) => concurrency, 7],
    ["WARMUP_CHAT_ID", "-1001000000001, @warm ,", ({ bots }) => bots[0]?.chats, ["-1001000000001", "@warm"]],
  ])("%s=%j is read as it is meant", (name, value, read, wanted) => {
    expect(read(load({ [name]: value }))).toEqual(wanted);
  });

  it("counts once in two spellings of one variable, as Windows has them", () => {
    const proxy = "http://proxy:3128";
    const { values } = inspect({}, { ...ENV, HTTPS_PROXY: proxy, https_proxy: proxy }, folder());
    expect(values.find(({ name }) => name === "HTTPS_PROXY")?.given).toEqual([
      { value: proxy, origin: "environment HTTPS_PROXY" },
    ]);
    const two = inspect({}, { ...ENV, HTTPS_PROXY: proxy, https_proxy: "http://other:1" }, folder());
    expect(two.values.find(({ name }) => name === "HTTPS_PROXY")?.given).toHaveLength(2);
  });

  it("is a secret in a file of any encoding, alone in it", () => {
    const at = folder();
    const file = join(at, "token");
    const env = { TELEGRAM_BOT_TOKEN: "", TELEGRAM_BOT_TOKEN_FILE: file };
    writeFileSync(file, Buffer.from(`\uFEFF${TOKEN}\r\n`, "utf16le"));
    expect(load(env).bots[0]?.token.reveal()).toBe(TOKEN);
    for (const text of [`"${TOKEN}"`, `TELEGRAM_BOT_TOKEN=${TOKEN}`, `${TOKEN}\nmore`]) {
      writeFileSync(file, text);
      const problems = problemsOf(() => load(env));
      expect(problems).toEqual([expect.stringContaining(`file ${file}: this value is not usable`)]);
      expect(problems.join()).not.toContain("AAEhBO");
    }
  });

  it("is a drive of Windows with a slash before it, on Windows only", () => {
    for (const text of ["sqlite:///C:/x.db", "sqlite://C:/x.db", "sqlite:C:/x.db", "C:/x.db"])
      expect(ledgerFile(text, "win32")).toBe("C:/x.db");
    expect(ledgerFile("sqlite:///tmp/x.db", "linux")).toBe("/tmp/x.db");
  });

  it("leaves the names of other S3 servers alone", () => {
    expect(load({ R2_ENDPOINT: "https://s3.example.org", R2_BUCKET: "My_Bucket.v2" }).bucket).toBe(
      "My_Bucket.v2",
    );
  });
});

describe("the name of a ledger's file", () => {
  const read = (text: string) => {
    try {
      return load({ PREWARM_LEDGER: text }).ledger;
    } catch (error) {
      if (error instanceof ConfigError) return "refused";
      throw error;
    }
  };

  it("is what it is without blanks around it", () => {
    expect(read(" sqlite: prewarm.db ")).toBe("prewarm.db");
  });

  it.each([" ", "\u00A0", "\u200B", "\u200D", "\uFEFF", "\u2800", "\u3164", "\t", "\r\n", "\u3000"])(
    "never has %j at an end",
    (blank) => {
      for (const scheme of [
        "sqlite:",
        `sqlite:${blank}`,
        `sqlite://${blank}`,
        `${blank}sqlite:${blank}`,
        blank,
      ])
        expect(["a b.db", "refused"], scheme).toContain(read(`${scheme}a b.db${blank}`));
      expect(problemsOf(() => load({ PREWARM_LEDGER: `sqlite:data/${blank}x.db` }))).toHaveLength(1);
      expect(problemsOf(() => load({ PREWARM_LEDGER: `sqlite:${blank}` }))).toHaveLength(1);
    },
  );
});

describe("the password of a URL", () => {
  const CHARACTERS = [" ", "\u00A0", "\n", "\t", '"', "'", "/", "#", "?", "\\", "@", ",", ":", "//", "", "%"];
  const SETTINGS_WITH_URLS = [
    ...["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "R2_ENDPOINT", "R2_ACCOUNT_ID", "R2_BUCKET"],
    ...["TELEGRAM_API_ROOT", "PREWARM_LEDGER", "WARMUP_CHAT_ID"],
  ];

  it.each(SETTINGS_WITH_URLS)("is shown by no text about %s, whatever is in it", (name) => {
    const before = ["http://", "", "http:", "http:\\\\", "https://a,http://"];
    const users = ["us er", "us/er", "us,er"];
    const at = folder();
    for (const character of CHARACTERS)
      for (const scheme of before)
        for (const user of users) {
          const value = `${scheme}${user}:pw77${character}qq88@h:1/x`;
          const { problems, values, draft } = inspect({}, { ...ENV, R2_ACCOUNT_ID: "", [name]: value }, at);
          const { warnings } = draft;
          const shown = JSON.stringify([settingsOf({ values }), problems, warnings]);
          expect(shown, value).not.toMatch(/pw77|qq88/);
        }
  });

  it.each([
    ["http://us er:pw123456@h:1", /a blank in its name or password is written %20/],
    ["http://user:pw123456 @h:1", /written %20/],
    ["us\u00A0er:pw123456@h:1", /written %20/],
    ["http://user:12/34@h:1", /\/ is written %2F/],
    ["http://user:12#34@h:1", /# is %23/],
    ["http:\\\\user:pw123456@h:1", /such as http:\/\/host:3128/],
    ["http:user:pw123456@h:1", /such as http:\/\/host:3128/],
    ["http:/user:pw123456@h:1", /such as http:\/\/host:3128|%2F/],
  ])("that is not encoded makes a proxy unusable: %j", (value, says) => {
    expect(problemsOf(() => load({ HTTPS_PROXY: value }))).toEqual([expect.stringMatching(says)]);
  });

  it("is not looked for in the names of chats", () => {
    expect(withoutSecrets("-1001000000001,@channel, @other")).toBe("-1001000000001,@channel, @other");
  });

  it("leaves the scheme, the host and the port to be seen", () => {
    expect(withoutSecrets("http://us er:a/b@c@h:3128/x")).toBe("http://***@h:3128/x");
    expect(withoutSecrets("localhost,http://me:pw@h")).toBe("localhost,http://***@h");
  });
});

describe("a secret in the wrong place", () => {
  it.each([
    ["TELEGRAM_API_ROOT", `https://api.telegram.org/bot${TOKEN}`],
    ["TELEGRAM_API_ROOT", "https://api.telegram.org/bot1:short"],
    ["WARMUP_CHAT_ID", TOKEN],
    ["R2_BUCKET", TOKEN],
    ["R2_BUCKET", SECRET_KEY],
    ["R2_ACCOUNT_ID", SECRET_KEY],
    ["PREWARM_BOT", TOKEN],
    ["PREWARM_LEDGER", `sqlite:${TOKEN}`],
    ["R2_ENDPOINT", `https://${TOKEN}.example.org`],
    ["NO_PROXY", `a,${TOKEN}`],
    ["R2_ACCESS_KEY_ID", TOKEN],
    ["R2_SECRET_ACCESS_KEY", TOKEN],
    ["R2_ACCESS_KEY_ID", TOKEN.replace(":", "%3A")],
    ["R2_ACCESS_KEY_ID", `bot${TOKEN}`],
    ["R2_BUCKET", ADMIN],
    ["PREWARM_LEDGER", `sqlite:${ADMIN}.db`],
    ["TELEGRAM_BOT_TOKEN_FILE", TOKEN],
    ["R2_SECRET_ACCESS_KEY_FILE", "q8sECRETsECRETsECRET"],
  ])("%s is refused and not repeated", (name, value) => {
    const direct = name.replace(/_FILE$/, "");
    const [problem = "", ...others] = problemsOf(() =>
      load({ ...(direct === name ? {} : { [direct]: "" }), [name]: value }),
    );
    expect(others).toEqual([]);
    expect(problem).toContain(name);
    expect(problem).not.toMatch(/AAEhBO|55555555|bot1:short|sECRET|aDmin/);
  });

  it("ADMIN_API_TOKEN is no bot's token", () => {
    const [problem = "", ...others] = problemsOf(() =>
      loadWorkerConfig({}, { ...ENV, ADMIN_API_TOKEN: TOKEN }, null),
    );
    expect([problem, ...others]).toEqual([expect.stringMatching(/ADMIN_API_TOKEN: .*this is a bot's token/)]);
    expect(problem).not.toContain("AAEhBO");
  });

  it("in prewarm.config.json is refused and not repeated", () => {
    const env = { ...ENV, TELEGRAM_BOT_TOKEN: "", WARMUP_CHAT_ID: "" };
    const at = folder();
    writeConfig(at, { bots: [{ slug: "a", token_env: TOKEN, warmup_chats: [-1] }] });
    const problems = problemsOf(() => loadConfig({}, env, at));
    expect(problems).toEqual([expect.stringMatching(/bots\[0\]: "token_env".*never the token itself/)]);
    expect(problems.join()).not.toContain("AAEhBO");
  });
});
