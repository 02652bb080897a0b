import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadConfig, loadLedgerPath, loadWorkSettings } from "../../src/config/config.ts";
import { inspect } from "../../src/config/inspect.ts";
import { Layers } from "../../src/config/layers.ts";
import { layerOf } from "../../src/config/origin.ts";
import { problemsOf } from "../helpers/config-problems.ts";

const VALUES = {
  R2_ACCOUNT_ID: "0123456789abcdef".repeat(2),
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "a".repeat(32),
  R2_SECRET_ACCESS_KEY: "5".repeat(64),
  TELEGRAM_BOT_TOKEN: "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-abc",
  WARMUP_CHAT_ID: "-1001000000001",
};

const lines = (values: object) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "deploy"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("--env-file and --config", () => {
  it("are read in place of .env and prewarm.config.json, below flags and the environment", () => {
    const folder = folderWith({
      ".env": lines({ R2_BUCKET: "of-dotenv", PREWARM_PACE: "documented" }),
      "prewarm.config.json": JSON.stringify({ concurrency: 7, max_queue: 9 }),
      "deploy/prod.env": lines({ ...VALUES, MEDIA_PREWARM_CONCURRENCY: 3, PREWARM_LEDGER: "sqlite:p.db" }),
      "deploy/prod.json": JSON.stringify({ concurrency: 4, max_queue: 8, bucket: "of-config", pack: "off" }),
    });
    const flags = { envFile: "deploy/prod.env", config: "deploy/prod.json", pack: "2" };
    const config = loadConfig(flags, { WARMUP_CHAT_ID: "@of_environment" }, folder);
    expect(config).toMatchObject({ bucket: "media", concurrency: 3, maxQueue: 8, ledger: "p.db" });
    expect(config.bots[0]?.chats).toEqual(["@of_environment"]);
    expect(config.origins).toMatchObject({
      bucket: "deploy/prod.env R2_BUCKET",
      concurrency: "deploy/prod.env MEDIA_PREWARM_CONCURRENCY",
      maxQueue: "deploy/prod.json",
      chats: "environment WARMUP_CHAT_ID",
      pack: "--pack",
      pace: "default",
    });
  });

  it("hold bots too, and their tokens come from the file of variables", () => {
    const folder = folderWith({
      "a.env": lines({ ...VALUES, SHOP_BOT_TOKEN: VALUES.TELEGRAM_BOT_TOKEN }),
      "b.json": JSON.stringify({
        bots: [{ slug: "shop", token_env: "SHOP_BOT_TOKEN", warmup_chats: [-1005] }],
      }),
    });
    const { bots } = loadConfig({ envFile: "a.env", config: "b.json", bot: ["shop"] }, {}, folder);
    expect(bots).toMatchObject([{ slug: "shop", tokenName: "SHOP_BOT_TOKEN", chats: ["-1005"] }]);
  });

  it.each([
    [
      { envFile: "no.env" },
      "--env-file no.env: there is no such file; name another file, or leave --env-file out",
    ],
    [
      { config: "deploy" },
      "--config deploy: this is a folder, not a file; name another file, or leave --config out",
    ],
    [{ envFile: " " }, "--env-file is empty: give it a value, or leave it out"],
  ])("that cannot be read are one line: %j", (flags, problem) => {
    const folder = folderWith({ ".env": lines(VALUES) });
    expect(problemsOf(() => loadConfig(flags, {}, folder))).toEqual([problem]);
    expect(problemsOf(() => loadLedgerPath(flags, {}, folder))).toEqual([problem]);
    expect(problemsOf(() => inspect(flags, {}, folder))).toEqual([problem]);
  });

  it("name themselves in every problem, with the line", () => {
    const folder = folderWith({
      "prod.env": `${lines({ ...VALUES, R2_BUCKET: "" })}MEDIA_PREWARM_CONCURRENCY=many\n“x”\n`,
      "prod.json": JSON.stringify({ concurency: 3, bots: [{ slug: "a" }] }),
    });
    expect(problemsOf(() => loadConfig({ config: "prod.json" }, VALUES, folder))).toEqual([
      'prod.json: unknown member "concurency"; did you mean "concurrency"?',
      'prod.json: bots[0]: "token_env" is missing',
      'prod.json: bots[0]: "warmup_chats" is missing',
    ]);
    expect(problemsOf(() => loadConfig({ envFile: "prod.env" }, {}, folder))).toEqual([
      expect.stringMatching(/^R2_BUCKET is not set/),
      'prod.env MEDIA_PREWARM_CONCURRENCY (line 7): "many" is not usable, it must be a whole number from 1 to 1000',
    ]);
  });

  it("that lack what .env has say that it is not read", () => {
    const folder = folderWith({ ".env": lines(VALUES), "other.env": "A=1\n", ".env.local": lines(VALUES) });
    const found = problemsOf(() => loadConfig({ envFile: "other.env" }, {}, folder)).at(-1);
    expect(found).toMatch(
      /^\.env has R2_ACCOUNT_ID, .*WARMUP_CHAT_ID and is not read: --env-file names other\.env$/,
    );
  });

  it("are shown with their secrets taken out, and passwords in them are kept from every text", () => {
    const token = VALUES.TELEGRAM_BOT_TOKEN;
    const folder = folderWith({
      "prod.json": JSON.stringify({ ledger: "postgres://u:hunter22@db/x", telegram_bot_token: token }),
      "ok.json": JSON.stringify({ ledger: "postgres://u:hunter22@db/x" }),
    });
    const found = problemsOf(() => loadConfig({ config: "prod.json" }, VALUES, folder)).join("\n");
    expect(found).toContain('unknown member "telegram_bot_token"');
    expect(found).not.toContain(token);
    const { secrets } = loadConfig({ config: "ok.json" }, VALUES, folder);
    expect(secrets.map((secret) => secret.reveal())).toContain("hunter22");
    expect(problemsOf(() => loadConfig({ envFile: token }, {}, folder)).join()).not.toContain(token);
  });

  it("are read once, since one may be a pipe", () => {
    const folder = folderWith({ "a.env": "PREWARM_LEDGER=sqlite:a.db\nMEDIA_PREWARM_CONCURRENCY=4\n" });
    const flags = { envFile: "a.env" };
    expect(loadWorkSettings(flags, {}, folder).concurrency).toBe(4);
    writeFileSync(join(folder, "a.env"), "");
    expect(loadLedgerPath(flags, {}, folder)).toBe("a.db");
  });

  it("keep their names apart from other origins, whatever they are called", () => {
    const folder = folderWith({ "my prod.env": "R2_BUCKET=a\n", file: "R2_BUCKET=b\n", "my conf": "{}" });
    const originOf = (envFile: string) => new Layers({ envFile }, {}, folder).text("bucket")?.origin ?? "";
    expect([originOf("my prod.env"), originOf("file")].map((origin) => [origin, layerOf(origin)])).toEqual([
      ['"my prod.env" R2_BUCKET', "dotenv"],
      ["./file R2_BUCKET", "dotenv"],
    ]);
    expect(new Layers({ config: "my conf" }, {}, folder).file.name).toBe('"my conf"');
    expect(layerOf('"my conf"')).toBe("file");
    expect(new Layers({ envFile: "my prod.env" }, {}, folder).lineOf('"my prod.env" R2_BUCKET')).toBe(1);
  });
});
