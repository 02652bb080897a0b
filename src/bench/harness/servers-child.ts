import { type BotApiServer, startBotApiServer } from "../../sandbox/bot-api/server.ts";
import { drawMs, type MsRange } from "../../sandbox/profiles.ts";
import { type R2Server, startR2Server } from "../../sandbox/r2/server.ts";
import { EVEN, evenNumbers } from "./even.ts";
import { keysBelow } from "./keys.ts";
import { serve } from "./serve.ts";

/** Times in milliseconds of the simulated clock. */
export interface ServersSettings {
  readonly timeScale: number;
  readonly downloadMs: MsRange | null;
  readonly uploadMs: MsRange | null;
  readonly chats: number;
  /** As a Bot API server in local mode: up to 2000 MB. */
  readonly local: boolean;
}

/** Made-up objects, keys as {@link keysBelow} has them, of `bytes`, `bytes + 1`, ... bytes: no two have the same content. */
export interface Objects {
  readonly prefix: string;
  readonly count: number;
  readonly bytes: number;
}

const BUCKET = "media";
const KEY_PAIR = { accessKeyId: "bench-access-key-id", secretAccessKey: "bench-secret-access-key" };
const TOKEN = "1000001:bench-bot-token";
const FIRST_CHAT = -1_001_000_000_001;

/** What the process of the servers can be asked. */
export interface ServersHandlers extends Record<string, (input: never) => unknown> {
  /** Starts R2 and the Bot API on loopback; answers what a client has to set. */
  start(settings: ServersSettings): Promise<Record<string, string>>;
  put(objects: Objects): void;
  /** Latencies begin anew, what goes wrong is gone, and what was posted is forgotten. */
  reset(): void;
  /** Rules of what goes wrong on the Bot API, as in `/sandbox/control`. */
  faults(rules: readonly unknown[]): void;
  /** Messages posted since the last reset. */
  posted(): number;
  /** CPU of this process so far, in microseconds. */
  cpu(): number;
}

interface Running {
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
}

function servers(): { handlers: ServersHandlers; end: () => Promise<void> } {
  const download = evenNumbers(EVEN.download);
  const upload = evenNumbers(EVEN.upload);
  let running: Running | null = null;
  const now = (): Running => {
    if (running === null) throw new Error("the servers were not started");
    return running;
  };
  const end = async () => {
    await Promise.all([running?.r2.close(), running?.botApi.close()]);
  };
  const handlers: ServersHandlers = {
    start: async ({ timeScale, downloadMs, uploadMs, chats, local }) => {
      const channels = Array.from({ length: chats }, (_, n) => ({
        id: FIRST_CHAT - n,
        type: "channel" as const,
        title: `warmup ${n + 1}`,
      }));
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
        chats: channels,
        random: upload.next,
        uploadLatencyMs: uploadMs,
        bots: [{ token: TOKEN, username: "bench_bot" }],
      });
      running = { r2, botApi };
      return environment(r2.url, botApi.url, channels, { timeScale, local });
    },
    put: ({ prefix, count, bytes }) => {
      for (const [n, key] of keysBelow(prefix, count).entries())
        now().r2.put(BUCKET, key, { bytes: bytes + n });
    },
    reset: () => {
      download.restart();
      upload.restart();
      now().botApi.control({ reset: true });
    },
    faults: (rules) => now().botApi.control({ faults: rules }),
    posted: () => now().botApi.truth().length,
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
  };
  return { handlers, end };
}

function environment(
  r2Url: string,
  apiRoot: string,
  chats: readonly { readonly id: number }[],
  { timeScale, local }: { readonly timeScale: number; readonly local: boolean },
): Record<string, string> {
  return {
    R2_ENDPOINT: r2Url,
    R2_BUCKET: BUCKET,
    R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
    R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
    TELEGRAM_API_ROOT: apiRoot,
    TELEGRAM_BOT_TOKEN: TOKEN,
    WARMUP_CHAT_ID: chats.map(({ id }) => id).join(","),
    PREWARM_TIME_SCALE: String(timeScale),
    ...(local ? { TELEGRAM_API_LOCAL: "1" } : {}),
  };
}

if (process.send) {
  const { handlers, end } = servers();
  serve(handlers, end);
}
