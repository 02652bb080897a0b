import { type Command, Option, type OptionValues } from "commander";
import { LOG_LEVELS } from "../domain/choices.ts";

export const LEDGER_FLAG = [
  "--ledger <place>",
  "where file_ids are kept (PREWARM_LEDGER; sqlite:prewarm.db)",
] as const;

/** Other files than the `.env` and the prewarm.config.json of the working directory. */
export const ENV_FILE_FLAG = ["--env-file <file>", "variables from this file instead of .env"] as const;
export const CONFIG_FILE_FLAG = [
  "--config <file>",
  "settings and bots from this file instead of prewarm.config.json",
] as const;

export const SANDBOX_LEDGER_FLAG = [
  "--sandbox",
  "the ledger of `prewarm run --sandbox`, prewarm-sandbox.db",
] as const;

/** Flags of the configuration table; each has an environment variable, and none takes a secret. */
export function addConfigFlags(command: Command) {
  return command
    .optionsGroup("Configuration (flag > environment > .env > prewarm.config.json > default):")
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option("--endpoint <url>", "S3 endpoint of R2 (R2_ENDPOINT, or R2_ACCOUNT_ID)")
    .option("--bucket <name>", "R2 bucket (R2_BUCKET)")
    .option("--api-root <url>", "Bot API server (TELEGRAM_API_ROOT; https://api.telegram.org)")
    .option(
      "--api-local",
      "that server is your own, in local mode: 2000 MB instead of 50 (TELEGRAM_API_LOCAL=1)",
    )
    .option("--test-environment", "Telegram's own, with accounts and bots apart (TELEGRAM_TEST=1)")
    .option(
      "--chat <id>",
      "warmup chat; repeatable, each adds a lane (WARMUP_CHAT_ID, comma-separated)",
      collect,
    )
    .option(
      "--bot <slug>",
      "name of the bot in the ledger, or which bots of prewarm.config.json (PREWARM_BOT; default)",
      collect,
    )
    .option("-c, --concurrency <n>", "sends at once (MEDIA_PREWARM_CONCURRENCY; 5)")
    .option("--max-queue <n>", "objects read ahead; 0 lists everything first (MEDIA_PREWARM_MAX_QUEUE; 500)")
    .option("--retry-weak-id", "warm objects with a weak id again (MEDIA_PREWARM_RETRY_WEAK_ID=1)")
    .option(...LEDGER_FLAG)
    .option("--pace <pace>", "adaptive, documented, or N/min a chat (PREWARM_PACE; adaptive)")
    .option("--bot-pace <pace>", "N/s over all chats of a bot, or none (PREWARM_BOT_PACE; 30/s)")
    .option(
      "--pack <packs>",
      "several media in one message: auto (where it is proved), off, or at most so many (PREWARM_PACK; auto)",
    )
    .option(
      "--answer-timeout <time>",
      "how long to wait for an answer once an upload is complete (PREWARM_ANSWER_TIMEOUT; 5m)",
    )
    .option(
      "--stall-timeout <time>",
      "give up on an upload or download that makes no progress for this long (PREWARM_STALL_TIMEOUT; 60s)",
    )
    .option(
      "--read-ahead <size>",
      "memory for objects that are read while others are sent; 0 reads each when its turn has come (PREWARM_READ_AHEAD; 64MiB)",
    )
    .option("--tag", "give each warmup message a caption of ten letters to find it by (PREWARM_TAG; 1)")
    .option("--no-tag", "send warmup messages without a caption: what was lost cannot be looked for")
    .option(
      "--look-after <time>",
      "how long after a call whose answer was lost its message may still appear (PREWARM_LOOK_AFTER; 10m)",
    );
}

/** Flags of the configuration that only a worker reads. */
export function addWorkerConfigFlags(command: Command) {
  return command
    .optionsGroup("Worker:")
    .option("--interval-ms <n>", "how often to look for work in the ledger (MEDIA_PREWARM_INTERVAL_MS; 2000)")
    .option("--list-interval <time>", "how often the bucket is listed (PREWARM_LIST_INTERVAL; 5m)")
    .option("--drain <time>", "how long calls under way may take after a signal (PREWARM_DRAIN; 30s)")
    .option("--port <n>", "port of the admin API, metrics and status page; 0 picks a free one (PORT; 3000)")
    .option(
      "--host <address>",
      "the address they listen on; other machines need ADMIN_API_TOKEN (PREWARM_HOST; 127.0.0.1)",
    )
    .addOption(choice("--log-level <level>", "what is logged (PREWARM_LOG_LEVEL; info)", LOG_LEVELS));
}

/**
 * Adds to a command what `add` declares for one without flags. commander declares in place, so only the type changes: a generic
 * `add` would make its inferred type, which is written into the declarations, grow without bound.
 */
export function withFlags<F extends OptionValues, M extends OptionValues>(
  command: Command<[], F>,
  add: (command: Command) => Command<[], M>,
): Command<[], F & M> {
  return add(command as unknown as Command) as unknown as Command<[], F & M>;
}

/** Takes a repeatable flag's values together. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** An option with a closed set of values, without a default of commander's. */
export function choice<const F extends string, const V extends readonly string[]>(
  flags: F,
  description: string,
  values: V,
) {
  return new Option(flags, description).choices(values);
}
