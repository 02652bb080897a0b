import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { BIN, itemsOf, start } from "../helpers/child.ts";
import { type Channel, openChannel, perMinute } from "./channel-world.ts";

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

const SLOW = 900_000;
/** What the processes need in real time counts so many times as much as what the channel allows. */
const SCALE = 20;
const PROVED = { quota: "messages", "ids:photo": "ordinary", keeps: "50" };

/** One run with an empty ledger of its own: what it brought, by how many calls, and what of it was wrong. */
async function runOf(channel: Channel, ledger: string, ...args: string[]) {
  const [posts, made] = [await channel.truth(), await channel.calls()];
  const { code, ...ended } = await channel.run(ledger, ...args);
  const posted = (await channel.truth()).slice(posts.length);
  const calls = (await channel.calls()).slice(made.length);
  const ready = itemsOf({ code, ...ended }).filter(({ status }) => status === "ready");
  const truth = new Map(posted.map(({ file_id, sha256 }) => [file_id, channel.keyOf(sha256)]));
  const wrong = ready.filter(({ file_id, key }) => truth.get(file_id) !== key);
  const refused = calls.filter(({ retry_after }) => retry_after !== null).length;
  // A channel takes so many messages a minute: calls are what a minute is made of, however slow this machine is.
  const perCall = ready.length / calls.length;
  const ids = ready.map(({ file_id }) => file_id);
  return { code, count: ready.length, wrong, perCall, refused, ids, perMin: perMinute(posted) };
}

/** Shows the media a minute of the sandbox's clock, which are not held against anything: they are of this machine, too. */
function show(what: string, { perMin }: { readonly perMin: number }): void {
  console.info(`${what}: ${perMin.toFixed(1)} media a minute`);
}

it(
  "brings many times the media of single sends where messages count, each with its own id that serves alone",
  async () => {
    const channel = await openChannel(5_000, SCALE);
    const single = await runOf(channel, "single.db", "--pack", "off", "--limit", "300");
    expect(single).toMatchObject({ code: 0, count: 300, wrong: [], perCall: 1, refused: 0 });

    show("singly", single);
    await channel.prove("proved.db", PROVED);
    const proved = await runOf(channel, "proved.db");
    expect(proved).toMatchObject({ code: 0, count: 5_000, wrong: [], refused: 0 });
    expect(proved.perCall).toBeGreaterThanOrEqual(25);
    show("in packs that are proved", proved);

    const proving = await runOf(channel, "proving.db", "--pack", "50");
    expect(proving).toMatchObject({ code: 0, count: 5_000, wrong: [], refused: 0 });
    expect(proving.perCall).toBeGreaterThanOrEqual(15);
    show("in packs that are proved on the way", proving);
    expect(await channel.served(proved.ids)).toBe(5_000);
  },
  SLOW,
);

it(
  "is no slower than single sends where media count, and is hardly ever refused",
  async () => {
    const channel = await openChannel(300, SCALE);
    await channel.control({ rich: { counts: "media" } });
    const { refused, ...packs } = await runOf(channel, "media.db", "--pack", "50");
    expect(packs).toMatchObject({ code: 0, count: 300, wrong: [] });
    // At the pace of single sends, 300 calls have 3 % more at most.
    expect(packs.perCall).toBeGreaterThanOrEqual(1 / 1.03);
    expect(refused).toBeLessThanOrEqual(3);
    show("where media count", packs);
  },
  SLOW,
);
