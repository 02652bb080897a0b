import { LOG_LEVELS } from "../domain/choices.ts";
import { BadValue } from "./bad-value.ts";
import { chatList } from "./chat-id.ts";
import {
  botPace,
  byteSize,
  duration,
  hostName,
  oneOf,
  onOff,
  pace,
  packRule,
  someTime,
  wholeNumber,
} from "./parse.ts";
import {
  accountEndpoint,
  apiRootUrl,
  bucketName,
  endpointUrl,
  ledgerFile,
  postgresPlace,
  proxyUrl,
  slug,
} from "./places.ts";

/** One setting: where it may come from, how it is read, what it is without. */
export interface Setting<T> {
  /** Environment variables, the first that is set rules. */
  readonly env: readonly string[];
  /** Long flag without dashes. */
  readonly flag?: string;
  /** Name in prewarm.config.json. */
  readonly file?: string;
  readonly parse: (text: string) => T;
  /** As it would be written. */
  readonly fallback?: string;
  /** Only `prewarm worker` reads it: platforms set PORT to what they like. */
  readonly worker?: true;
}

function setting<T>(given: Setting<T>): Setting<T> {
  return given;
}

/** Every setting of the configuration table but bots and secrets. */
export const SETTINGS = {
  endpoint: setting({ env: ["R2_ENDPOINT"], flag: "endpoint", file: "endpoint", parse: endpointUrl }),
  accountId: setting({ env: ["R2_ACCOUNT_ID"], file: "account_id", parse: accountEndpoint }),
  bucket: setting({ env: ["R2_BUCKET"], flag: "bucket", file: "bucket", parse: bucketName }),
  apiRoot: setting({
    env: ["TELEGRAM_API_ROOT"],
    flag: "api-root",
    file: "api_root",
    parse: apiRootUrl,
    fallback: "https://api.telegram.org",
  }),
  apiLocal: setting({
    env: ["TELEGRAM_API_LOCAL"],
    flag: "api-local",
    file: "api_local",
    parse: onOff,
    fallback: "0",
  }),
  testEnvironment: setting({
    env: ["TELEGRAM_TEST"],
    flag: "test-environment",
    file: "test_environment",
    parse: onOff,
    fallback: "0",
  }),
  concurrency: setting({
    env: ["MEDIA_PREWARM_CONCURRENCY"],
    flag: "concurrency",
    file: "concurrency",
    parse: wholeNumber(1, 1_000),
    fallback: "5",
  }),
  maxQueue: setting({
    env: ["MEDIA_PREWARM_MAX_QUEUE"],
    flag: "max-queue",
    file: "max_queue",
    parse: wholeNumber(0),
    fallback: "500",
  }),
  retryWeakId: setting({
    env: ["MEDIA_PREWARM_RETRY_WEAK_ID"],
    flag: "retry-weak-id",
    file: "retry_weak_id",
    parse: onOff,
    fallback: "0",
  }),
  ledger: setting({
    env: ["PREWARM_LEDGER"],
    flag: "ledger",
    file: "ledger",
    parse: (text) => ledgerFile(text),
    fallback: "sqlite:prewarm.db",
  }),
  pace: setting({ env: ["PREWARM_PACE"], flag: "pace", file: "pace", parse: pace, fallback: "adaptive" }),
  botPace: setting({
    env: ["PREWARM_BOT_PACE"],
    flag: "bot-pace",
    file: "bot_pace",
    parse: botPace,
    fallback: "30/s",
  }),
  pack: setting({ env: ["PREWARM_PACK"], flag: "pack", file: "pack", parse: packRule, fallback: "auto" }),
  answerTimeout: setting({
    env: ["PREWARM_ANSWER_TIMEOUT"],
    flag: "answer-timeout",
    file: "answer_timeout",
    parse: someTime,
    fallback: "5m",
  }),
  stallTimeout: setting({
    env: ["PREWARM_STALL_TIMEOUT"],
    flag: "stall-timeout",
    file: "stall_timeout",
    parse: someTime,
    fallback: "60s",
  }),
  readAhead: setting({
    env: ["PREWARM_READ_AHEAD"],
    flag: "read-ahead",
    file: "read_ahead",
    parse: byteSize,
    fallback: "64MiB",
  }),
  tag: setting({ env: ["PREWARM_TAG"], flag: "tag", file: "tag", parse: onOff, fallback: "1" }),
  lookAfter: setting({
    env: ["PREWARM_LOOK_AFTER"],
    flag: "look-after",
    file: "look_after",
    parse: duration,
    fallback: "10m",
  }),
  intervalMs: setting({
    env: ["MEDIA_PREWARM_INTERVAL_MS"],
    flag: "interval-ms",
    file: "interval_ms",
    parse: wholeNumber(1),
    fallback: "2000",
    worker: true,
  }),
  listInterval: setting({
    env: ["PREWARM_LIST_INTERVAL"],
    flag: "list-interval",
    file: "list_interval",
    parse: someTime,
    fallback: "5m",
    worker: true,
  }),
  drain: setting({
    env: ["PREWARM_DRAIN"],
    flag: "drain",
    file: "drain",
    parse: duration,
    fallback: "30s",
    worker: true,
  }),
  port: setting({
    env: ["PORT"],
    flag: "port",
    file: "port",
    parse: wholeNumber(0, 65_535),
    fallback: "3000",
    worker: true,
  }),
  host: setting({
    env: ["PREWARM_HOST"],
    flag: "host",
    file: "host",
    parse: hostName,
    fallback: "127.0.0.1",
    worker: true,
  }),
  listenUrl: setting({
    env: ["PREWARM_LISTEN_URL"],
    file: "listen_url",
    parse: postgresPlace,
    worker: true,
  }),
  logLevel: setting({
    env: ["PREWARM_LOG_LEVEL"],
    flag: "log-level",
    file: "log_level",
    parse: oneOf(...LOG_LEVELS),
    fallback: "info",
    worker: true,
  }),
  timeScale: setting({ env: ["PREWARM_TIME_SCALE"], parse: timeScale, fallback: "1" }),
  bot: setting({ env: ["PREWARM_BOT"], parse: slug }),
  chats: setting({ env: ["WARMUP_CHAT_ID"], flag: "chat", parse: chatList }),
  httpsProxy: setting({ env: ["HTTPS_PROXY", "https_proxy"], parse: proxyUrl }),
  httpProxy: setting({ env: ["HTTP_PROXY", "http_proxy"], parse: proxyUrl }),
  noProxy: setting({ env: ["NO_PROXY", "no_proxy"], parse: String }),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Secrets come from the environment, from `.env`, or from a file named by `<NAME>_FILE`; never from a flag. */
export const SECRETS = [
  "R2_ACCESS_KEY_ID",
  "R2_SECRET_ACCESS_KEY",
  "TELEGRAM_BOT_TOKEN",
  "ADMIN_API_TOKEN",
  "LOOKUP_TOKEN",
] as const;

/** The secrets that only `prewarm worker` reads: for all of its admin API, and for lookups and reports alone. */
export const [ADMIN_TOKEN, LOOKUP_TOKEN] = [
  "ADMIN_API_TOKEN",
  "LOOKUP_TOKEN",
] as const satisfies readonly (typeof SECRETS)[number][];

function timeScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1_000)) throw new BadValue("a number above 0, at most 1000");
  return scale;
}
