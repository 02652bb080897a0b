import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { diagnose, emptyFolder, expectPublished, healthyWorld, USUAL_PACE } from "../doctor/diagnose.ts";
import { BIN, type Ended, start } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";

const OLD_NODE = Number(process.versions.node.split(".")[0]) < 22;

function checkEnv(
  world: World,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  return world.ask(["check-env", ...args], { env: { ...USUAL_PACE, ...env } });
}

describe("prewarm check-env", () => {
  it("is all green in the sandbox, but for what it says of an old Node.js", async () => {
    const world = await healthyWorld();
    const { findings, summary, ended } = await diagnose(world);
    const other = findings
      .filter(({ status }) => status !== "pass")
      .map(({ id, status }) => `${id} ${status}`);
    expect(other).toEqual(OLD_NODE ? ["node-version warn"] : []);
    expect(summary.pass).toBeGreaterThan(25);
    expect(ended.code).toBe(0);
    expect((await checkEnv(world, ["--strict"])).code).toBe(OLD_NODE ? 1 : 0);
  });

  it("shows groups in order, words instead of colours, at most 80 columns, and what to do next", async () => {
    const world = await healthyWorld();
    const { stdout, code } = await checkEnv(world, [], { R2_BUCKET: "medias" });
    const lines = stdout.split("\n");
    expect(code).toBe(1);
    expect(lines.filter((line) => /^[A-Z][A-Za-z0-9]+$/.test(line))).toEqual([
      ...["Runtime", "Configuration", "R2", "Telegram", "Ledger", "Pace", "Symptoms"],
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    const at = lines.findIndex((line) => line.startsWith("  FAIL  bucket and key pair: "));
    const finding = lines.slice(at, at + 9).join("\n");
    expect(finding).toContain("why   R2 has to know the key id");
    expect(finding).toMatch(/next {2}Cloudflare dashboard -> R2/);
    expect(finding).toMatch(/docs {2}file:\/\/\/.*docs\/check-env\.md#check-r2-access/);
    expect(stdout).toMatch(
      /\n\d+ ok, (1 warning, )?1 failed, \d+ skipped; .*\nFailed: r2-access\nNext: Cloudflare dashboard/,
    );
  });

  it("colours on request, and not in a log", async () => {
    const world = await healthyWorld();
    const [coloured, plain] = await Promise.all([
      checkEnv(world, [], { FORCE_COLOR: "1" }),
      checkEnv(world, ["--no-color"], { FORCE_COLOR: "1" }),
    ]);
    expect(coloured.stdout).toContain("\u001b[32mok  \u001b[39m");
    expect(plain.stdout).not.toContain("\u001b");
  });

  it("names every value with the place that won and those that lost, secrets as stubs", async () => {
    const world = await healthyWorld();
    world.secretFile(".env", "MEDIA_PREWARM_CONCURRENCY=7\nTELEGRAM_BOT_TOKEN=7000009:AAHloser-secret\n");
    const env = { MEDIA_PREWARM_CONCURRENCY: "8", ADMIN_API_TOKEN: "admin-secret", PORT: "0" };
    const secrets = ["AAHloser", "AAHfirst", "admin-secret"];
    const { settings } = await diagnose(world, { env, args: ["-c", "9", "--drain", "10s"], secrets });
    const of = (name: string) => settings.find((row) => row.name === name);
    expect(of("MEDIA_PREWARM_CONCURRENCY")).toEqual({
      name: "MEDIA_PREWARM_CONCURRENCY",
      value: "9",
      origin: "--concurrency",
      losers: [
        { origin: "environment MEDIA_PREWARM_CONCURRENCY", value: "8" },
        { origin: ".env MEDIA_PREWARM_CONCURRENCY", value: "7" },
      ],
    });
    expect(of("TELEGRAM_BOT_TOKEN")).toMatchObject({
      value: "7000001:***",
      losers: [{ origin: ".env TELEGRAM_BOT_TOKEN", value: "7000009:***" }],
    });
    expect(of("R2_ACCESS_KEY_ID")?.value).toBe("id0f***");
    expect(of("PREWARM_PACE")).toMatchObject({ value: "adaptive", origin: "default" });
    expect(of("PREWARM_DRAIN")).toMatchObject({ value: "10s", origin: "--drain" });
    expect(of("ADMIN_API_TOKEN")).toMatchObject({ value: "*** (12 characters)", losers: [] });
  });

  it("looks at one group with --only, and says 2 when what that needs does not hold", async () => {
    const world = await healthyWorld();
    const ledger = await diagnose(world, { args: ["--only", "ledger"], env: { R2_BUCKET: "medias" } });
    expect(new Set(ledger.findings.map(({ group }) => group))).toEqual(new Set(["ledger"]));
    expect(ledger.ended.code).toBe(0);
    const both = await diagnose(world, { args: ["--only", "ledger,pace", "--only", "r2"] });
    expect(new Set(both.findings.map(({ group }) => group))).toEqual(new Set(["r2", "ledger", "pace"]));
    const blocked = await diagnose(world, { args: ["--only", "telegram"], env: { WARMUP_CHAT_ID: "" } });
    expect(blocked.ended.code).toBe(2);
    const wrong = await checkEnv(world, ["--only", "telegramm"]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("--only telegramm: no such group, did you mean telegram?");
  });

  it("lists its checks without looking at anything", async () => {
    const world = await healthyWorld();
    const { stdout, code } = await checkEnv(world, ["--list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^runtime +node-version +Node\.js\n/);
    expect(stdout).toMatch(/\nworker +worker-success +success below 95 %\n/);
    expect(world.r2.requests()).toEqual([]);
    const listed = JSON.parse((await checkEnv(world, ["--list", "--json", "--only", "pace"])).stdout);
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([
      "pace-ceiling",
      "pace-concurrency",
      "pace-frozen",
      "pace-packs",
    ]);
  });

  it("writes one JSON document and nothing else on stdout, whatever is wrong", async () => {
    const world = await healthyWorld();
    const emptied = Object.fromEntries(Object.keys(world.env()).map((name) => [name, ""]));
    const ended = await checkEnv(world, ["--json"], emptied);
    expectPublished(JSON.parse(ended.stdout));
    expect(ended.code).toBe(1);
  });
});

describe("a newcomer's path", () => {
  it("leads from an empty folder to a working run by doing what check-env says", async () => {
    const { folder, shell } = newcomer();
    const first = await shell("prewarm check-env");
    expect(first.code).toBe(1);
    const place = "in another terminal, in this folder: ";
    const said = nextOf(first);
    expect(said.startsWith(place)).toBe(true);
    // The one thing that is not as it says: time runs faster in there, or 48 files would take more than a minute.
    const other = said.slice(place.length).replace("prewarm sandbox", "prewarm sandbox --time-scale 50");
    const sandbox = shell(`exec ${other}`);
    await expect
      .poll(
        () =>
          readdirSync(folder).includes(".env") &&
          /PREWARM_TIME_SCALE/.test(readFileSync(join(folder, ".env"), "utf8")),
      )
      .toBe(true);
    const second = await shell("prewarm check-env");
    expect(second.code).toBe(0);
    expect(nextOf(second)).toBe("prewarm run");
    const run = await shell(nextOf(second));
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/48 items .* success rate 100 %/);
    const third = await shell("prewarm check-env --only ledger");
    expect(third.stdout).toContain("rows: 48 ready");
    sandbox.stop();
    expect((await sandbox).code).toBe(130);
  });
});

/** The last line of the screen. */
function nextOf({ stdout }: Ended): string {
  return /\nNext: (.*)\n$/.exec(stdout)?.[1] ?? "";
}

/** An empty folder, and a shell that knows `prewarm` and nothing else. */
function newcomer() {
  const [folder, bin] = [emptyFolder(), emptyFolder()];
  mkdirSync(bin, { recursive: true });
  symlinkSync(BIN, join(bin, "prewarm"));
  const env = { PATH: [bin, process.env.PATH].join(delimiter) };
  const shell = (command: string) => {
    const running = start(["/bin/sh", "-c", command], { cwd: folder, env });
    onTestFinished(() => void running.signal("SIGKILL"));
    return Object.assign(running.ended, { stop: () => void running.signal("SIGINT") });
  };
  return { folder, shell };
}
