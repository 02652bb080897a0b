import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { addWorkerFlags } from "../../src/commands/worker-flags.ts";
import { loadConfig, secretsOf } from "../../src/config/config.ts";
import { inspect } from "../../src/config/inspect.ts";
import type { Flags } from "../../src/config/layers.ts";
import { readWorkerOptions } from "../../src/config/run-options.ts";
import { loadWorkerConfig } from "../../src/config/worker-config.ts";
import { problemsOf } from "../helpers/config-problems.ts";

const ENV = {
  R2_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "id",
  R2_SECRET_ACCESS_KEY: "secret",
  TELEGRAM_BOT_TOKEN: "1:abc",
  WARMUP_CHAT_ID: "-1001",
};
const FILE = "prewarm.config.json";

function folderOf(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-worker-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** As the command line is read. */
function flagsOf(...args: readonly string[]): Flags {
  return addWorkerFlags(new Command("worker")).exitOverride().parse(args, { from: "user" }).opts();
}

function load(
  args: readonly string[] = [],
  env: Record<string, string> = {},
  files: Record<string, string> = {},
) {
  return loadWorkerConfig(flagsOf(...args), { ...ENV, ...env }, folderOf(files));
}

describe("the configuration of a worker", () => {
  it("has the published defaults, and all of a run's", () => {
    expect(load()).toMatchObject({
      ...{ intervalMs: 2_000, listInterval: 300_000, drain: 30_000, port: 3_000, host: "127.0.0.1" },
      ...{ adminToken: null, logLevel: "info", concurrency: 5, bucket: "media" },
      origins: { port: "default", bucket: "environment R2_BUCKET" },
    });
  });

  it("takes each value by the published precedence, and says where from", () => {
    const config = load(
      ["--port", "0", "--list-interval", "90s"],
      { PORT: "8080", MEDIA_PREWARM_INTERVAL_MS: "500", PREWARM_HOST: "[::1]" },
      { ".env": "PREWARM_DRAIN=0s\nPREWARM_HOST=localhost\n", [FILE]: '{"log_level":"debug","port":1}' },
    );
    expect(config).toMatchObject({
      ...{ port: 0, listInterval: 90_000, intervalMs: 500, host: "::1", drain: 0, logLevel: "debug" },
      origins: {
        port: "--port",
        intervalMs: "environment MEDIA_PREWARM_INTERVAL_MS",
        drain: ".env PREWARM_DRAIN",
        logLevel: FILE,
      },
    });
  });

  it("keeps the admin token a secret, from the environment or a file", () => {
    const config = load([], { ADMIN_API_TOKEN: " admin-secret " });
    expect(secretsOf(config).map((secret) => secret.reveal())).toContain("admin-secret");
    expect(JSON.stringify(config)).not.toContain("admin-secret");
    const path = join(folderOf({ token: "from-a-file\n" }), "token");
    expect(load([], { ADMIN_API_TOKEN_FILE: path }).adminToken?.reveal()).toBe("from-a-file");
  });

  it("keeps the token for lookups a secret, which is another one than that of the admin API", () => {
    const config = load([], { ADMIN_API_TOKEN: "admin-secret", LOOKUP_TOKEN: " bot-secret " });
    expect(secretsOf(config).map((secret) => secret.reveal())).toEqual(
      expect.arrayContaining(["admin-secret", "bot-secret"]),
    );
    expect(JSON.stringify(config)).not.toContain("bot-secret");
    const path = join(folderOf({ token: "from-a-file\n" }), "token");
    expect(load([], { LOOKUP_TOKEN_FILE: path }).lookupToken?.reveal()).toBe("from-a-file");
    expect(problemsOf(() => load([], { ADMIN_API_TOKEN: "same", LOOKUP_TOKEN: "same" }))).toEqual([
      expect.stringMatching(/^LOOKUP_TOKEN is ADMIN_API_TOKEN: .* make another one/),
    ]);
    expect(problemsOf(() => load(["--host", "0.0.0.0"], { LOOKUP_TOKEN: "t" }))).toEqual([
      expect.stringMatching(/lets other machines in and ADMIN_API_TOKEN is not set/),
    ]);
  });

  it("is quiet with -q unless a level is asked for", () => {
    const levels = [["-q"], ["-q", "--log-level", "debug"]].map(
      (args) => load(args, { PREWARM_LOG_LEVEL: "info" }).logLevel,
    );
    expect(levels).toEqual(["warn", "debug"]);
  });

  it("tells all that is wrong at once, a run's values among it", () => {
    const env = { R2_BUCKET: "", PORT: "65536", MEDIA_PREWARM_INTERVAL_MS: "0", PREWARM_LOG_LEVEL: "loud" };
    expect(problemsOf(() => load(["--list-interval", "0", "--host", "x:80"], env))).toEqual([
      expect.stringMatching(/^R2_BUCKET is not set/),
      'environment PREWARM_LOG_LEVEL: "loud" is not usable, it must be one of debug, info, warn, error',
      'environment MEDIA_PREWARM_INTERVAL_MS: "0" is not usable, it must be a whole number from 1',
      '--list-interval: "0" is not usable, it must be a duration above 0 such as 60s',
      'environment PORT: "65536" is not usable, it must be a whole number from 0 to 65535',
      '--host: "x:80" is not usable, it must be a host name or address without port, such as 127.0.0.1',
    ]);
  });

  it("lets other machines in only with a token", () => {
    const open = problemsOf(() => load(["--host", "0.0.0.0"]));
    expect(open).toEqual([
      expect.stringMatching(/^--host: "0\.0\.0\.0" lets other machines in.*; set ADMIN_API_TOKEN/),
    ]);
    expect(load(["--host", "0.0.0.0"], { ADMIN_API_TOKEN: "t" }).host).toBe("0.0.0.0");
  });

  it("is nothing to a run: whatever a platform puts into PORT, it is not read", () => {
    const env = {
      ...ENV,
      PORT: "tcp://10.0.0.1:80",
      PREWARM_HOST: "0.0.0.0",
      ADMIN_API_TOKEN_FILE: "/nowhere",
    };
    expect(loadConfig({}, env, folderOf())).toMatchObject({ bucket: "media" });
    const { problems, workerProblems, values } = inspect({}, env, folderOf());
    expect([problems.length, workerProblems.length]).toEqual([0, 2]);
    expect(workerProblems[0]?.text).toMatch(/PORT: .* it must be a whole number from 0 to 65535/);
    expect(values.find(({ name }) => name === "PORT")).toMatchObject({
      worker: true,
      given: [{ origin: "environment PORT" }, { value: "3000", origin: "default" }],
    });
  });
});

describe("the flags of a worker", () => {
  it("are read as those of a run, without what has an end", () => {
    const flags = flagsOf(
      "--prefix",
      "a/",
      "--order",
      "recent",
      "--retries",
      "2",
      "--delete-after",
      "--as",
      "document",
    );
    expect(readWorkerOptions(flags)).toMatchObject({
      ...{ prefix: "a/", order: "recent", retries: 2, deleteAfter: true, as: "document" },
      ...{ only: null, force: false, limit: undefined, dryRun: false, preflight: true },
    });
    const names = addWorkerFlags(new Command("worker")).options.map(({ long }) => long);
    for (const name of ["--limit", "--dry-run", "--max-duration", "--only", "--force", "--admin-api-token"])
      expect(names).not.toContain(name);
  });

  it("watch a file, not stdin", () => {
    expect(problemsOf(() => readWorkerOptions(flagsOf("--manifest", "-")))).toEqual([
      expect.stringMatching(/^--manifest -: a worker watches a file/),
    ]);
    expect(readWorkerOptions(flagsOf("--manifest", "m.csv")).manifest).toEqual({
      path: "m.csv",
      format: undefined,
    });
  });
});
