import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inFolder } from "../leaving-nothing.mjs";
import { startDatabase } from "./database.mjs";

const BIN = fileURLToPath(new URL("../../../bin/prewarm.js", import.meta.url));

/**
 * Uses a PostgreSQL, a sandbox with so many bots, chats and objects, and workers as processes, of which nothing is left behind. Returns what
 * `use` does; 1 where `stop` aborts.
 */
export function withScene(options, stop, use) {
  return inFolder("prewarm-fleet", stop, async (folder, ends) => {
    const database = await startDatabase(folder, ends, options.settings);
    stop.throwIfAborted();
    const sandbox = await startSandbox(folder, ends, options);
    stop.throwIfAborted();
    const workers = fleetOf(configured(folder, sandbox, options), database, options);
    ends.push(() => workers.killAll());
    return use({ database, sandbox, workers });
  });
}

async function startSandbox(folder, ends, { objects, bots, chats, profile, scale, verbose }) {
  const media = join(folder, "media");
  const { contents, rows } = writeObjects(media, objects);
  const counts = ["--bots", String(bots), "--chats", String(chats), "--r2-port", "0", "--port", "0"];
  const flags = ["--profile", profile, "--time-scale", String(scale), "--media", media, ...counts];
  const child = spawn(process.execPath, [BIN, "sandbox", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const isOver = new Promise((resolve) => child.once("close", resolve));
  ends.push(async () => {
    if (child.kill()) await isOver;
  });
  const said = { text: "" };
  child.stdout.on("data", (data) => {
    said.text += data;
  });
  child.stderr.on("data", (data) => verbose && process.stderr.write(data));
  while (!/WARMUP_CHAT_ID=.*\n/.test(said.text)) {
    if (child.exitCode !== null) throw new Error("the sandbox did not start");
    await delay(100);
  }
  await delay(300);
  const found = said.text.matchAll(/^(?:export )?([A-Z0-9_]+)=(.*)$/gm);
  const env = Object.fromEntries(
    [...found].map(([, name, value]) => [name, value.replace(/^['"]|['"]$/g, "")]),
  );
  const api = `${env.TELEGRAM_API_ROOT}/sandbox`;
  const get = async (what) => (await fetch(`${api}/${what}`)).json();
  return {
    env,
    chats: env.WARMUP_CHAT_ID.split(","),
    contents,
    rows,
    truth: () => get("truth"),
    calls: () => get("calls"),
    order: async (order) => {
      const answer = await fetch(`${api}/control`, { method: "POST", body: JSON.stringify(order) });
      if (!answer.ok) throw new Error(`the sandbox refuses ${JSON.stringify(order)}: ${await answer.text()}`);
    },
  };
}

/** Writes small documents; returns the SHA-256 of each key, and what a platform would write of it. */
function writeObjects(media, objects) {
  mkdirSync(media);
  const [contents, rows] = [new Map(), new Map()];
  for (let i = 0; i < objects; i++) {
    const [key, text] = [
      `doc${String(i).padStart(5, "0")}.bin`,
      `object ${i} `.padEnd(60 + (i % 97) * 10, "."),
    ];
    writeFileSync(join(media, key), text);
    const [sha256, md5] = ["sha256", "md5"].map((name) => createHash(name).update(text).digest("hex"));
    contents.set(key, sha256);
    rows.set(key, [key, "document", md5, text.length, sha256]);
  }
  return { contents, rows };
}

function configured(folder, sandbox, { bots }) {
  const cwd = join(folder, "cwd");
  mkdirSync(cwd);
  const each = Array.from({ length: bots }, (_, i) => ({
    slug: `bot${i + 1}`,
    token_env: tokenOf(i),
    warmup_chats: sandbox.chats,
  }));
  writeFileSync(join(cwd, "prewarm.config.json"), JSON.stringify({ bots: each }));
  const ids = new Map(each.map(({ slug }, i) => [slug, sandbox.env[tokenOf(i)].split(":")[0]]));
  return { cwd, env: { ...sandbox.env, PREWARM_BOT: "bot1" }, ids };
}

function tokenOf(i) {
  return i === 0 ? "TELEGRAM_BOT_TOKEN" : `TELEGRAM_BOT_TOKEN_${i + 1}`;
}

/** Workers with the same configuration at one database. */
function fleetOf({ cwd, env, ids }, { url }, options) {
  const live = new Map();
  const logs = new Map();
  const ended = [];
  let isOver = false;
  const whole = {
    ...process.env,
    ...env,
    PREWARM_LEDGER: url,
    PREWARM_TEST_FLEET_ON_ANY_NODE: "1",
    PREWARM_PACE: options.pace,
    MEDIA_PREWARM_CONCURRENCY: String(options.concurrency),
    NO_COLOR: "1",
    ...options.env,
  };
  const flags = ["--port", "0", "--list-interval", "1h", "--interval-ms", String(2000 * options.scale)];
  let started = 0;
  const start = (...more) => {
    const id = ++started;
    const args = [BIN, "worker", ...flags, ...options.workerFlags, ...more];
    const child = spawn(options.node, args, { cwd, env: whole, stdio: ["ignore", "pipe", "pipe"] });
    logs.set(id, "");
    const on = (data) => {
      logs.set(id, logs.get(id) + data);
      if (options.verbose) process.stderr.write(`${id}: ${data}`);
    };
    child.stdout.on("data", on);
    child.stderr.on("data", on);
    child.on("exit", (code, signal) => {
      live.delete(id);
      if (signal === "SIGKILL" || code === 143) return;
      const last = logs.get(id).trim().split("\n").at(-1);
      ended.push(`worker ${id} ended ${code ?? signal}: ${last}`);
      // As a service manager does.
      setTimeout(() => !isOver && start(...more), 2_000);
    });
    live.set(id, child);
    return id;
  };
  const stop = async (signal) => {
    isOver = true;
    for (const child of live.values()) child.kill(signal);
    for (let tries = 0; tries < 300 && live.size > 0; tries++) await delay(100);
  };
  return {
    ids,
    live,
    logs,
    /** What was said by those that ended by themselves. */
    ended,
    start: (...more) => {
      isOver = false;
      return start(...more);
    },
    pidOf: (id) => live.get(id)?.pid,
    kill: (id) => live.get(id)?.kill("SIGKILL"),
    stop: () => stop("SIGTERM"),
    killAll: () => stop("SIGKILL"),
    /** Runs a command beside them; returns what it printed. */
    ask: (...args) =>
      new Promise((resolve, reject) => {
        const child = spawn(options.node, [BIN, ...args], {
          cwd,
          env: whole,
          stdio: ["ignore", "pipe", "pipe"],
        });
        let text = "";
        child.stdout.on("data", (data) => {
          text += data;
        });
        child.stderr.on("data", (data) => {
          text += data;
        });
        child.on("exit", (code) =>
          code === 0 ? resolve(text) : reject(new Error(`${args.join(" ")}: ${text}`)),
        );
      }),
  };
}
