import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOKEN } from "../helpers/world.ts";
import { diagnose, type Expected, emptyFolder, expectOnly, healthyWorld } from "./diagnose.ts";

interface Case extends Expected {
  readonly title: string;
  readonly env: Record<string, string>;
  readonly secrets?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: "no bucket",
    env: { R2_BUCKET: "" },
    id: "config-missing",
    subject: "R2_BUCKET",
    next: /^Cloudflare dashboard -> R2 .*export R2_BUCKET=/,
  },
  {
    title: "no endpoint",
    env: { R2_ENDPOINT: "" },
    id: "config-missing",
    subject: "R2_ACCOUNT_ID",
    next: /Account ID, then: export R2_ACCOUNT_ID=/,
  },
  {
    title: "no secret access key",
    env: { R2_SECRET_ACCESS_KEY: "" },
    id: "config-missing",
    subject: "R2_SECRET_ACCESS_KEY",
    next: /Manage API tokens .*export R2_SECRET_ACCESS_KEY=/,
  },
  {
    title: "no token",
    env: { TELEGRAM_BOT_TOKEN: "" },
    id: "config-missing",
    subject: "TELEGRAM_BOT_TOKEN",
    next: /^BotFather -> \/mybots .*export TELEGRAM_BOT_TOKEN=/,
  },
  {
    title: "no warmup chat",
    env: { WARMUP_CHAT_ID: "" },
    id: "config-missing",
    subject: "WARMUP_CHAT_ID",
    next: /New Channel .*export WARMUP_CHAT_ID=/,
  },
  {
    title: "a required name with a letter missing",
    env: { R2_BUCKET: "", R2_BUCKT: "media" },
    id: "config-missing",
    subject: "R2_BUCKET",
    found: /but R2_BUCKT is/,
    next: /^export R2_BUCKET="\$R2_BUCKT"$/,
  },
  {
    title: "the name that other tools use",
    env: { TELEGRAM_BOT_TOKEN: "", BOT_TOKEN: TOKEN },
    id: "config-missing",
    subject: "TELEGRAM_BOT_TOKEN",
    found: /but BOT_TOKEN is/,
    next: /^export TELEGRAM_BOT_TOKEN="\$BOT_TOKEN"$/,
  },
  {
    title: "an optional name with a letter missing",
    env: { MEDIA_PREWARM_CONCURENCY: "20" },
    id: "config-names",
    status: "warn",
    next: /^export MEDIA_PREWARM_CONCURRENCY="\$MEDIA_PREWARM_CONCURENCY"$/,
  },
  {
    title: "a number out of range",
    env: { MEDIA_PREWARM_CONCURRENCY: "5000" },
    id: "config-values",
    found: /"5000" is not usable, it must be a whole number from 1 to 1000/,
    next: /^export MEDIA_PREWARM_CONCURRENCY=5$/,
  },
  {
    title: "a pace that is none",
    env: { PREWARM_PACE: "fast" },
    id: "config-values",
    next: /^export PREWARM_PACE=adaptive$/,
  },
  {
    title: "quotes inside a value (docker --env-file keeps them)",
    env: { R2_BUCKET: '"media"' },
    id: "config-values",
    found: /"media" is not usable, it must be written without the quotes/,
    next: /^export R2_BUCKET=media$/,
  },
  {
    title: "half a token",
    env: { TELEGRAM_BOT_TOKEN: "AAHonly-the-second-half" },
    secrets: ["AAHonly"],
    id: "config-values",
    found: /\*\*\* \(23 characters\) is not usable, it must be a token/,
    next: /^BotFather/,
  },
  {
    title: "the placeholder of the README",
    env: { R2_ACCESS_KEY_ID: "..." },
    id: "config-values",
    found: /placeholder/,
    next: /export R2_ACCESS_KEY_ID=/,
  },
  {
    title: "a file of a secret that is not there",
    env: { TELEGRAM_BOT_TOKEN: "", TELEGRAM_BOT_TOKEN_FILE: "/nowhere/token" },
    id: "config-values",
    subject: "TELEGRAM_BOT_TOKEN",
    found: /there is no such file/,
    next: /^write the secret into that file/,
  },
  {
    title: "a ledger in PostgreSQL with a mode that there is not",
    env: { PREWARM_LEDGER: "postgres://ada:wonderland@db/prewarm?sslmode=on" },
    secrets: ["wonderland"],
    id: "config-values",
    subject: "PREWARM_LEDGER",
    found: /sslmode is one of/,
    next: /PREWARM_LEDGER/,
  },
  {
    title: "a PORT of the platform that is none, which no run reads",
    env: { PORT: "tcp://10.0.0.1:80" },
    id: "worker-port",
    subject: "PORT",
    found: /it must be a whole number from 0 to 65535/,
    next: /^export PORT=3000$/,
  },
  {
    title: "an interval that is none",
    env: { MEDIA_PREWARM_INTERVAL_MS: "2s" },
    id: "worker-values",
    subject: "MEDIA_PREWARM_INTERVAL_MS",
    found: /"2s" is not usable, it must be a whole number from 1/,
    next: /^export MEDIA_PREWARM_INTERVAL_MS=2000$/,
  },
  {
    title: "a host that everybody reaches, without a token",
    env: { PREWARM_HOST: "0.0.0.0" },
    id: "worker-values",
    subject: "ADMIN_API_TOKEN",
    found: /"0\.0\.0\.0" lets other machines in/,
    next: /^export ADMIN_API_TOKEN=/,
  },
  {
    title: "an admin token in a file that is not there",
    env: { ADMIN_API_TOKEN_FILE: "/nowhere/token", PREWARM_HOST: "0.0.0.0" },
    id: "worker-values",
    subject: "ADMIN_API_TOKEN",
    next: /^write the secret into that file/,
  },
  {
    title: "concurrency 1",
    env: { MEDIA_PREWARM_CONCURRENCY: "1", PREWARM_PACE: "20/min" },
    id: "worker-concurrency",
    status: "warn",
    found: /it is 1, by environment MEDIA_PREWARM_CONCURRENCY/,
    next: /^export MEDIA_PREWARM_CONCURRENCY=5$/,
  },
];

