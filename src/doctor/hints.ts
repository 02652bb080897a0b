import type { Inspection } from "../config/inspect.ts";
import { settingStep, type ValuePlace } from "./report.ts";

const R2_TOKEN = "Cloudflare dashboard -> R2 -> Manage API tokens -> Create API token (Object Read only)";
const ACCOUNT = "Cloudflare dashboard -> R2 -> Overview -> Account ID";

/** Where a value comes from, and what it looks like. */
const SOURCES: Readonly<Record<string, readonly [path: string, form: string]>> = {
  R2_ACCOUNT_ID: [ACCOUNT, "<32 characters>"],
  R2_ENDPOINT: [ACCOUNT, "https://<32 characters>.r2.cloudflarestorage.com"],
  R2_BUCKET: ["Cloudflare dashboard -> R2 -> Overview -> name of your bucket", "<name>"],
  R2_ACCESS_KEY_ID: [R2_TOKEN, "<shown there once>"],
  R2_SECRET_ACCESS_KEY: [R2_TOKEN, "<shown there once>"],
  WARMUP_CHAT_ID: [
    "Telegram -> New Channel (private) -> Administrators -> Add Admin -> your bot (Post Messages)",
    "<its id, -100...>",
  ],
};
const BOT_TOKEN = ["BotFather -> /mybots -> your bot -> API Token (or /newbot)", "<token>"] as const;
const FORMS: Readonly<Record<string, string>> = {
  HTTPS_PROXY: "http://<host>:<port>",
  HTTP_PROXY: "http://<host>:<port>",
};

/**
 * Where a value that a run cannot do without comes from, and how it is set where it stands: a click path and a command, or a line of
 * `.env`. Any other name of a token is that of a bot of prewarm.config.json.
 */
export function howToSet(name: string, place: ValuePlace = { origin: undefined }): string {
  const [path, form] = SOURCES[name] ?? (/(?<!^ADMIN_API_|^LOOKUP_)TOKEN$/.test(name) ? BOT_TOKEN : []);
  const step = settingStep(place, name, form ?? FORMS[name] ?? "<value>");
  return path === undefined ? step : `${path}, then: ${step}`;
}

/** Where a variable stands; where it is not set, `.env` if there is one. */
export function placeOf({ values, dotenv }: Inspection, name: string): ValuePlace {
  const origin = values.find((value) => value.name === name)?.given[0]?.origin;
  const isSet = origin !== undefined && origin !== "default";
  const line = dotenv.outer.findLast((each) => each.name === name)?.number;
  return { origin: isSet ? origin : dotenv.isThere ? `${dotenv.name} ${name}` : undefined, line };
}

/** The variable that a bot's token comes from. */
export function tokenNameOf({ draft }: Inspection, slug: string): string {
  return draft.bots.find((bot) => bot.slug === slug)?.tokenName ?? "TELEGRAM_BOT_TOKEN";
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
