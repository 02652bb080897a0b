import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { BIN, start } from "../helpers/child.ts";

const SECRETS = ["sandbox-bot-token", "sandbox-secret-access-key", "X-Amz-Signature", "Authorization"];

it("run --sandbox needs nothing, warms 48 files into two chats, and has nothing to do the second time", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "prewarm-sandbox-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  // Credentials that lie around are not read: nothing of this could be reached.
  const env = { R2_ENDPOINT: "http://127.0.0.1:9", TELEGRAM_BOT_TOKEN: "1:real", WARMUP_CHAT_ID: "-1" };
  const run = (...args: string[]) =>
    start([process.execPath, BIN, "run", "--sandbox", ...args], { cwd, env }).ended;

  const first = await run();
  expect(first.code).toBe(0);
  expect(first.stdout).toBe("");
  expect(first.stderr.split("\n")[0]).toMatch(/^prewarm \d+\.\d+\.\d+ run$/);
  expect(first.stderr).toMatch(/10x faster than real time/);
  expect(first.stderr).toContain("ledger prewarm-sandbox.db");
  expect(first.stderr).toMatch(/^48 items/m);
  expect(first.stderr.match(/^\| default x -100\d+ +\| [\d.]+\/min \|/gm)).toHaveLength(2);

  const db = new Libsql(join(cwd, "prewarm-sandbox.db"));
  onTestFinished(() => void db.close());
  db.exec("pragma query_only = 1");
  const rows = db.prepare("select * from media_cache order by id").all([]) as Record<string, string>[];
  expect(rows).toHaveLength(48);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["ready"]));
  expect(new Set(rows.map(({ kind }) => kind)).size).toBe(6);
  expect(new Set(rows.map(({ warmup_chat_id: chat }) => chat)).size).toBe(2);
  const keys = db.prepare("select count(distinct r2_key) as n from media_store").all([]);
  expect(keys).toEqual([{ n: 48 }]);

  const second = await run("--json");
  expect(second.code).toBe(0);
  expect(second.stdout.split("\n").filter((line) => line.includes('"status":"skipped"'))).toHaveLength(48);
  expect(JSON.parse(second.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
    total: 48,
    skipped: 48,
    exit_code: 0,
  });
  expect(db.prepare("select * from media_cache order by id").all([])).toEqual(rows);
  expect(db.prepare("select count(*) as n from prewarm_attempts where state <> 'ready'").all([])).toEqual([
    { n: 0 },
  ]);

  const ledger = readFileSync(join(cwd, "prewarm-sandbox.db"), "latin1");
  for (const text of [first.stderr, second.stdout, second.stderr, ledger])
    for (const secret of SECRETS) expect(text).not.toContain(secret);
});
