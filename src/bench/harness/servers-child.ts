import { type BotApiServer, startBotApiServer } from "../../sandbox/bot-api/server.ts";
import { drawMs, type MsRange } from "../../sandbox/profiles.ts";
import { type R2Server, startR2Server } from "../../sandbox/r2/server.ts";
import { EVEN, evenNumbers } from "./even.ts";
import { serve } from "./serve.ts";
import { keysBelow } from "./servers.ts";

/** Times in milliseconds of the simulated clock. */
export interface ServersSettings {
  /** 1 without it. */
  readonly timeScale: number;
  /** None without it. */
  readonly downloadMs: MsRange | null;
  /** None without it. */
  readonly uploadMs: MsRange | null;
  /** A Bot API server of one's own in local mode, which takes 2000 MB; not without it. */
  readonly local: boolean;
}

/** Made-up objects, keys as {@link keysBelow} has them, of `bytes`, `bytes + 1`, ... bytes: no two have the same content. */
export interface Objects {
  readonly prefix: string;
  readonly count: number;
  readonly bytes: number;
}

/** What the process of the servers can be asked. */
export type ServersHandlers = {
  /** Starts R2 and the Bot API on loopback; returns what a client has to set. */
  start(settings: Partial<ServersSettings>): Promise<Record<string, string>>;
  put(objects: Objects): void;
  /** Latencies begin anew, and what was posted is forgotten. */
  reset(): void;
  /** Media that were posted, and in how many messages. */
  posted(): { readonly media: number; readonly messages: number };
  /** CPU of this process so far, in microseconds. */
  cpu(): number;
};

const BUCKET = "media";
const KEY_PAIR = { accessKeyId: "bench-access-key-id", secretAccessKey: "bench-secret-access-key" };
const TOKEN = "1000001:bench-bot-token";
const CHATS = Array.from({ length: 8 }, (_, n) => ({
  id: -1_001_000_000_001 - n,
  type: "channel" as const,
  title: `warmup ${n + 1}`,
}));

const download = evenNumbers(EVEN.download);
const upload = evenNumbers(EVEN.upload);
let running: { readonly r2: R2Server; readonly botApi: BotApiServer } | null = null;

function servers(): NonNullable<typeof running> {
  if (running === null) throw new Error("the servers were not started");
  return running;
}

async function start(settings: Partial<ServersSettings>): Promise<Record<string, string>> {
  const { timeScale = 1, downloadMs = null, uploadMs = null, local = false } = settings;
  const r2 = await startR2Server({
    ...KEY_PAIR,
    buckets: [BUCKET],
    timeScale,
    // A listing has no key, and is not what is compared.
    faults: ({ method, key }) =>
      method === "GET" && key !== null ? { latencyMs: drawMs(downloadMs, download.next) } : undefined,
  });
  const botApi = await startBotApiServer({
    timeScale,
    local,
    chats: CHATS,
    random: upload.next,
    uploadLatencyMs: uploadMs,
    bots: [{ token: TOKEN, username: "bench_bot" }],
  });
  running = { r2, botApi };
  return {
    R2_ENDPOINT: r2.url,
    R2_BUCKET: BUCKET,
    R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
    R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
    TELEGRAM_API_ROOT: botApi.url,
    TELEGRAM_BOT_TOKEN: TOKEN,
    WARMUP_CHAT_ID: CHATS.map(({ id }) => id).join(","),
    PREWARM_TIME_SCALE: String(timeScale),
    TELEGRAM_API_LOCAL: local ? "1" : "0",
  };
}

const HANDLERS: ServersHandlers = {
  start,
  put: ({ prefix, count, bytes }) => {
    for (const [n, key] of keysBelow(prefix, count).entries())
      servers().r2.put(BUCKET, key, { bytes: bytes + n });
  },
  reset: () => {
    download.restart();
    upload.restart();
    servers().botApi.control({ reset: true });
  },
  posted: () => {
    const truth = servers().botApi.truth();
    const messages = new Set(truth.map(({ chat_id, message_id }) => `${chat_id} ${message_id}`));
    return { media: truth.length, messages: messages.size };
  },
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

serve(HANDLERS, async () => {
  await Promise.all([running?.r2.close(), running?.botApi.close()]);
});
