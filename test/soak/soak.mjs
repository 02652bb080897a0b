/**
 * Does the heap of a worker grow? Runs the built bin against the stand-ins under load and prints the slope of what is left
 * after garbage collection. Not part of `npm test`, since it takes the time that is asked for:
 *
 *     npm run build && node test/soak/soak.mjs [minutes, 10 without it]
 *
 * Ends 0 when the heap does not grow, 1 when it does, 2 when nothing could be told.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { slopeOf } from "./slope.mjs";

const MINUTES = Number(process.argv[2] ?? 10);
const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));
// With the compilers off: their code lies on the heap too and grows for long as functions become hot, which is no leak.
const FLAGS = ["--expose-gc", "--no-opt", "--no-sparkplug", "--import"];
const GC = new URL("gc.mjs", import.meta.url).href;
const TIME_SCALE = 60;
/** Few: what a lane remembers of its limits is bounded, and has to be full before the line begins. */
const CHATS = "4";
const OBJECTS = 1_000;
const ROUND_MS = 250;
const SAMPLE_MS = 5_000;
/** The first part fills what is bounded and lets the compiler settle; it is left out of the line. */
const WARM_UP = 0.5;
/** Growth counts from this share of the heap an hour on: with this load about 25 bytes a post, less than one small object. */
const MOST_SHARE_AN_HOUR = 0.05;

const dir = mkdtempSync(join(tmpdir(), "prewarm-soak-"));
const heapFile = join(dir, "heap.jsonl");
const children = [];

try {
  process.exitCode = await soak();
} finally {
  for (const child of children.reverse()) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
}

async function soak() {
  const sandbox = start(["sandbox", "--time-scale", String(TIME_SCALE), "--chats", CHATS], {});
  const exported = (await said(sandbox, /PREWARM_TIME_SCALE/)).matchAll(/^(?:export )?(\w+)=(\S+)$/gm);
  const env = Object.fromEntries([...exported].map(([, name, value]) => [name, value]));
  const bucket = bucketOf(env);
  const port = await freePort();
  const worker = start(
    [
      "worker",
      "--port",
      String(port),
      "--list-interval",
      "5m",
      "--interval-ms",
      "2000",
      "--log-level",
      "warn",
      "-c",
      "20",
    ],
    {
      ...env,
      PREWARM_SOAK_HEAP: heapFile,
      PREWARM_BOT_PACE: "none",
    },
    [...FLAGS, GC],
  );
  const load = { puts: 0, enqueued: 0 };
  const admin = `http://127.0.0.1:${port}`;
  await answers(`${admin}/healthz`, worker);
  const end = performance.now() + MINUTES * 60_000;
  let sampleAt = performance.now() + SAMPLE_MS;
  while (performance.now() < end && worker.exitCode === null) {
    await Promise.all([putSome(bucket, load), enqueueSome(admin, load), delay(ROUND_MS)]);
    if (performance.now() < sampleAt) continue;
    sampleAt += SAMPLE_MS;
    worker.kill("SIGUSR2");
  }
  const posted = await (await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/truth`)).json();
  if (worker.exitCode !== null) throw new Error(`the worker ended by itself: ${worker.exitCode}`);
  return judge({ ...load, posted: posted.length });
}

/** Changes objects of a bucket that stays as large as it is. */
async function putSome(bucket, load) {
  for (let i = 0; i < 4; i++) {
    load.puts += 1;
    await bucket(`soak/${load.puts % OBJECTS}.bin`);
  }
}

async function enqueueSome(admin, load) {
  const keys = Array.from({ length: 4 }, () => ({
    key: `soak/${Math.floor(Math.random() * Math.min(load.puts + 1, OBJECTS))}.bin`,
  }));
  const answer = await fetch(`${admin}/api/admin/media/prewarm/enqueue`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(keys),
  });
  const { ok, accepted } = await answer.json();
  if (!ok) throw new Error(`enqueue was answered ${answer.status}`);
  load.enqueued += accepted;
}

function judge(load) {
  const samples = readFileSync(heapFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const used = samples.slice(Math.floor(samples.length * WARM_UP));
  process.stdout.write(
    `${load.puts} puts, ${load.enqueued} accepted by name, ${load.posted} posts, ${samples.length} samples\n`,
  );
  for (const { at, heapUsed, rss } of samples.filter((_, i) => i % 6 === 0))
    process.stdout.write(
      `${((at - samples[0].at) / 60_000).toFixed(1)} min: heap ${mb(heapUsed)}, rss ${mb(rss)}\n`,
    );
  if (used.length < 5 || load.posted < 100) {
    process.stdout.write("too little happened to tell anything\n");
    return 2;
  }
  const { slope, halfWidth, mean } = slopeOf(
    used.map(({ at, heapUsed }) => [(at - used[0].at) / 3_600_000, heapUsed]),
  );
  const grows = slope - halfWidth > MOST_SHARE_AN_HOUR * mean;
  process.stdout.write(
    `heap after GC: mean ${mb(mean)}, slope ${mb(slope)} an hour, 95 % between ${mb(slope - halfWidth)} and ${mb(slope + halfWidth)}\n${grows ? "it grows" : "it does not grow"}\n`,
  );
  return grows ? 1 : 0;
}

function mb(bytes) {
  return `${(bytes / 1_048_576).toFixed(2)} MiB`;
}

function start(args, env, flags = []) {
  const child = spawn(process.execPath, [...flags, BIN, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.resume();
  child.stderr.on("data", (text) => process.env.SOAK_VERBOSE && process.stderr.write(text));
  children.push(child);
  return child;
}

/** All that a child has said on stdout or stderr once this was among it. */
async function said(child, pattern) {
  let text = "";
  const hear = (chunk) => {
    text += chunk;
  };
  child.stdout.on("data", hear);
  child.stdout.resume();
  child.stderr.on("data", hear);
  for (let tries = 0; tries < 200; tries++) {
    if (pattern.test(text)) return text;
    if (child.exitCode !== null) break;
    await delay(50);
  }
  throw new Error(`waited in vain for ${pattern}; it said: ${text}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url, child) {
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) return;
    await delay(100);
  }
  throw new Error(`nothing answers at ${url}`);
}

function bucketOf(env) {
  const client = new S3Client({
    endpoint: env.R2_ENDPOINT,
    region: "auto",
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: env.R2_ACCESS_KEY_ID, secretAccessKey: env.R2_SECRET_ACCESS_KEY },
  });
  return (key) =>
    client.send(
      new PutObjectCommand({
        Bucket: env.R2_BUCKET,
        Key: key,
        Body: randomBytes(200 + Math.floor(Math.random() * 8_000)),
      }),
    );
}
