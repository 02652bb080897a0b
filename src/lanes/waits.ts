import type { Clock } from "../domain/clock.ts";

/** A wait that Telegram asked for in answer to a question: of a bot in one chat, or (null) of the bot in all of them. */
export interface Wait {
  readonly bot: string;
  readonly chat: string | null;
  /** Moment of the engine's clock. */
  readonly until: number;
}

/** Waits that are not over, by bot and chat, whatever call was answered with them. Deadlines only ever move later. */
export class Waits {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();
  readonly #listeners: ((wait: Wait) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Moment of the engine's clock. */
  now(): number {
    return this.#clock.now();
  }

  /** Tells this listener of each wait that {@link Waits.tell} brings from now on. */
  onWait(listener: (wait: Wait) => void): void {
    this.#listeners.push(listener);
  }

  /** Keeps a wait that others know of already. */
  note({ bot, chat, until }: Wait): void {
    const name = nameOf(bot, chat);
    this.#until.set(name, Math.max(this.#until.get(name) ?? until, until));
  }

  /** Keeps a wait of `ms` from now, and tells it. */
  tell(bot: string, chat: string | null, ms: number): void {
    const wait = { bot, chat, until: this.#clock.now() + ms };
    this.note(wait);
    for (const listener of this.#listeners) listener(wait);
  }

  /** Milliseconds until this bot may be called again, in this chat or (null) at all; 0 when it may. */
  leftMs(bot: string, chat: string | null): number {
    const ofBot = this.#until.get(nameOf(bot, null)) ?? 0;
    const ofChat = chat === null ? 0 : (this.#until.get(nameOf(bot, chat)) ?? 0);
    return Math.max(0, ofBot - this.#clock.now(), ofChat - this.#clock.now());
  }
}

function nameOf(bot: string, chat: string | null): string {
  return chat === null ? bot : `${bot}|${chat}`;
}
