import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answer } from "../../src/cli.ts";
import { thisProcess } from "../../src/commands/place.ts";
import { programOf } from "../../src/commands/program.ts";
import { ERROR_REASONS } from "../../src/domain/error-reasons.ts";
import { REASONS } from "../../src/domain/reasons.ts";
import { openWorld } from "../helpers/world.ts";

const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
/** Commands that have `--json` for stdout. */
const COMMANDS = program.commands
  .filter(({ options }) => options.some(({ long, required }) => long === "--json" && !required))
  .map((command) => command.name());
/** What ends in a summary in any case. */
const WITH_SUMMARY = ["run", "probe", "verify"];
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { lookup: ["a.jpg"], import: ["a.jsonl"] };
/** These read no configuration. */
const WITHOUT_CONFIG = ["help"];
/** These read nothing of it but where the ledger is. */
const OF_LEDGER = ["status", "lookup", "failures"];

const folder = mkdtempSync(join(tmpdir(), "prewarm-json-"));
const before = { folder: process.cwd(), env: { ...process.env } };

beforeAll(() => {
  for (const name of Object.keys(process.env))
    if (!["PATH", "TMPDIR"].includes(name)) delete process.env[name];
  writeFileSync(join(folder, "bad.env"), "PREWARM_LEDGER=mysql://me:hidden-word@db/x\n");
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before.folder);
  Object.assign(process.env, before.env);
  rmSync(folder, { recursive: true, force: true });
});

/** What a command line says on stdout, in this process. */
async function asked(argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  const code = await answer(argv, "0", thisProcess()).finally(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return { code, ...said };
}

async function errorOf(argv: readonly string[], code = 2): Promise<Record<string, unknown>> {
  const ended = await asked(argv);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.stringMatching(/\S/) });
  const lines = ended.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const [error, ...rest] = lines;
  expect(error).toMatchObject({ type: "error", exit_code: code });
  for (const name of ["class", "reason", "message", "next"]) expect(error[name]).toMatch(/^\S/);
  expect([...Object.keys(ERROR_REASONS), ...Object.keys(REASONS)]).toContain(error.reason);
  const summaries = WITH_SUMMARY.includes(argv[0] ?? "") ? [{ type: "summary", exit_code: code }] : [];
  expect(rest).toMatchObject(summaries);
  expect(ended.stdout).not.toContain("hidden-word");
  return error;
}

describe("an error with --json is one object on stdout", () => {
  it("is held against every command that has --json", () => {
    expect(COMMANDS).toEqual(
      expect.arrayContaining([
        "run",
        "worker",
        "check-env",
        "probe",
        "status",
        "enqueue",
        "lookup",
        "import",
        "verify",
        "failures",
        "help",
      ]),
    );
  });

  it.each(COMMANDS)("of %s with a flag that there is none of", async (name) => {
    const error = await errorOf([name, ...(ARGUMENTS[name] ?? []), "--json", "--no-such-flag"]);
    expect(error).toMatchObject({
      class: "config",
      reason: "usage",
      message: "unknown option '--no-such-flag'",
    });
  });

  it.each(COMMANDS.filter((name) => !WITHOUT_CONFIG.includes(name)))(
    "of %s with a file that is not there",
    async (name) => {
      const error = await errorOf([name, ...(ARGUMENTS[name] ?? []), "--json", "--config", "no.json"]);
      expect(error).toMatchObject({
        reason: "config_invalid",
        message: "--config no.json: there is no such file; name another file, or leave --config out",
        problems: ["--config no.json: there is no such file; name another file, or leave --config out"],
        next: "name another file, or leave --config out",
      });
    },
  );

  it.each(COMMANDS.filter((name) => ![...WITHOUT_CONFIG, "check-env"].includes(name)))(
    "of %s with a value that cannot be used, without what it hides",
    async (name) => {
      const error = await errorOf([name, ...(ARGUMENTS[name] ?? []), "--json", "--env-file", "bad.env"]);
      expect(error.message).toContain("bad.env PREWARM_LEDGER");
    },
  );

  it.each(["run", "worker", "verify", "probe", "enqueue"])("of %s without a configuration", async (name) => {
    const error = await errorOf([name, "--json"]);
    expect(error).toMatchObject({ class: "config", reason: "config_missing" });
    expect(error.problems).toContainEqual(expect.stringContaining("R2_BUCKET is not set"));
  });

  it.each(OF_LEDGER)("of %s without a ledger", async (name) => {
    const error = await errorOf([name, ...(ARGUMENTS[name] ?? []), "--json"]);
    expect(error).toMatchObject({
      reason: "ledger_unusable",
      next: expect.stringMatching(/^name another with --ledger or PREWARM_LEDGER, or begin with /),
    });
  });

  it("of a command that there is none of, with the one that was meant", async () => {
    const error = await errorOf(["stauts", "--json"]);
    expect(error).toMatchObject({
      reason: "usage",
      message: "unknown command 'stauts' (Did you mean status?)",
    });
  });

  it("and none where --json names a file, or was not asked for", async () => {
    for (const argv of [["bench", "--json", "x.json", "--no-such-flag"], ["status"], ["stauts"]])
      expect((await asked(argv)).stdout).toBe("");
  });
});

describe("what ends early says why as JSON: a run", () => {
  const firstOf = (stdout: string) =>
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  it("a token that is wrong", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const ended = await world.runWith({ TELEGRAM_BOT_TOKEN: "9:AAnobody" }, "--json");
    expect(ended.code).toBe(4);
    expect(firstOf(ended.stdout)).toMatchObject([
      {
        type: "error",
        class: "auth",
        reason: "token_wrong",
        exit_code: 4,
        next: expect.stringMatching(/\S/),
      },
      { type: "summary", exit_code: 4 },
    ]);
  });

  it("a key that the bucket refuses", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const ended = await world.runWith({ R2_SECRET_ACCESS_KEY: "wrong".repeat(9) }, "--json");
    expect(ended.code).toBe(4);
    expect(firstOf(ended.stdout)).toMatchObject([
      { type: "error", class: "auth", exit_code: 4 },
      { type: "summary", exit_code: 4 },
    ]);
  });

  it.each([["verify"], ["probe", "--yes"], ["probe", "--yes", "--conform"]])(
    "so does %s %s: a token that is wrong",
    async (...command) => {
      const world = await openWorld();
      world.put("a.txt", "a");
      expect((await world.run([])).code).toBe(0);
      const env = { TELEGRAM_BOT_TOKEN: "7000001:AAHno-such_bot" };
      const ended = await world.ask([...command, "--json"], { env });
      expect(firstOf(ended.stdout)).toMatchObject([
        { type: "error", class: "auth", reason: "token_wrong", exit_code: 4 },
        { type: "summary", exit_code: 4 },
      ]);
    },
  );
});
