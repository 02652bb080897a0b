/**
 * How late is the event loop of a run whose disk takes 20 ms for a sync? Runs the built bin against the stand-ins, with and without
 * such a disk, by a library that is preloaded; Linux with a C compiler only, and not part of `npm test`:
 *
 *     npm run build && node test/soak/slow-disk.mjs [objects, 600 without it]
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { startSandbox } from "../../dist/sandbox/sandbox.js";
import { leavingNothing } from "./leaving-nothing.mjs";

const OBJECTS = Number(process.argv[2] ?? 600);
if (!Number.isInteger(OBJECTS) || OBJECTS < 1) {
  console.error(`objects: "${process.argv[2]}" is no whole number from 1; npm run soak:disk -- 600`);
  process.exit(2);
}
const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));
const LIBRARY = fileURLToPath(new URL("slow-disk.c", import.meta.url));
const DELAY = new URL("loop-delay.mjs", import.meta.url).href;
const BYTES = 65_536;
const SYNCS_MS = ["0", "20"];
const CONCURRENCIES = ["5", "20"];

let [dir, library, ends] = [];
await leavingNothing("prewarm-slow-disk", async (folder, its) => {
  [dir, library, ends] = [folder, join(folder, "slow-disk.so"), its];
  execFileSync(process.env.CC ?? "cc", ["-shared", "-fPIC", "-O2", "-o", library, LIBRARY]);
  const sandbox = await filled();
  for (const syncMs of SYNCS_MS)
    for (const concurrency of CONCURRENCIES)
      process.stdout.write(
        `sync ${syncMs} ms, concurrency ${concurrency}: ${await run(sandbox.env, syncMs, concurrency)}\n`,
      );
  return 0;
});

async function filled() {
  const none = { r2Port: 0, botApiPort: 0, local: false, faults: [], media: dir, seed: 1 };
  const sandbox = await startSandbox({ ...none, profile: "instant", timeScale: 1, chats: 1, bots: 1 });
  ends.push(() => sandbox.close());
  for (let at = 0; at < OBJECTS; at++)
    sandbox.r2.put("media", `slow/${at}.bin`, Buffer.alloc(BYTES, `${at}`));
  return sandbox;
}

async function run(env, syncMs, concurrency) {
  const cwd = mkdtempSync(join(dir, "run-"));
  const flags = ["--transfer", "upload", "--quiet", "--pace", "6000000/min", "-c", concurrency];
  const child = spawn(process.execPath, ["--import", DELAY, BIN, "run", "--prefix", "slow/", ...flags], {
    cwd,
    env: { PATH: process.env.PATH, ...env, LD_PRELOAD: library, PREWARM_SYNC_MS: syncMs },
    stdio: ["ignore", "ignore", "pipe"],
  });
  ends.push(() => child.kill("SIGKILL"));
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return `${said.trim().split("\n").at(-1)} (exit code ${code})`;
}
