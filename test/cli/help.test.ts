import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REASONS } from "../../src/domain/reasons.ts";
import { BIN, start } from "../helpers/child.ts";
import { has } from "../helpers/program.ts";

const ROOT = new URL("../..", import.meta.url);

async function prewarm(...args: string[]) {
  const { code, stdout, stderr } = await start([process.execPath, BIN, ...args], {
    env: {},
    cwd: ROOT.pathname,
  }).ended;
  return { code, stdout, stderr };
}

describe("prewarm help", () => {
  it("prints a page of docs/ as it is, and nothing else", async () => {
    const page = readFileSync(new URL("docs/troubleshooting.md", ROOT), "utf8");
    expect(await prewarm("help", "troubleshooting")).toEqual({ code: 0, stdout: page, stderr: "" });
  });

  it("prints the flags of a command", async () => {
    expect((await prewarm("help", "lookup")).stdout).toContain("--plain");
  });

  it("lists pages, and says which was meant", async () => {
    expect((await prewarm("help")).stdout).toContain("  windows\n");
    expect(await prewarm("help", "windws")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean windows?"),
    });
  });

  it("tells scripts of every command, flag, variable, code and reason", async () => {
    const all = JSON.parse((await prewarm("help", "--json")).stdout) as {
      commands: { name: string; flags: { flag: string; choices: string[] | null }[] }[];
      environment: { name: string; flag: string | null; secret: boolean }[];
      exit_codes: { codes: number[] }[];
      reasons: { reason: string; next: string | null }[];
    };
    const run = all.commands.find(({ name }) => name === "run");
    expect(run?.flags).toContainEqual(
      expect.objectContaining({ flag: "--transfer", choices: ["auto", "url", "upload"] }),
    );
    expect(all.commands.map(({ name }) => name)).toContain("bench compare");
    expect(all.environment).toContainEqual(
      expect.objectContaining({ name: "R2_BUCKET", flag: "--bucket", secret: false }),
    );
    expect(all.environment).toContainEqual(
      expect.objectContaining({ name: "TELEGRAM_BOT_TOKEN", flag: null, secret: true }),
    );
    expect(all.exit_codes.flatMap(({ codes }) => codes)).toContain(130);
    for (const [reason, { next }] of Object.entries(REASONS))
      expect(all.reasons).toContainEqual(expect.objectContaining({ reason, next }));
  });
});

describe("completion", () => {
  it("knows commands, and the flags of one", async () => {
    expect((await prewarm("complete", "--", "ver")).stdout).toMatch(/^verify\t/);
    expect((await prewarm("complete", "--", "run", "--dry")).stdout).toMatch(/^--dry-run\t/);
  });

  it.each([
    ["bash", ["-n"]],
    ["zsh", ["-n"]],
    // fish reads no script from a socket, which stdin is here.
    ["fish", ["-c", "cat | source"]],
  ])("is a script that %s takes", async (shell, check) => {
    const { code, stdout, stderr } = await prewarm("completion", shell);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("prewarm complete --");
    if (!has(shell)) return;
    const { ended } = start([shell, ...check], { env: {}, cwd: ROOT.pathname, stdin: stdout });
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("names the shells that there are", async () => {
    expect(await prewarm("completion", "tcsh")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("bash, zsh, fish, powershell"),
    });
  });
});
