import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closedPort } from "../helpers/closed-port.ts";
import { openWorld } from "../helpers/world.ts";

/** A value with the variable that a refusal has to name; the world has its own R2_ENDPOINT, which would win. */
const WRONG: readonly (readonly [name: string, value: string, more?: Readonly<Record<string, string>>])[] = [
  ["PREWARM_BOT", '"default"'],
  ["PREWARM_LEDGER", '"sqlite:prewarm.db"'],
  ["PREWARM_LEDGER", "sqlite:$HOME/prewarm.db"],
  ["R2_BUCKET", "media/"],
  ["R2_BUCKET", "s3://media"],
  ["R2_ACCOUNT_ID", "my account", { R2_ENDPOINT: "" }],
  ["R2_ENDPOINT", "<account id>"],
  ["R2_SESSION_TOKEN", "temporary-keys-end"],
  ["HTTPS_PROXY", "http://user:100%@127.0.0.1:3128"],
  ["HTTP_PROXY", "socks5://127.0.0.1:1080"],
  ["TELEGRAM_API_ROOT", "https://api.telegram.org/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-abc"],
  ["WARMUP_CHAT_ID", "1001000000001"],
  ["WARMUP_CHAT_ID", "https://t.me/+AbCdEfGh"],
  ["WARMUP_CHAT_ID", "7000001"],
];

describe("a value that cannot be used", () => {
  it.each(WRONG.map(([name, value, more = {}]) => ({ name, value, more })))(
    "$name=$value ends a run with 2 and its name, before anybody is called",
    async ({ name, value, more }) => {
      const world = await openWorld();
      for (const args of [[], ["--no-preflight"], ["--dry-run"]]) {
        const ended = await world.runWith({ ...more, [name]: value }, ...args);
        expect(ended.code).toBe(2);
        expect(ended.stderr).toContain(name);
        expect(ended.stderr).not.toMatch(
          /unexpected error|needs none of this|AAEhBO|temporary-keys-end|100%@/,
        );
      }
      expect(world.botApi.calls()).toEqual([]);
      expect(world.r2.requests()).toEqual([]);
      expect(readdirSync(world.dir)).toEqual([]);
    },
  );

  it.each([
    ["worker", "PREWARM_BOT", "'default'"],
    ["worker", "R2_BUCKET", "media/covers"],
    ["status", "PREWARM_LEDGER", "'sqlite:prewarm.db'"],
  ])("ends prewarm %s as well: %s=%s", async (command, name, value) => {
    const world = await openWorld();
    const ended = await world.ask([command], { env: { [name]: value } });
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toContain(name);
    expect(world.botApi.calls()).toEqual([]);
  });

  it("with line ends around it is what it is without", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const env = {
      PREWARM_BOT: "default\r",
      PREWARM_LEDGER: "sqlite:prewarm.db\r",
      R2_BUCKET: `${world.env().R2_BUCKET}\r`,
    };
    expect((await world.runWith(env, "--json")).code).toBe(0);
    expect(readdirSync(world.dir).filter((file) => /[\r"]/.test(file))).toEqual([]);
    expect(world.rows("select distinct bot_slug from media_cache")).toEqual([{ bot_slug: "default" }]);
  });
});

describe("what must not be seen", () => {
  const NEVER = /won%64erland|wonderland|AAHsEcond/;

  it("is in no output of a run, a worker or check-env: passwords of proxies, also decoded, and secrets that lost", async () => {
    const world = await openWorld();
    world.secretFile(".env", "TELEGRAM_BOT_TOKEN=7000001:AAHsEcond-token-that-lost\n");
    const proxy = `http://ada:won%64erland@127.0.0.1:${await closedPort()}`;
    const env = {
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      R2_ENDPOINT: "http://r2.invalid",
      TELEGRAM_API_ROOT: "http://telegram.invalid",
      PREWARM_TIME_SCALE: "100",
    };
    const apart = (ledger: string) => ({ env: { ...env, PREWARM_LEDGER: `sqlite:${ledger}.db` } });
    const worker = world.start(["worker", "--port", "0"], apart("worker"));
    const ends = await Promise.all([
      world.runWith(env),
      world.ask(["run", "--json", "--no-preflight"], apart("json")),
      world.ask(["check-env"], { env }),
      world.ask(["check-env", "--json"], { env }),
    ]);
    await expect.poll(() => worker.heard() + worker.shown(), { timeout: 60_000 }).toContain("[HEALTH][DOWN]");
    worker.signal("SIGTERM");
    for (const { stdout, stderr } of [...ends, await worker.ended])
      expect(stdout + stderr).not.toMatch(NEVER);
    expect(ends.map(({ code }) => code)).not.toContain(0);
  });
});

describe("a password that was not encoded", () => {
  it.each([
    "http://us er:wonder land-7@127.0.0.1:1",
    `us er:a"wonder@land-7'/x@127.0.0.1:1`,
    "http:\\\\us er:a,b:/wonder?land-7@h",
  ])("is in no output of any command: %j in every setting", async (value) => {
    const world = await openWorld();
    const names = [
      ...["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "R2_ENDPOINT", "R2_ACCOUNT_ID", "R2_BUCKET"],
      ...[
        "TELEGRAM_API_ROOT",
        "PREWARM_LEDGER",
        "PREWARM_BOT",
        "WARMUP_CHAT_ID",
        "PREWARM_HOST",
        "PREWARM_PACE",
      ],
    ];
    const env = Object.fromEntries(names.map((name) => [name, value]));
    const commands = [
      ["worker"],
      ["check-env"],
      ["check-env", "--json"],
      ["status"],
      ["run"],
      ["run", "--json"],
    ];
    for (const command of commands) {
      const { code, stdout, stderr } = await world.ask(command, { env });
      expect(code, stderr).toBe(command[0] === "check-env" ? 1 : 2);
      expect(stdout + stderr).toMatch(/PREWARM_LEDGER/);
      expect(stdout + stderr).not.toMatch(/wonder|land-7/);
    }
  });
});

describe("a file of faults", () => {
  it.each<[what: string, bytes: Buffer, says: RegExp]>([
    ["in UTF-16", Buffer.from('\uFEFF[{"server":"moon"}]', "utf16le"), /faults\.json: .*server/],
    ["with a byte order mark", Buffer.from('\uFEFF[{"server":"moon"}]'), /faults\.json: .*server/],
    ["that is not JSON", Buffer.from("[\n{]"), /faults\.json: it is not valid JSON at line 2/],
  ])("%s is read as what it says", async (_, bytes, says) => {
    const world = await openWorld();
    writeFileSync(join(world.dir, "faults.json"), bytes);
    const ended = await world.ask(["sandbox", "--faults", "faults.json"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(says);
  });
});