describe("check-env names what is wrong with the configuration, and nothing else", () => {
  it.each(CASES)("$title", async ({ env, secrets = [], ...expected }) => {
    const world = await healthyWorld();
    expectOnly(await diagnose(world, { env, secrets }), expected);
  });

  it("a .env in the folder above", async () => {
    const world = await healthyWorld();
    const { R2_BUCKET, WARMUP_CHAT_ID, ...rest } = world.env();
    const above = emptyFolder();
    writeFileSync(join(above, ".env"), `R2_BUCKET=${R2_BUCKET}\nWARMUP_CHAT_ID=${WARMUP_CHAT_ID}\n`);
    const cwd = join(above, "below", "deep");
    mkdirSync(cwd, { recursive: true });
    const env = { ...rest, R2_BUCKET: "", WARMUP_CHAT_ID: "" };
    const diagnosis = await diagnose(world, { env, cwd });
    expectOnly(diagnosis, {
      id: "dotenv",
      found: /R2_BUCKET, WARMUP_CHAT_ID/,
      next: new RegExp(`^cd ${above}$`),
    });
  });

  it("a .env that the environment shadows", async () => {
    const world = await healthyWorld();
    world.file(".env", "R2_BUCKET=the-new-one\n");
    const diagnosis = await diagnose(world);
    expectOnly(diagnosis, {
      id: "shadowed",
      status: "warn",
      subject: "R2_BUCKET",
      found: /^R2_BUCKET is media by environment R2_BUCKET, not the-new-one of \.env$/,
      next: /^unset R2_BUCKET$/,
    });
    const strict = await diagnose(world, { args: ["--strict"] });
    expect(strict.ended.code).toBe(1);
  });

  it.each([
    [
      "with a colon for an equals sign",
      Buffer.from("R2_BUCKET: media\nX=1\n"),
      /line 1: R2_BUCKET is not written as NAME=value/,
      /line 1 of \.env/,
    ],
    [
      "with a quote that is never closed",
      Buffer.from('X=1\nR2_BUCKET="media\n'),
      /line 2: .*never closed/,
      /close the quote in line 2/,
    ],
    [
      "with typographic quotes",
      Buffer.from("R2_BUCKET=“media”\n"),
      /line 1: .*typographic/,
      /line 1 of \.env/,
    ],
  ])("a .env %s", async (_, text, found, next) => {
    const world = await healthyWorld();
    writeFileSync(join(world.dir, ".env"), text);
    expectOnly(await diagnose(world, { env: { R2_BUCKET: "" } }), { id: "dotenv-syntax", found, next });
  });

  it("shows a line end inside a value as what it is", async () => {
    const world = await healthyWorld();
    const { settings } = await diagnose(world, { env: { R2_BUCKET: "media\r" } });
    expect(settings.find(({ name }) => name === "R2_BUCKET")?.value).toBe("media\\r");
  });

  it("passes over what other programs have in a shared .env, with a warning, as a run does", async () => {
    const world = await healthyWorld();
    const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQ/x+y\nAAAA==\n-----END PRIVATE KEY-----";
    world.file(".env", `words\nAPP_KEY="${pem}"\nOTHER_KEY=${pem}\nR2_BUCKET=media\n`);
    const { findings, ended } = await diagnose(world, { env: { R2_BUCKET: "" } });
    expect(findings).toContainEqual(expect.objectContaining({ id: "dotenv-syntax", status: "warn" }));
    expect(ended.code).toBe(0);
    const run = await world.run(["--dry-run"], { env: { R2_BUCKET: "" } });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(".env, lines 1, ");
  });

  it("mends a value of .env in its line, and a missing one by another line", async () => {
    const world = await healthyWorld();
    world.file(".env", "OTHER=1\nR2_BUCKET=media/\n");
    expectOnly(await diagnose(world, { env: { R2_BUCKET: "" } }), {
      id: "config-values",
      found: /^\.env R2_BUCKET \(line 2\): "media\/" is not usable/,
      next: /^write line 2 of \.env as R2_BUCKET=media$/,
    });
    world.file(".env", "OTHER=1\n");
    expectOnly(await diagnose(world, { env: { R2_BUCKET: "" } }), {
      id: "config-missing",
      found: /^R2_BUCKET is not set$/,
      next: /then: write this line into \.env: R2_BUCKET=<name>$/,
    });
  });

  it("leaves the name that another program reads, and adds a line", async () => {
    const world = await healthyWorld();
    const { TELEGRAM_BOT_TOKEN } = world.env();
    world.file(".env", "BOT_TOKEN=7000001:AAHnot-this_one\n");
    expect(TELEGRAM_BOT_TOKEN).toBeDefined();
    expectOnly(await diagnose(world, { env: { TELEGRAM_BOT_TOKEN: "" }, secrets: ["AAHnot"] }), {
      id: "config-missing",
      found: /^TELEGRAM_BOT_TOKEN is not set, but BOT_TOKEN is, in \.env$/,
      next: /^add this line to \.env: TELEGRAM_BOT_TOKEN=<the value of BOT_TOKEN>$/,
    });
  });

  it("tells of lines of .env.txt where a value is missing", async () => {
    const world = await healthyWorld();
    world.file(".env.txt", "R2_BUCKET=media\n");
    expectOnly(await diagnose(world, { env: { R2_BUCKET: "" } }), {
      id: "dotenv",
      found: /\.env\.txt has R2_BUCKET and is not read/,
      next: /^write its lines into \.env$/,
    });
  });

  it("a .env that is no text", async () => {
    const world = await healthyWorld();
    world.file(".env", "R2_BUCKET=me\0dia\n");
    const diagnosis = await diagnose(world);
    expect(diagnosis.findings.find(({ id }) => id === "dotenv")).toMatchObject({
      found: ".env cannot be read: this is not a text file",
      next: "write .env anew as text in UTF-8",
    });
  });

  it("a value that an empty line takes away", async () => {
    const world = await healthyWorld();
    world.file(".env", "R2_BUCKET=media\n\nR2_BUCKET=\n");
    expectOnly(await diagnose(world, { env: { R2_BUCKET: "" } }), {
      id: "dotenv-syntax",
      found: /R2_BUCKET stands in lines 1 and 3: the last one counts, and it is empty/,
      next: /^take line 3 out of \.env$/,
    });
  });

  it("takes a .env with a byte order mark and Windows line ends, and says so", async () => {
    const world = await healthyWorld();
    world.file(".env", "\uFEFFR2_BUCKET=media\r\nPREWARM_BOT=default\r\n");
    const { findings, ended } = await diagnose(world, { env: { R2_BUCKET: "" } });
    expect(ended.code).toBe(0);
    expect(findings.find(({ id }) => id === "dotenv")?.found).toBe(
      "read, in spite of a byte order mark and Windows line ends",
    );
  });

  it.each([
    ["in UTF-16 with a mark", Buffer.from("\uFEFFR2_BUCKET=media\r\n", "utf16le")],
    ["in UTF-16 without a mark", Buffer.from("R2_BUCKET=media\n", "utf16le")],
    ["with old Mac line ends", Buffer.from("X=1\rR2_BUCKET=media\r")],
  ])("takes a .env %s", async (_, bytes) => {
    const world = await healthyWorld();
    writeFileSync(join(world.dir, ".env"), bytes);
    expect((await diagnose(world, { env: { R2_BUCKET: "" } })).ended.code).toBe(0);
  });

  it.each([
    ["is no JSON", "{ bucket: media }", /not valid JSON at line 1/],
    ["has a name that is none", '{"bukket":"media"}', /unknown member "bukket"; did you mean "bucket"\?/],
  ])("a prewarm.config.json that %s", async (_, text, found) => {
    const world = await healthyWorld();
    world.file("prewarm.config.json", text);
    expectOnly(await diagnose(world), { id: "config-file", found, next: /prewarm\.config\.json/ });
  });

  it("a secret in prewarm.config.json is not repeated", async () => {
    const world = await healthyWorld();
    world.secretFile("prewarm.config.json", JSON.stringify({ TELEGRAM_BOT_TOKEN: "7:AAHfile-secret" }));
    const secrets = ["AAHfile-secret"];
    expectOnly(await diagnose(world, { secrets }), { id: "config-file", found: /secrets belong/, next: /./ });
  });
});
