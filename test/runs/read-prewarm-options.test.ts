import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addRunFlags } from "../../src/commands/run-flags.ts";
import { ConfigError } from "../../src/config/error.ts";
import { readPrewarmOptions } from "../../src/runs/read-prewarm-options.ts";

function problemsOf(options: object): readonly string[] {
  try {
    readPrewarmOptions(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** What only a screen shows; a file that a listener writes as well, and a program that it starts. */
const OUTPUT = ["json", "quiet", "color", "progress", "failedTo", "report", "onEnd"];

const ACCOUNT = "0123456789abcdef".repeat(2);

describe("options in code", () => {
  const flags = addRunFlags(new Command("run")).options.map((option) => option.attributeName());

  it.each(flags.filter((name) => !OUTPUT.includes(name)))("have a name for the flag %s", (name) => {
    const options = { [name === "chat" ? "chats" : name]: "x" };
    expect(problemsOf(options).filter((problem) => problem.includes("no such option"))).toEqual([]);
  });

  it("become flags and variables as they would be typed", () => {
    const { flags, env, folder } = readPrewarmOptions({
      accountId: ACCOUNT,
      accessKeyId: "id",
      chats: [-1001, "@warm"],
      bot: "news",
      maxDuration: 1_500,
      stallTimeout: "30s",
      only: ["failed", "weak"],
      include: "*.jpg",
      preflight: false,
      force: true,
      limit: 3,
      timeScale: 10,
      prefix: undefined,
      env: { R2_ACCESS_KEY_ID: "other", R2_BUCKET: "media" },
      folder: null,
    });
    expect(flags).toEqual({
      endpoint: `https://${ACCOUNT}.r2.cloudflarestorage.com`,
      chat: ["-1001", "@warm"],
      bot: ["news"],
      maxDuration: "1500ms",
      stallTimeout: "30s",
      only: "failed,weak",
      include: ["*.jpg"],
      preflight: false,
      force: true,
      limit: "3",
    });
    expect(env).toEqual({ R2_ACCESS_KEY_ID: "id", R2_BUCKET: "media", PREWARM_TIME_SCALE: "10" });
    expect(folder).toBeNull();
  });

  it("name the endpoint or the account of it; the endpoint wins", () => {
    const given = { accountId: ACCOUNT, endpoint: "https://r2.example", env: {}, folder: null };
    expect(readPrewarmOptions(given).flags).toEqual({ endpoint: "https://r2.example" });
  });

  it("are where `prewarm run` would look, unless said otherwise", () => {
    const { env, folder } = readPrewarmOptions({});
    expect({ env, folder }).toEqual({ env: { ...process.env }, folder: process.cwd() });
  });
});

it("refuses an account id that is none, without repeating what may be a secret", () => {
  const key = "5".repeat(64);
  try {
    readPrewarmOptions({ accountId: key });
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message).toMatch(/^accountId "\*\*\*": it must be the 32 characters/);
  }
});
