import type { BotConfig } from "../config/bots.ts";
import { oneChat } from "../config/chat-id.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { ConfigProblem } from "../config/problems.ts";
import type { PlatformBot } from "../ledgers/platform-port.ts";
import type { Ledger } from "../ledgers/port.ts";
import { type LedgerWish, openLedger } from "./connect.ts";

/**
 * Opens the ledger of a configuration, and returns that as it is with what stands there: see {@link withPlatformLanes}. Throws
 * ConfigError and LedgerError.
 */
export async function openPlace<Given extends Config>(
  config: Given,
  wish: LedgerWish,
): Promise<{ readonly config: Given; readonly ledger: Ledger }> {
  const ledger = await openLedger(config, wish);
  try {
    return { config: await withPlatformLanes(config, ledger), ledger };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/**
 * The configuration with the chats that the platform whose database this is warms its bots in: each is a lane of the bot of that
 * slug, beside those that are configured. Its bots of which no token is configured are named once. Throws ConfigError for a bot that
 * has no chat at all, and LedgerError.
 */
export async function withPlatformLanes<Given extends Config>(config: Given, ledger: Ledger): Promise<Given> {
  const platform = (await ledger.platformBots?.()) ?? [];
  const bots = config.bots.map((bot) => ({ ...bot, chats: chatsWith(bot, platform) }));
  const chatless = bots.filter(({ chats }) => chats.length === 0).map(({ slug }) => slug);
  if (chatless.length > 0) throw new ConfigError(chatless.map((slug) => withoutChat(slug, ledger.place)));
  if (platform.length === 0) return config;
  return { ...config, bots, warnings: [...config.warnings, ...warningsOf(config, platform)] };
}

/** The chats of a bot, those that stand in the platform's table among them. */
export function chatsWith({ slug, chats }: BotConfig, platform: readonly PlatformBot[]): readonly string[] {
  const own = platform.filter((bot) => bot.slug === slug).flatMap(({ chat }) => readChat(chat) ?? []);
  return [...new Set([...chats, ...own])];
}

/** Null for what is no chat. */
function readChat(text: string | null): string | null {
  if (text === null || text.trim() === "") return null;
  try {
    return oneChat(text);
  } catch {
    return null;
  }
}

function withoutChat(slug: string, place: string): string {
  return `WARMUP_CHAT_ID is not set, and bots.warmup_chat_id of "${slug}" in ${place} is no chat either: the id of a private channel in which the bot may post (--chat ID, repeatable)`;
}

function warningsOf({ bots, origins }: Config, platform: readonly PlatformBot[]): ConfigProblem[] {
  const ours = platform.filter(({ slug }) => bots.some((bot) => bot.slug === slug));
  const strange = ours.filter(({ chat }) => chat !== null && chat.trim() !== "" && readChat(chat) === null);
  const others = origins.bot === "--bot" ? [] : platform.filter((bot) => !ours.includes(bot));
  return [
    ...strange.map(({ slug, chat }) =>
      warning(`bots.warmup_chat_id of "${slug}" is no chat ("${chat}") and is left out`, null),
    ),
    ...(others.length === 0 ? [] : [warning(passedOver(others), "to warm for it as well, give its token")]),
  ];
}

const MOST_NAMED = 20;

function passedOver(others: readonly PlatformBot[]): string {
  const named = others.slice(0, MOST_NAMED).map(({ slug }) => slug);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : "";
  return `passed over, since no token of it is configured: bot ${named.join(", ")}${more} of the platform`;
}

function warning(text: string, next: string | null): ConfigProblem {
  return { kind: "other", text, name: null, origin: null, right: null, next };
}
