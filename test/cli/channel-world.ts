import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { onTestFinished } from "vitest";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import type { CallRow } from "../../src/sandbox/bot-api/call-log.ts";
import type { ControlOrder } from "../../src/sandbox/bot-api/control-schema.ts";
import type { TruthRow } from "../../src/sandbox/bot-api/truth.ts";
import { BIN, type Ended, start } from "../helpers/child.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";

/** One channel with the limits that are documented, and a bucket of photos: `prewarm sandbox` as a process of its own. */
export interface Channel {
  /** The environment that the sandbox printed. */
  readonly env: Readonly<Record<string, string>>;
  /** `prewarm run --json --pace documented <args>`, by a ledger of this name. */
  run(ledger: string, ...args: string[]): Promise<Ended>;
  /** Writes into that ledger what a probe would have. */
  prove(ledger: string, proofs: Readonly<Record<string, string>>): Promise<void>;
  control(order: ControlOrder): Promise<void>;
  truth(): Promise<TruthRow[]>;
  /** Calls of methods that post, edit or delete: what a lane makes. */
  calls(): Promise<CallRow[]>;
  /** Key of the photo with this content. */
  keyOf(sha256: string | null): string | undefined;
  /** How many of these ids the method for photos takes in that channel, with its limit lifted. */
  served(ids: readonly string[]): Promise<number>;
}

/** Milliseconds; a machine is never so slow. */
const PATIENCE_MS = 60_000;

export async function openChannel(photos: number, timeScale: number): Promise<Channel> {
  const dir = mkdtempSync(join(tmpdir(), "prewarm-channel-"));
  const keys = fill(join(dir, "media"), photos);
  const args = [
    "--profile",
    "documented",
    "--chats",
    "1",
    "--media",
    "media",
    "--port",
    "0",
    "--r2-port",
    "0",
  ];
  const command = [process.execPath, BIN, "sandbox", ...args, "--time-scale", String(timeScale)];
  const sandbox = start(command, { cwd: dir, env: {} });
  onTestFinished(async () => {
    sandbox.signal("SIGTERM");
    await sandbox.ended;
    rmSync(dir, { recursive: true, force: true });
  });
  const env = await environmentOf(sandbox.shown);
  const root = env.TELEGRAM_API_ROOT ?? "";
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(root + path, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.json() as Promise<{ ok: boolean; parameters?: { retry_after?: number } }>;
  };
  const control: Channel["control"] = async (order) => {
    if (!(await post("/sandbox/control", order)).ok) throw new Error(`refused: ${JSON.stringify(order)}`);
  };
  const serves = async (id: string): Promise<boolean> => {
    const asked = { chat_id: env.WARMUP_CHAT_ID, photo: id };
    const answer = await post(`/bot${env.TELEGRAM_BOT_TOKEN}/sendPhoto`, asked);
    const wait = answer.parameters?.retry_after;
    if (wait === undefined) return answer.ok;
    await delay((wait * 1_000) / timeScale);
    return serves(id);
  };
  return {
    env,
    control,
    run: (ledger, ...more) =>
      start([process.execPath, BIN, "run", "--json", "--pace", "documented", ...more], {
        cwd: dir,
        env: { ...env, PREWARM_LEDGER: `sqlite:${join(dir, ledger)}` },
      }).ended,
    prove: async (ledger, proofs) => {
      const opened = await openSqliteLedger({ path: join(dir, ledger), command: "prewarm probe" });
      for (const [what, result] of Object.entries(proofs))
        await opened.keepProof({
          bot: "default",
          scope: "channel",
          what,
          result,
          evidence: {},
          at: Date.now(),
        });
      await opened.close();
    },
    truth: async () => (await fetch(`${root}/sandbox/truth`)).json() as Promise<TruthRow[]>,
    calls: async () => {
      const all = (await (await fetch(`${root}/sandbox/calls`)).json()) as CallRow[];
      return all.filter(({ method }) => /^(send|edit|delete|forward)/.test(method));
    },
    keyOf: (sha256) => keys.get(sha256 ?? ""),
    served: async (ids) => {
      await control({ chat: { id: env.WARMUP_CHAT_ID ?? "", unlimited: true } });
      const limit = pLimit(16);
      const served = await Promise.all(ids.map((id) => limit(() => serves(id))));
      return served.filter(Boolean).length;
    },
  };
}

/** Writes so many photos, no two alike; returns their keys by their hashes. */
function fill(folder: string, photos: number): Map<string, string> {
  const keys = new Map<string, string>();
  mkdirSync(folder);
  for (let nth = 0; nth < photos; nth += 1) {
    const photo = png(100 + (nth % 900), 100 + Math.floor(nth / 900));
    const key = `${String(nth).padStart(5, "0")}.png`;
    writeFileSync(join(folder, key), photo);
    keys.set(createHash("sha256").update(photo).digest("hex"), key);
  }
  return keys;
}

async function environmentOf(shown: () => string): Promise<Record<string, string>> {
  const end = performance.now() + PATIENCE_MS;
  while (!shown().includes("PREWARM_TIME_SCALE=")) {
    if (performance.now() > end) throw new Error(`the sandbox printed only ${shown()}`);
    await delay(20);
  }
  const lines = [...shown().matchAll(/^(?:export )?(\w+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value.replace(/^'|'$/g, "")]));
}

/** Media a minute of the sandbox's clock, from the first to the last that was posted. */
export function perMinute(posted: readonly TruthRow[]): number {
  const at = posted.map((row) => row.at);
  return ((posted.length - 1) * 60_000) / (Math.max(...at) - Math.min(...at));
}
