import type { Config } from "../config/config.ts";
import { ByteBudget } from "../domain/byte-budget.ts";
import type { TransferMode } from "../domain/choices.ts";
import { type Clock, systemClock } from "../domain/clock.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { Secret } from "../domain/secret.ts";
import { waitingBot } from "../lanes/waiting-bot.ts";
import { Waits } from "../lanes/waits.ts";
import type { Identity, Ledger } from "../ledgers/port.ts";
import { openThreadLedger } from "../ledgers/thread/ledger.ts";
import type { Storage } from "../storage/port.ts";
import { openR2 } from "../storage/r2.ts";
import { loadSdkAhead } from "../storage/sdk-requests.ts";
import { openBot } from "../telegram/client.ts";
import type { Bot } from "../telegram/port.ts";
import { openStickers, type StickerUpload } from "../telegram/stickers.ts";
import type { Transfers } from "../transfers/port.ts";
import { openTransfers } from "../transfers/transfers.ts";
import { openDispatcher } from "./dispatcher.ts";
import { CONNECT_MS, reachable } from "./reach.ts";

/** The parts that reach outside, made of a configuration. The only file that picks implementations. */
export interface Connections {
  readonly clock: Clock;
  readonly storage: Storage;
  /** They obey `waits`. */
  readonly bots: readonly { readonly bot: Bot; readonly chats: readonly string[] }[];
  /** By the slug of the bot that uploads. */
  readonly stickers: ReadonlyMap<string, StickerUpload>;
  readonly waits: Waits;
  /** Bounds what of objects is in memory besides what is being sent. */
  readonly memory: ByteBudget;
  /** Objects of up to so many bytes are in memory as a whole as soon as they are opened. */
  readonly wholeBytes: number;
  close(): Promise<void>;
}

/**
 * Real milliseconds for which an idle connection to Telegram is used again: a server that closes one just as a request
 * goes out may swallow it whole, and nobody knows then whether it was read.
 */
const IDLE_TELEGRAM_MS = 1_000;

/** Connects nothing yet. R2 and Telegram have pools of their own; both obey the proxy variables. */
export function connect(
  config: Config,
  redact: (text: string) => string,
  clock: Clock = systemClock(config.timeScale),
): Connections {
  const r2 = openDispatcher(config.proxy, { connectMs: CONNECT_MS });
  const telegram = openDispatcher(config.proxy, { connectMs: CONNECT_MS, idleMs: IDLE_TELEGRAM_MS });
  const storage = openR2({
    endpoint: config.endpoint,
    bucket: config.bucket,
    accessKeyId: config.accessKeyId.reveal(),
    secretAccessKey: config.secretAccessKey.reveal(),
    dispatcher: r2,
    stallMs: config.stallTimeout,
  });
  const common = {
    dispatcher: telegram,
    clock,
    redact,
    stallMs: config.stallTimeout,
    answerMs: config.answerTimeout,
  };
  const waits = new Waits(clock);
  const callsOf = (token: Secret) => ({
    ...common,
    token: token.reveal(),
    apiRoot: config.apiRoot,
    test: config.testEnvironment,
  });
  const bots = config.bots.map(({ slug, token, chats }) => ({
    chats,
    bot: waitingBot(openBot({ ...callsOf(token), slug }), waits),
  }));
  const stickers = new Map(config.bots.map(({ slug, token }) => [slug, openStickers(callsOf(token))]));
  const close = async () => {
    await storage.close();
    await Promise.all([r2.destroy(), telegram.destroy()]);
  };
  const memory = new ByteBudget(config.readAhead);
  return { clock, storage, bots, stickers, waits, memory, wholeBytes: BUFFERED_BYTES, close };
}

/**
 * Has loaded what a bucket is asked by, which holds up this thread for about 70 ms: for somebody who waits for a ledger and is going to
 * ask the bucket next. What goes wrong is told to whoever asks.
 */
export function loadAhead(): void {
  loadSdkAhead();
}

export interface LedgerWish {
  /** The command that opens it. */
  readonly command: string;
  /** Nothing is kept of what is written to it. */
  readonly onlyPlan: boolean;
  /** With whom it works, where many may write; with anybody by default. */
  readonly company?: "guest" | "alone";
  /** Tells of a ledger that is away. */
  readonly tell?: (level: "warn" | "info", text: string) => void;
  /** Unix milliseconds; the system's without it. */
  readonly now?: () => number;
}

/**
 * The ledger of a configuration, held by this process where that is a file; for a plan a copy that nothing is kept of. Throws
 * LedgerError.
 */
export async function openLedger(config: Config, wish: LedgerWish): Promise<Ledger> {
  const { command, onlyPlan, now } = wish;
  if (isPostgres(config.ledger)) {
    const { openPostgresLedger } = await import("../ledgers/postgres.ts");
    return openPostgresLedger({ ...wish, url: config.ledger });
  }
  const options = { path: config.ledger, command };
  if (onlyPlan) return (await import("../ledgers/sqlite-copy.ts")).openSqliteCopy({ ...options, now });
  if (now) return (await import("../ledgers/sqlite.ts")).openSqliteLedger({ ...options, now });
  return openThreadLedger(options);
}

export function identityOf(config: Config, sandbox: boolean): Identity {
  const { endpoint, bucket, apiRoot, testEnvironment } = config;
  // Ids of the test environment are of another world, which the root of its calls names.
  const root = testEnvironment ? `${apiRoot.replace(/\/+$/, "")}/test` : apiRoot;
  return {
    sandbox,
    bucket: sandbox ? null : { endpoint, name: bucket },
    bots: config.bots.map(({ slug, token }) => ({
      slug,
      // A text that is no token is not to be written down as if it were an id.
      id: /^(\d+):/.exec(token.reveal())?.[1] ?? "",
      apiRoot: sandbox ? "sandbox" : root,
    })),
  };
}

export function transfersOf(
  config: Config,
  storage: Storage,
  mode: TransferMode,
  onUrlClosed: (text: string) => void,
): Transfers {
  return openTransfers({ storage, mode, local: config.apiLocal, urlOpen: reachable(config), onUrlClosed });
}

/** Whether objects are asked for their type before they are read: only what may go by URL is. */
export function asksForTypes(config: Config, mode: TransferMode): boolean {
  return mode === "url" || (mode === "auto" && reachable(config));
}
