import { isPostgres } from "../domain/postgres-url.ts";
import type { Secret } from "../domain/secret.ts";
import { BadValue } from "./bad-value.ts";
import { likelyChannel } from "./chat-id.ts";
import type { ConfigFile } from "./file.ts";
import type { Flags } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { list } from "./parse.ts";
import { slug as slugOf } from "./places.ts";
import type { Reader } from "./reader.ts";

export interface BotConfig {
  readonly slug: string;
  readonly token: Secret;
  /** The variable that it comes from. */
  readonly tokenName: string;
  /** Numeric ids or @usernames, each once. */
  readonly chats: readonly string[];
}

const OWN_TOKEN = "TELEGRAM_BOT_TOKEN";

/**
 * The bots of prewarm.config.json, joined by the one that environment or flags describe (it wins over one with the same
 * slug), cut to those that `--bot` picks.
 */
export function botsOf(reader: Reader, flags: Flags): BotConfig[] {
  const picked = pickedBots(reader, flags);
  const inFile = reader.layers.file.bots;
  const own = ownBot(
    reader,
    ownSlug(
      reader,
      picked,
      inFile.map((bot) => bot.slug),
    ),
    inFile,
  );
  const bots = new Map<string, () => BotConfig | null>();
  for (const bot of inFile) bots.set(bot.slug, () => fileBot(reader, bot));
  if (own) bots.set(own.slug, () => own);
  for (const slug of picked)
    if (!bots.has(slug))
      reader.problems.tell({ kind: "bot", name: "PREWARM_BOT", text: unknownBot(slug, [...bots.keys()]) });
  return [...bots].flatMap(([slug, make]) => {
    const bot = picked.length === 0 || picked.includes(slug) ? make() : null;
    return bot ? [bot] : [];
  });
}

function pickedBots(reader: Reader, flags: Flags): string[] {
  const given = flags.bot;
  const all = typeof given === "string" ? list(given) : Array.isArray(given) ? given.flatMap(list) : [];
  return all.flatMap((value) => reader.judge("bot", { value, origin: "--bot" }, slugOf) ?? []);
}

/** What `--bot` names and no file knows, if that can only be a name; else PREWARM_BOT; else `default`. */
function ownSlug(reader: Reader, picked: readonly string[], inFile: readonly string[]): string {
  const strangers = picked.filter((slug) => !inFile.includes(slug));
  const named = strangers.length === 1 ? strangers[0] : undefined;
  const given = reader.maybe("bot");
  return (inFile.length === 0 ? (named ?? given) : (given ?? named)) ?? "default";
}

function ownBot(reader: Reader, slug: string, inFile: ConfigFile["bots"]): BotConfig | null {
  const alone = inFile.length === 0;
  const token = reader.secret(OWN_TOKEN, botToken);
  const chats = reader.maybe("chats") ?? [];
  const isOfFile = inFile.some(({ tokenEnv }) => tokenEnv === OWN_TOKEN);
  if (!alone && (!token || (isOfFile && chats.length === 0))) return null;
  if (!token)
    reader.lacks(
      OWN_TOKEN,
      "write to @BotFather, /newbot, and copy the token (or TELEGRAM_BOT_TOKEN_FILE=<path>)",
    );
  const isPlatforms = isPostgres(reader.layers.text("ledger")?.value ?? "");
  // A platform has a chat for each of its bots, which is known once its database is open.
  if (chats.length === 0 && !isPlatforms)
    reader.lacks(
      "WARMUP_CHAT_ID",
      "the id of a private channel in which the bot may post (--chat ID, repeatable)",
    );
  return token && (chats.length > 0 || isPlatforms)
    ? { slug, token: token.value, tokenName: OWN_TOKEN, chats }
    : null;
}

function fileBot(
  reader: Reader,
  bot: { slug: string; tokenEnv: string; chats: readonly string[] },
): BotConfig | null {
  const token = reader.secret(bot.tokenEnv, botToken);
  if (!token) reader.lacks(bot.tokenEnv, `the token of bot "${bot.slug}" (${reader.layers.file.name})`);
  return token
    ? { slug: bot.slug, token: token.value, tokenName: bot.tokenEnv, chats: [...new Set(bot.chats)] }
    : null;
}

/** core.telegram.org/bots/api#authorizing-your-bot. Throws BadValue. */
function botToken(text: string): void {
  if (!/^\d+:[\w-]+$/.test(text))
    throw new BadValue("a token such as 123456789:AAE... (BotFather -> /mybots -> your bot -> API Token)");
}

/**
 * Tells what is wrong with the chats of bots, and what may be. A token begins with the id of its bot: no bot can write to itself, nor to
 * another one.
 */
export function judgeChats(bots: readonly BotConfig[], reader: Reader): void {
  const owners = new Map(bots.map(({ slug, token }) => [token.reveal().split(":", 1)[0] ?? "", slug]));
  for (const lane of bots.flatMap(({ slug, chats }) => chats.map((chat) => ({ slug, chat })))) {
    const owner = owners.get(lane.chat);
    if (owner !== undefined) reader.problems.tell(ownIdProblem(reader, lane, owner));
    const channel = likelyChannel(lane.chat);
    if (channel !== null) reader.warnings.tell(groupWarning(reader, lane, channel));
  }
}

function groupWarning(reader: Reader, lane: GivenChat, channel: string) {
  return {
    kind: "value" as const,
    name: "WARMUP_CHAT_ID",
    text: `${placeOf(reader, lane)}: ${lane.chat} is the id of a basic group; if it is a channel or a supergroup, write ${channel}`,
  };
}

interface GivenChat {
  readonly slug: string;
  readonly chat: string;
}

function ownIdProblem(reader: Reader, lane: GivenChat, owner: string) {
  const whose = owner === lane.slug ? "the bot itself" : `bot "${owner}"`;
  return {
    kind: "value" as const,
    name: "WARMUP_CHAT_ID",
    origin: isOfFile(reader, lane) ? reader.layers.file.name : (reader.origins.chats ?? null),
    text: `${placeOf(reader, lane)}: ${lane.chat} is the id of ${whose}, to which no bot can write; it must be the id of a private channel in which the bot may post (-100...)`,
  };
}

function placeOf(reader: Reader, lane: GivenChat): string {
  return isOfFile(reader, lane)
    ? `${reader.layers.file.name}, bot "${lane.slug}"`
    : (reader.origins.chats ?? "WARMUP_CHAT_ID");
}

function isOfFile({ layers }: Reader, { slug, chat }: GivenChat): boolean {
  return layers.file.bots.some((bot) => bot.slug === slug && bot.chats.includes(chat));
}

function unknownBot(slug: string, known: readonly string[]): string {
  const hint = nearest(slug, known);
  return `--bot ${slug}: no such bot${hint ? `, did you mean "${hint}"?` : known.length > 0 ? ` (there is ${known.join(", ")})` : ""}`;
}
