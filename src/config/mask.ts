/** A bot's token wherever it stands; a port has five digits at most. */
const TOKEN = /\d{3,}:[\w-]{8,}/g;
/** Also one that was cut short. */
const TOKEN_IN_PATH = /(?<=[^/])\/bot\d*(?::|%3a)[^/]*/gi;
/** The second half alone: 35 characters that begin so (seen in every token; core.telegram.org/bots/api#authorizing-your-bot). */
const HALF_TOKEN = /\bAA[\w-]{33}/g;
/** What stands before the last `@` of a value, behind its scheme: a name and a password, which may hold whatever was not encoded. */
const CREDENTIALS = /^((?:[^:@]*:)?\/\/)?(.*)@/s;
/** A secret access key of R2. */
const KEY = /\b[0-9a-f]{64}\b/gi;

/** A value as it may be shown: what looks like a secret in it is `***`. It knows none, so it may take too much. */
export function withoutSecrets(text: string): string {
  return withCredentials(text, "***@")
    .replace(TOKEN, "***")
    .replace(TOKEN_IN_PATH, "/bot***")
    .replace(HALF_TOKEN, "***")
    .replace(KEY, "***");
}

/** The path of a secret's file as it may be shown; what has no part of a path is probably the secret itself. */
export function shownPath(path: string): string {
  const isPath = withoutSecrets(path) === path && (/[/\\.]/.test(path) || path.length < 16);
  return isPath ? path : "***";
}

/** The beginning of a path in which a colon says nothing of a password. */
const PATH = /^(?:sqlite:)?(?:[a-z]:(?=[\\/]))?/i;

/** Whether the URL of a ledger has a password in it; a name alone is none, and neither is a path with an `@`. */
export function holdsPassword(url: string): boolean {
  const [, , pair = ""] = CREDENTIALS.exec(url.replace(PATH, "")) ?? [];
  return pair.includes(":") || /[?&]\w*password=./i.test(url);
}

/** Whether a value has a bot's token in it. */
export function holdsToken(text: string): boolean {
  const rest = withCredentials(text, "");
  return rest.search(TOKEN) !== -1 || rest.search(TOKEN_IN_PATH) !== -1;
}

/** Whether a secret is, or has in it, a bot's token as BotFather gives it. */
export function isBotToken(secret: string): boolean {
  return /\d{5,}(?::|%3a)[\w-]{30,}/i.test(secret);
}

/** A value with `shown` in place of its name, password and `@`; a chat's @name behind a comma is none. */
function withCredentials(text: string, shown: string): string {
  return text.replace(CREDENTIALS, (all, scheme: string | undefined, pair: string) =>
    scheme !== undefined || pair.includes(":") ? `${scheme ?? ""}${shown}` : all,
  );
}
