import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startQuickSandbox } from "../../src/sandbox/demo.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { BIN, start } from "../helpers/child.ts";
import { hasTerminal, type OnTerminal, onTerminal } from "../helpers/terminal.ts";

const ENTER = "\r";
const DOWN = "\u001b[B";
const CTRL_C = "\u0003";
const NAMES = [
  "R2_BUCKET",
  "R2_ACCESS_KEY_ID",
  "R2_SECRET_ACCESS_KEY",
  "TELEGRAM_BOT_TOKEN",
  "WARMUP_CHAT_ID",
];

interface SetUp {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly dotenv: string;
  /** What is set before `init` asks: where the stand-ins are. */
  readonly env: Readonly<Record<string, string>>;
  order(body: unknown): Promise<void>;
  init(args?: readonly string[], columns?: number): OnTerminal;
}

async function setUp(): Promise<SetUp> {
  const sandbox = await startQuickSandbox();
  const folder = mkdtempSync(join(tmpdir(), "prewarm-init-"));
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = {
    R2_ENDPOINT: sandbox.env.R2_ENDPOINT ?? "",
    TELEGRAM_API_ROOT: sandbox.botApi.url,
    PREWARM_TIME_SCALE: "5",
  };
  return {
    sandbox,
    folder,
    dotenv: join(folder, ".env"),
    env,
    async order(body) {
      const answer = await fetch(`${sandbox.botApi.url}/sandbox/control`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      expect(await answer.json()).toEqual({ ok: true });
    },
    init: (args = [], columns) => onTerminal(["init", ...args], { env, cwd: folder }, columns),
  };
}

const valueIn = ({ sandbox }: SetUp, name: string) => sandbox.env[name] ?? "";

/** Types the values of R2, the last of them with this. */
async function typeR2(screen: OnTerminal, set: SetUp, secret = valueIn(set, "R2_SECRET_ACCESS_KEY")) {
  await screen.until("Bucket");
  screen.type(`  ${valueIn(set, "R2_BUCKET")} ${ENTER}`);
  await screen.until("Access Key ID (R2");
  screen.type(valueIn(set, "R2_ACCESS_KEY_ID") + ENTER);
  await screen.until("Secret Access Key (shown once");
  screen.type(secret + ENTER);
}

async function typeToken(screen: OnTerminal, set: SetUp) {
  await screen.until("Token of the bot");
  screen.type(valueIn(set, "TELEGRAM_BOT_TOKEN") + ENTER);
  await screen.until("Is @sandbox_bot running now");
}

describe.skipIf(!hasTerminal)("prewarm init on a terminal (needs `script`)", () => {
  it("asks, tries, finds the channels, and writes a .env that a run takes", async () => {
    const set = await setUp();
    for (const id of valueIn(set, "WARMUP_CHAT_ID").split(",")) await set.order({ chat: { id, left: true } });
    const screen = set.init();
    await typeR2(screen, set);
    await screen.until("right to read: given");
    await typeToken(screen, set);
    screen.type(ENTER);
    await screen.until("waiting for the channels");
    for (const id of valueIn(set, "WARMUP_CHAT_ID").split(","))
      await set.order({ chat: { id, left: false } });
    await screen.until("go on with these 2");
    screen.type(ENTER);
    await screen.until("Write ");
    await screen.until("no, forget them");
    expect(existsSync(set.dotenv)).toBe(false);
    screen.type(ENTER);
    await screen.until("run --dry-run");
    expect((await screen.ended).code).toBe(0);
    expect(statSync(set.dotenv).mode & 0o777).toBe(0o600);
    const lines = readFileSync(set.dotenv, "utf8").trim().split("\n");
    expect(lines).toEqual(NAMES.map((name) => `${name}=${valueIn(set, name)}`));
    expect(screen.screen()).not.toContain(valueIn(set, "R2_SECRET_ACCESS_KEY"));
    expect(screen.screen()).not.toContain(valueIn(set, "TELEGRAM_BOT_TOKEN"));
    const run = start([process.execPath, BIN, "run", "--json", "--prefix", "covers/"], {
      env: set.env,
      cwd: set.folder,
    });
    expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"ready"') });
  });

  it("says that a secret is wrong, takes it again, and ends by Ctrl-C while it waits", async () => {
    const set = await setUp();
    const screen = set.init();
    await typeR2(screen, set, "sandbox-secret-access-kex");
    await screen.until("refuses the signature");
    await screen.until("What now?");
    screen.type(DOWN + DOWN + ENTER);
    await screen.until("Secret Access Key (shown once");
    screen.type(valueIn(set, "R2_SECRET_ACCESS_KEY") + ENTER);
    await screen.until("right to read: given");
    await typeToken(screen, set);
    screen.type(ENTER);
    await screen.until("waiting for the channels");
    screen.type(CTRL_C);
    await screen.until("Nothing was written");
    expect((await screen.ended).code).toBe(130);
    expect(existsSync(set.dotenv)).toBe(false);
  });

  it("listens to no bot that runs elsewhere", async () => {
    const set = await setUp();
    const screen = set.init();
    await typeR2(screen, set);
    await typeToken(screen, set);
    screen.type(DOWN + ENTER);
    await screen.until("Ids of your warmup channels");
    screen.type(`${valueIn(set, "WARMUP_CHAT_ID")}\r\n`);
    await screen.until("Write ");
    await screen.until("no, forget them");
    const methods = set.sandbox.botApi.calls().map(({ method }) => method);
    expect(methods).toContain("getMe");
    expect(methods).not.toContain("getUpdates");
    screen.type(DOWN + ENTER);
    expect((await screen.ended).code).toBe(130);
    expect(existsSync(set.dotenv)).toBe(false);
  });

  it("leaves a webhook alone and asks for the ids", async () => {
    const set = await setUp();
    const token = valueIn(set, "TELEGRAM_BOT_TOKEN");
    await fetch(`${set.sandbox.botApi.url}/bot${token}/setWebhook?url=https://example.com/bot`);
    const screen = set.init();
    await typeR2(screen, set);
    await typeToken(screen, set);
    screen.type(ENTER);
    await screen.until("This bot has a webhook");
    await screen.until("Ids of your warmup channels");
    screen.type(CTRL_C);
    expect((await screen.ended).code).toBe(130);
    const methods = set.sandbox.botApi.calls().map(({ method }) => method);
    expect(methods).not.toContain("deleteWebhook");
    expect(methods).not.toContain("getUpdates");
  });

  it("names a chat in which the bot may not post, and what to switch on", async () => {
    const set = await setUp();
    const [chat = ""] = valueIn(set, "WARMUP_CHAT_ID").split(",");
    await set.order({ chat: { id: chat, read_only: true } });
    const screen = set.init([], 60);
    await typeR2(screen, set);
    await typeToken(screen, set);
    screen.type(DOWN + ENTER);
    await screen.until("Ids of your warmup channels");
    screen.type(chat + ENTER);
    await screen.until("switch on Post");
    await screen.until("What now?");
    await set.order({ chat: { id: chat, read_only: false } });
    screen.type(DOWN + ENTER);
    await screen.until("20/min");
    screen.type(CTRL_C);
    expect((await screen.ended).code).toBe(130);
  });

  it("adds to a .env only what it lacks, and asks for nothing else", async () => {
    const set = await setUp();
    const before = `# mine\nR2_BUCKET=${valueIn(set, "R2_BUCKET")}\nMY_APP=1`;
    const given = ["R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"].map(
      (name) => `${name}=${valueIn(set, name)}\n`,
    );
    writeFileSync(set.dotenv, given.join("") + before);
    const screen = set.init();
    await screen.until("R2_BUCKET is there already: .env R2_BUCKET");
    await typeToken(screen, set);
    screen.type(DOWN + ENTER);
    await screen.until("Ids of your warmup channels");
    screen.type(valueIn(set, "WARMUP_CHAT_ID") + ENTER);
    await screen.until("Write ");
    await screen.until("no, forget them");
    screen.type(ENTER);
    await screen.until("In the environment of this shell alone: R2_ENDPOINT, TELEGRAM_API_ROOT");
    expect((await screen.ended).code).toBe(0);
    const added = ["TELEGRAM_BOT_TOKEN", "WARMUP_CHAT_ID"].map((name) => `${name}=${valueIn(set, name)}\n`);
    expect(readFileSync(set.dotenv, "utf8")).toBe(`${given.join("")}${before}\n${added.join("")}`);
  });

  it("can be rehearsed, and writes nothing then", async () => {
    const set = await setUp();
    const screen = set.init(["--sandbox"]);
    await typeR2(screen, set);
    await typeToken(screen, set);
    screen.type(ENTER);
    await screen.until("go on with these 2");
    screen.type(ENTER);
    await screen.until("A rehearsal: nothing was written");
    expect((await screen.ended).code).toBe(0);
    expect(existsSync(set.dotenv)).toBe(false);
  });

  it("leaves nothing of a rehearsal behind where the terminal goes away", async () => {
    const set = await setUp();
    const temporary = join(set.folder, "tmp");
    mkdirSync(temporary);
    const screen = onTerminal(["init", "--sandbox"], { env: { TMPDIR: temporary }, cwd: set.folder });
    await screen.until("Bucket");
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^prewarm-rehearsal-/)]);
    screen.hangUp();
    await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]), { timeout: 20_000 });
  });
});

