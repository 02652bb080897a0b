import type { Secret } from "../domain/secret.ts";
import type { ConfigFile } from "./file.ts";
import type { Flags } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { list } from "./parse.ts";
import type { Reader } from "./reader.ts";

export interface BotConfig {
  readonly slug: string;
  readonly token: Secret;
  /** Numeric ids or @usernames, each once. */
  readonly chats: readonly string[];
}

const OWN_TOKEN = "TELEGRAM_BOT_TOKEN";

/**
 * The bots of prewarm.config.json, joined by the one that environment or flags describe (it wins over one with the same
 * slug), cut to those that `--bot` picks.
 */
export function botsOf(reader: Reader, flags: Flags): BotConfig[] {
  const picked = pickedBots(flags);
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
  for (const slug of picked) if (!bots.has(slug)) reader.problems.add(unknownBot(slug, [...bots.keys()]));
  return [...bots].flatMap(([slug, make]) => {
    const bot = picked.length === 0 || picked.includes(slug) ? make() : null;
    return bot ? [bot] : [];
  });
}

function pickedBots(flags: Flags): string[] {
  const given = flags.bot;
  return typeof given === "string" ? list(given) : Array.isArray(given) ? given.flatMap(list) : [];
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
  const token = reader.secret(OWN_TOKEN);
  const chats = [...new Set(reader.maybe("chats") ?? [])];
  const isOfFile = inFile.some(({ tokenEnv }) => tokenEnv === OWN_TOKEN);
  if (!alone && (!token || (isOfFile && chats.length === 0))) return null;
  if (!token)
    reader.problems.add(
      "TELEGRAM_BOT_TOKEN is not set: write to @BotFather, /newbot, and copy the token (or TELEGRAM_BOT_TOKEN_FILE=<path>)",
    );
  if (chats.length === 0)
    reader.problems.add(
      "WARMUP_CHAT_ID is not set: the id of a private channel in which the bot may post (--chat ID, repeatable)",
    );
  return token && chats.length > 0 ? { slug, token: token.value, chats } : null;
}

function fileBot(
  reader: Reader,
  bot: { slug: string; tokenEnv: string; chats: readonly string[] },
): BotConfig | null {
  const token = reader.secret(bot.tokenEnv);
  if (!token)
    reader.problems.add(`${bot.tokenEnv} is not set: the token of bot "${bot.slug}" (prewarm.config.json)`);
  return token ? { slug: bot.slug, token: token.value, chats: [...new Set(bot.chats)] } : null;
}

function unknownBot(slug: string, known: readonly string[]): string {
  const hint = nearest(slug, known);
  return `--bot ${slug}: no such bot${hint ? `, did you mean "${hint}"?` : known.length > 0 ? ` (there is ${known.join(", ")})` : ""}`;
}
