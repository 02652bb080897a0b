import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { SandboxBot } from "./bot-api/options.ts";
import { type BotApiServer, startBotApiServer } from "./bot-api/server.ts";
import type { FaultRule } from "./fault-rules.ts";
import { faultPlan, r2FaultHook } from "./faults.ts";
import { drawMs, type ProfileName, profileOf, seededRandom } from "./profiles.ts";
import type { R2FaultHook } from "./r2/faults.ts";
import { type R2Server, startR2Server } from "./r2/server.ts";

/** How the stand-ins behave and what they hold. */
export interface SandboxOptions {
  readonly profile: ProfileName;
  readonly timeScale: number;
  readonly faults: readonly FaultRule[];
  /** Folder whose files fill the bucket; their paths within it are the keys. */
  readonly media: string;
  /** Number of warmup channels to create. */
  readonly chats: number;
  /** Number of bots, all in every channel. */
  readonly bots: number;
  readonly r2Port: number;
  readonly botApiPort: number;
  readonly local: boolean;
  readonly seed: number;
}

/** Both stand-ins, running. */
export interface Sandbox {
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
  /** The environment that a client needs; nothing in it is secret outside of this sandbox. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The name of the bucket. */
export const BUCKET = "media";
const ACCESS_KEY_ID = "sandbox-access-key-id";
const SECRET_ACCESS_KEY = "sandbox-secret-access-key";
const FIRST_BOT = 1_000_001;
const FIRST_CHAT = -1_001_000_000_001;

/** Starts both stand-ins on loopback and fills the bucket. Rejects when a port is taken or the folder cannot be read. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { profile, timeScale, faults, seed, local } = options;
  const chats = Array.from({ length: options.chats }, (_, index) => ({
    id: FIRST_CHAT - index,
    type: "channel" as const,
    title: `warmup ${index + 1}`,
  }));
  const bots = Array.from({ length: options.bots }, (_, index) => botOf(index));
  const r2 = await startR2Server({
    port: options.r2Port,
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
    buckets: [BUCKET],
    timeScale,
    faults: r2Faults(options),
  });
  try {
    await fill(r2, options.media);
    const botApi = await startBotApiServer({
      port: options.botApiPort,
      bots,
      chats,
      profile,
      timeScale,
      seed,
      local,
      faults,
      sha256OfKey: (key) => r2.sha256(BUCKET, key),
    });
    const env = {
      R2_ENDPOINT: r2.url,
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: ACCESS_KEY_ID,
      R2_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
      TELEGRAM_API_ROOT: botApi.url,
      ...(local ? { TELEGRAM_API_LOCAL: "1" } : {}),
      ...Object.fromEntries(bots.map(({ token }, index) => [tokenName(index), token])),
      WARMUP_CHAT_ID: chats.map((chat) => chat.id).join(","),
      PREWARM_TIME_SCALE: String(timeScale),
    };
    const close = async () => {
      await Promise.all([r2.close(), botApi.close()]);
    };
    return { r2, botApi, env, close };
  } catch (error) {
    await r2.close();
    throw error;
  }
}

/** The first is the same whether there are others or not, so that a ledger fits both. */
function botOf(index: number): SandboxBot {
  const end = index === 0 ? "" : index + 1;
  return { token: `${FIRST_BOT + index}:sandbox-bot-token${end}`, username: `sandbox_bot${end}` };
}

/** Name of the variable that holds the token of the bot of this place. */
function tokenName(index: number): string {
  return index === 0 ? "TELEGRAM_BOT_TOKEN" : `TELEGRAM_BOT_TOKEN_${index + 1}`;
}

async function fill(r2: R2Server, folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(file.parentPath, file.name);
    r2.put(BUCKET, relative(folder, path).split(sep).join("/"), await readFile(path));
  }
}

/** Combines the download delay of the profile with the faults of the user. */
function r2Faults({ profile, faults, seed, timeScale }: SandboxOptions): R2FaultHook {
  const { downloadLatencyMs } = profileOf(profile);
  const random = seededRandom(seed);
  const started = performance.now();
  const hook = r2FaultHook(faultPlan(faults, "r2", seed), () => (performance.now() - started) * timeScale);
  return (request) => {
    const latencyMs = request.method === "GET" ? drawMs(downloadLatencyMs, random) : 0;
    return { ...(latencyMs > 0 ? { latencyMs } : {}), ...hook(request) };
  };
}
