import { BadValue } from "../config/bad-value.ts";
import { SETTINGS } from "../config/settings.ts";
import type { Prompt } from "./asker.ts";

/** One value that `init` asks for. */
export interface ValueWanted extends Prompt {
  /** The variable that it is written under. */
  readonly name: string;
  /** Other variables that say the same. */
  readonly or?: readonly string[];
  readonly secret: boolean;
}

const KEY_ID = /^[\w-]{16,128}$/;
const SECRET_KEY = /^\S{16,256}$/;
/** A number, a colon and 35 letters, of which nobody promises how many there are. */
const TOKEN = /^\d+:[\w-]{10,}$/;

/** What R2 needs, in the order of its dashboard. */
export const R2_VALUES: readonly ValueWanted[] = [
  {
    name: "R2_ACCOUNT_ID",
    or: ["R2_ENDPOINT"],
    secret: false,
    message:
      "Account ID (Cloudflare dashboard, R2, Overview; in a jurisdiction with .eu, .us or .fedramp behind it)",
    example: "32 characters",
    problemOf: by(SETTINGS.accountId.parse),
  },
  {
    name: "R2_BUCKET",
    secret: false,
    message: "Bucket",
    example: "my-media",
    problemOf: by(SETTINGS.bucket.parse),
  },
  {
    name: "R2_ACCESS_KEY_ID",
    secret: false,
    message: "Access Key ID (R2, Manage API tokens, Create: Object Read only, this bucket)",
    example: "32 characters",
    problemOf: matches(KEY_ID, "an Access Key ID is 32 letters and digits, without blanks"),
  },
  {
    name: "R2_SECRET_ACCESS_KEY",
    secret: true,
    message: "Secret Access Key (shown once, with the Access Key ID)",
    problemOf: matches(SECRET_KEY, "a Secret Access Key is 64 letters and digits, without blanks"),
  },
];

/** The bot. */
export const TOKEN_VALUE: ValueWanted = {
  name: "TELEGRAM_BOT_TOKEN",
  secret: true,
  message: "Token of the bot that will send the media (@BotFather, /mybots, API Token)",
  problemOf: matches(TOKEN, "a token looks like 123456789:AAE..., as @BotFather gives it"),
};

/** Where media are sent once. */
export const CHATS_VALUE: ValueWanted = {
  name: "WARMUP_CHAT_ID",
  secret: false,
  message: "Ids of your warmup channels, with commas between (each begins with -100)",
  example: "-1001234567890,-1009876543210",
  problemOf: by(SETTINGS.chats.parse),
};

function by(parse: (text: string) => unknown): (text: string) => string | null {
  return (text) => {
    try {
      parse(text);
      return null;
    } catch (error) {
      if (error instanceof BadValue) return error.message;
      throw error;
    }
  };
}

function matches(form: RegExp, otherwise: string): (text: string) => string | null {
  return (text) => (form.test(text) ? null : otherwise);
}
