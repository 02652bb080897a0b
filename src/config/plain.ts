import { BadValue } from "./bad-value.ts";
import { holdsToken, isBotToken } from "./mask.ts";

/** Blanks, line ends, and characters that nobody sees, as they come along with what is copied. */
const ENDS = /^[\s\p{C}\u115F\u1160\u2800\u3164\uFFA0]+|[\s\p{C}\u115F\u1160\u2800\u3164\uFFA0]+$/gu;
const UNSEEN = /[\p{Cc}\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFD]/u;
const ANY_QUOTE = /["'`“”‘’„«»]/g;
const QUOTES = "\"'`“”‘’„«»";
const PLACEHOLDER =
  /^(\.{3}|…|<.*>|\{\{.*\}\}|x{3,}|undefined|null|change-?me|your[-_ ]?(own[-_ ]?)?(account|api|bot|bucket|channel|chat|key|secret|token)([-_ ].*)?|123456789:AAE\.\.\.)$/i;
/** A variable that nobody filled in. */
const VARIABLE = /^\$\w+$|\$\{\w+\}/;
/** A whole line where its value belongs. */
const WITH_NAME = /^(export\s+)?(R2|TELEGRAM|WARMUP|PREWARM|MEDIA_PREWARM|ADMIN_API|LOOKUP)_[A-Z_]+\s*=/;

/** A value as it is meant: without the blanks and line ends around it. An empty one counts as not set. */
export function trimmed(text: string): string {
  return text.replace(ENDS, "");
}

/** What no setting may be, whatever its form. Returns the trimmed value. Throws BadValue. */
export function plainValue(text: string): string {
  const value = trimmed(text);
  refuseWrapped(value, unquoted(value));
  if (value.includes("\uFFFD"))
    throw new BadValue(
      "written in UTF-8 or UTF-16: its file is in another encoding, so letters of it are lost",
    );
  if (UNSEEN.test(value)) throw new BadValue("one line without control or invisible characters");
  if (holdsToken(value))
    throw new BadValue("free of secrets: a bot's token belongs into TELEGRAM_BOT_TOKEN alone");
  return value;
}

/** As {@link plainValue}, for a secret. */
export function plainSecret(text: string): string {
  const value = trimmed(text);
  refuseWrapped(value, null);
  if (/\s/.test(value) || UNSEEN.test(value))
    throw new BadValue("one word without blanks or invisible characters");
  return value;
}

/** A secret that is not a bot's token: others come to see it, as an access key id in each presigned URL. Throws BadValue. */
export function noBotToken(text: string): void {
  if (isBotToken(text))
    throw new BadValue("another secret: this is a bot's token, which belongs into TELEGRAM_BOT_TOKEN alone");
}

/** Refuses what was pasted with something around it, or never filled in. */
function refuseWrapped(value: string, right: string | null): void {
  if (unquoted(value) !== null)
    throw new BadValue("written without the quotes, which are part of the value here", { right });
  if (PLACEHOLDER.test(value))
    throw new BadValue("a value of yours: this is still the placeholder of the example");
  if (VARIABLE.test(value)) throw new BadValue("the value itself: variables are not filled in here");
  if (WITH_NAME.test(value)) throw new BadValue("the value alone, without NAME= before it");
}

/** A value without its quotes; null where there is none at its ends. One at one end was never closed. */
function unquoted(value: string): string | null {
  const isQuote = (character: string | undefined) => character !== undefined && QUOTES.includes(character);
  const [first, last] = [isQuote(value[0]), isQuote(value.at(-1))];
  return first || last ? trimmed(value.replace(ANY_QUOTE, "")) : null;
}
