import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BotApiServer, startBotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { type R2Server, startR2Server } from "../../../src/sandbox/r2/server.ts";
import { BUCKET, HeldBucket, KEY_PAIR } from "../held-bucket.ts";

/** The same secret for all: none of them may be written by a process. */
const TOKENS = (count: number) =>
  Array.from({ length: count }, (_, i) => `${7_000_001 + i}:AAHtortured-bot_secret`);
const CHAT = (nth: number) => -1_001_000_000_001 - nth;

/** A bot as the configuration has it. */
export interface FleetBot {
  readonly slug: string;
  readonly id: string;
  readonly token: string;
  readonly tokenEnv: string;
}

/** A bucket and a Bot API in real time, bots that share some chats, and a folder with their configuration. */
export class FleetEnds {
  readonly dir = mkdtempSync(join(tmpdir(), "prewarm-torture-"));
  readonly bots: readonly FleetBot[];
  readonly chats: readonly string[];
  readonly bucket: HeldBucket;
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
  /** By how much R2's clock is off, in milliseconds. */
  skewMs = 0;

  /** Starts them; Telegram's documented limits hold there. */
  static async open(seed: number, bots: number, chats: number): Promise<FleetEnds> {
    const late: { ends: FleetEnds | null } = { ends: null };
    const r2 = await startR2Server({
      ...KEY_PAIR,
      buckets: [BUCKET],
      now: () => Date.now() + (late.ends?.skewMs ?? 0),
    });
    const ids = Array.from({ length: chats }, (_, nth) => CHAT(nth));
    const botApi = await startBotApiServer({
      bots: TOKENS(bots).map((token, i) => ({ token, username: `tortured_${i + 1}_bot` })),
      chats: ids.map((id) => ({ id, type: "channel", title: `warmup ${-id}` })),
      profile: "documented",
      seed,
    });
    late.ends = new FleetEnds(r2, botApi, TOKENS(bots), ids.map(String));
    return late.ends;
  }

  private constructor(r2: R2Server, botApi: BotApiServer, tokens: string[], chats: string[]) {
    this.r2 = r2;
    this.botApi = botApi;
    this.bucket = new HeldBucket(r2);
    this.chats = chats;
    this.bots = tokens.map((token, i) => ({
      slug: `bot${i + 1}`,
      id: token.split(":")[0] ?? "",
      token,
      tokenEnv: i === 0 ? "TELEGRAM_BOT_TOKEN" : `TELEGRAM_BOT_TOKEN_${i + 1}`,
    }));
    const config = this.bots.map(({ slug, tokenEnv }) => ({
      slug,
      token_env: tokenEnv,
      warmup_chats: this.chats,
    }));
    writeFileSync(join(this.dir, "prewarm.config.json"), JSON.stringify({ bots: config }));
  }

  /** What all processes have in their environment, wherever the far ends are for them. */
  env(): Record<string, string> {
    const tokens = this.bots.map(({ tokenEnv, token }) => [tokenEnv, token] as const);
    return {
      ...Object.fromEntries(tokens),
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      PREWARM_BOT: "bot1",
      WARMUP_CHAT_ID: this.chats.join(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.r2.close(), this.botApi.close()]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
