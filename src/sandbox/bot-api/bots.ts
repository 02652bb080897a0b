import type { SandboxBot } from "./options.ts";

/** A bot of the sandbox. */
export interface BotIdentity {
  readonly id: number;
  readonly token: string;
  readonly username: string;
}

/** Returns a bot as the API's `User`. */
export function userOf(bot: BotIdentity) {
  return { id: bot.id, is_bot: true, first_name: bot.username, username: bot.username };
}

/** The bots of the sandbox, found by token, numeric id or username. */
export class Bots {
  readonly list: readonly BotIdentity[];
  readonly #byToken: ReadonlyMap<string, BotIdentity>;

  /** Throws RangeError for a token that no bot can have. */
  constructor(options: readonly SandboxBot[]) {
    this.list = options.map(({ token, username }) => {
      if (!isTokenForm(token))
        throw new RangeError(`a bot token looks like 123456:ABC-DEF, not like ${username}'s`);
      return { id: Number(token.slice(0, token.indexOf(":"))), token, username };
    });
    this.#byToken = new Map(this.list.map((bot) => [bot.token, bot]));
  }

  byToken(token: string): BotIdentity | undefined {
    return this.#byToken.get(token);
  }

  /** Finds a bot by numeric id, or by username with or without `@`. */
  find(name: number | string): BotIdentity | undefined {
    const text = String(name).replace(/^@/, "");
    return this.list.find((bot) => String(bot.id) === text || bot.username === text);
  }
}

/** True for a text in the form of a token: digits, a colon, a secret. */
export function isTokenForm(token: string): boolean {
  return /^[1-9]\d{0,15}:[\w-]+$/.test(token);
}
