const HOW_TO_SET: Readonly<Record<string, string>> = {
  R2_ACCOUNT_ID:
    "Cloudflare dashboard -> R2 -> Overview -> Account ID, then: export R2_ACCOUNT_ID=<32 characters>",
  R2_ENDPOINT:
    "Cloudflare dashboard -> R2 -> Overview -> Account ID, then: export R2_ACCOUNT_ID=<32 characters>, without R2_ENDPOINT",
  R2_BUCKET: "Cloudflare dashboard -> R2 -> Overview -> name of your bucket, then: export R2_BUCKET=<name>",
  R2_ACCESS_KEY_ID:
    "Cloudflare dashboard -> R2 -> Manage API tokens -> Create API token (Object Read only), then: export R2_ACCESS_KEY_ID=<shown there once>",
  R2_SECRET_ACCESS_KEY:
    "Cloudflare dashboard -> R2 -> Manage API tokens -> Create API token (Object Read only), then: export R2_SECRET_ACCESS_KEY=<shown there once>",
  TELEGRAM_BOT_TOKEN:
    "BotFather -> /mybots -> your bot -> API Token (or /newbot), then: export TELEGRAM_BOT_TOKEN=<token>",
  WARMUP_CHAT_ID:
    "Telegram -> New Channel (private) -> Administrators -> Add Admin -> your bot (Post Messages), then: export WARMUP_CHAT_ID=<its id, -100...>",
  HTTPS_PROXY: "export HTTPS_PROXY=http://<host>:<port>",
  HTTP_PROXY: "export HTTP_PROXY=http://<host>:<port>",
};

/** Where a value that a run cannot do without comes from: a click path and the command that sets it. */
export function howToSet(name: string): string {
  return HOW_TO_SET[name] ?? `export ${name}=<value>`;
}

/** What every run needs; R2_ENDPOINT stands in for R2_ACCOUNT_ID. */
export const REQUIRED = [
  "R2_ACCOUNT_ID",
  "R2_BUCKET",
  "R2_ACCESS_KEY_ID",
  "R2_SECRET_ACCESS_KEY",
  "TELEGRAM_BOT_TOKEN",
  "WARMUP_CHAT_ID",
] as const;

/** Fills a folder with what the stand-ins need, without any account. */
export const TRY_IT = "in another terminal, in this folder: prewarm sandbox > .env";