describe("prewarm init --yes", () => {
  it("takes the values of the environment, tries them, and writes them", async () => {
    const set = await setUp();
    const env = { ...set.env, ...Object.fromEntries(NAMES.map((name) => [name, valueIn(set, name)])) };
    const { ended } = start([process.execPath, BIN, "init", "--yes"], { env, cwd: set.folder });
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining("Written to .env") });
    expect(readFileSync(set.dotenv, "utf8")).toContain(`R2_ENDPOINT=${valueIn(set, "R2_ENDPOINT")}\n`);
    const again = start([process.execPath, BIN, "init", "--yes"], { env: {}, cwd: set.folder });
    expect(await again.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Nothing is missing"),
    });
  });

  it("names what is missing, and writes nothing", async () => {
    const set = await setUp();
    const { ended } = start([process.execPath, BIN, "init", "--yes"], { env: set.env, cwd: set.folder });
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    for (const name of NAMES) expect(stderr).toContain(`${name} is not set`);
    expect(existsSync(set.dotenv)).toBe(false);
  });

  it("says before anything else that .env cannot be written", async () => {
    const set = await setUp();
    mkdirSync(set.dotenv);
    const { ended } = start([process.execPath, BIN, "init", "--yes"], { env: set.env, cwd: set.folder });
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining(".env cannot be written: this is a folder")]);
    expect(set.sandbox.botApi.calls()).toEqual([]);
  });

  it("asks nobody where there is no terminal", async () => {
    const set = await setUp();
    const { ended } = start([process.execPath, BIN, "init"], { env: set.env, cwd: set.folder });
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining("init --yes")]);
  });
});
