import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import type { R2FaultRequest } from "../../src/sandbox/r2/faults.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { BUCKET, contentOf, HeldBucket, KEY_PAIR } from "./held-bucket.ts";
import type { BucketChange, RoundPlan } from "./plan.ts";
import { WireProxy } from "./wire-proxy.ts";

/** Simulated seconds in a second. */
export const TIME_SCALE = 10;
/** How long a lost call is left alone before it is looked for, in milliseconds of the sandbox. */
export const LOOK_AFTER_MS = 30_000;

const TOKEN = "7000001:AAHtortured-bot_secret";
/** Of channels, as Telegram counts them. */
const CHATS = [-1_001_000_000_001, -1_001_000_000_002];
/** The sandbox gives up a URL long before a lost call is looked for. */
const FETCH_MS = 1_500;

/** None of these may be written by a process. */
export const SECRETS: readonly string[] = [
  TOKEN.split(":")[1] ?? "",
  ...Object.values(KEY_PAIR).flatMap((secret) => [secret, encodeURIComponent(secret)]),
  "X-Amz-Signature",
];

/** A bucket and a Bot API, each behind a proxy of its own, and a folder to run in. */
export class FarEnds {
  readonly dir = mkdtempSync(join(tmpdir(), "prewarm-torture-"));
  readonly bucket: HeldBucket;
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
  readonly proxies: { readonly r2: WireProxy; readonly botApi: WireProxy };
  /** By how much R2's clock is off, in milliseconds. */
  skewMs = 0;
  readonly changed: string[] = [];
  #reads = 0;
  #changes: readonly BucketChange[];

  static async open(plan: RoundPlan, signal: (name: NodeJS.Signals, ms: number) => void): Promise<FarEnds> {
    const late: { ends: FarEnds | null } = { ends: null };
    const r2 = await startR2Server({
      ...KEY_PAIR,
      buckets: [BUCKET],
      now: () => Date.now() + (late.ends?.skewMs ?? 0),
      faults: (request) => late.ends?.meddle(request),
    });
    const botApi = await startBotApiServer({
      bots: [{ token: TOKEN, username: "tortured_bot" }],
      chats: CHATS.map((id) => ({ id, type: "channel", title: `warmup ${-id}` })),
      timeScale: TIME_SCALE,
      seed: plan.seed,
      fetchTimeoutMs: FETCH_MS,
    });
    const proxyOf = (link: "r2" | "bot-api", url: string) =>
      new WireProxy({
        link,
        target: Number(new URL(url).port),
        faults: plan.wire.filter((fault) => fault.link === link),
        signal,
      });
    const proxies = { r2: proxyOf("r2", r2.url), botApi: proxyOf("bot-api", botApi.url) };
    await Promise.all([proxies.r2.open(), proxies.botApi.open()]);
    late.ends = new FarEnds(r2, botApi, proxies, plan.changes);
    late.ends.#fill(plan);
    return late.ends;
  }

  private constructor(
    r2: R2Server,
    botApi: BotApiServer,
    proxies: FarEnds["proxies"],
    changes: readonly BucketChange[],
  ) {
    this.bucket = new HeldBucket(r2);
    this.r2 = r2;
    this.botApi = botApi;
    this.proxies = proxies;
    this.#changes = changes;
  }

  /** The environment of a process. */
  env(plan: RoundPlan, ledger: string): Record<string, string> {
    return {
      R2_ENDPOINT: `http://localhost:${this.proxies.r2.port}`,
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      TELEGRAM_API_ROOT: `http://localhost:${this.proxies.botApi.port}`,
      TELEGRAM_BOT_TOKEN: TOKEN,
      WARMUP_CHAT_ID: CHATS.join(),
      PREWARM_PACE: "60000/min",
      PREWARM_BOT_PACE: "none",
      PREWARM_PACK: plan.pack ? "4" : "off",
      PREWARM_TIME_SCALE: String(TIME_SCALE),
      PREWARM_STALL_TIMEOUT: "1s",
      PREWARM_ANSWER_TIMEOUT: "2s",
      PREWARM_LOOK_AFTER: `${LOOK_AFTER_MS}ms`,
      PREWARM_LEDGER: ledger,
    };
  }

  /** No name is found by processes that look for this file. */
  get noNames(): string {
    return join(this.dir, "no-names");
  }

  /** Ends all trouble: what hangs is cut, the clock is right, names are found. */
  calm(): void {
    this.skewMs = 0;
    this.#changes = [];
    rmSync(this.noNames, { force: true });
    this.proxies.r2.calm();
    this.proxies.botApi.calm();
  }

  /** Names are found no more, also by connections that are there. */
  loseNames(): void {
    writeFileSync(this.noNames, "");
    this.proxies.r2.cutAll();
    this.proxies.botApi.cutAll();
  }

  async close(): Promise<void> {
    await Promise.all([this.proxies.r2.close(), this.proxies.botApi.close()]);
    await Promise.all([this.r2.close(), this.botApi.close()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Changes an object just before it is read. */
  meddle({ method, key }: R2FaultRequest): undefined {
    if (method !== "GET" || key === null) return;
    this.#reads += 1;
    for (const { what, nth } of this.#changes) if (nth === this.#reads) this.#change(what, key);
  }

  #change(what: BucketChange["what"], key: string): void {
    this.changed.push(what);
    if (what === "delete") {
      this.bucket.delete(key);
      return;
    }
    const more = what === "grow" ? 500 : 0;
    this.bucket.put(key, contentOf(key, `${what} ${this.#reads} `, 100 + more));
  }

  #fill({ documents, photos, largeBytes }: RoundPlan): void {
    for (let i = 0; i < documents; i++)
      this.bucket.put(`doc/${i}.pdf`, contentOf(`doc/${i}.pdf`, "", 60 + i * 37));
    for (let i = 0; i < photos; i++) this.bucket.put(`pic/${i}.png`, contentOf(`pic/${i}.png`, "", 120 + i));
    // One content under two keys, and one that is streamed.
    this.bucket.put("doc/same.pdf", contentOf("doc/0.pdf", "", 60));
    this.bucket.put("large.pdf", Buffer.alloc(largeBytes, `${largeBytes} `));
  }
}
