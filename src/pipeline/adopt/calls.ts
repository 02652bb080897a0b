import { askIn } from "../../looks/asking.ts";
import type { Bot, CallAnswer } from "../../telegram/port.ts";
import type { AdoptSpent } from "./adopted.ts";
import type { Adoptable, AdoptionOptions } from "./adoption.ts";

/** Rows of one message, at least one. */
export type Adoptables = readonly [Adoptable, ...Adoptable[]];

/** What is written down before a call, and the call. */
interface AdoptCall<T, B> {
  readonly begin: () => Promise<B>;
  readonly make: (bot: Bot) => Promise<CallAnswer<T>>;
}

/** What was answered, and what was written down before; null each where it did not come to that. */
interface AnsweredCall<T, B> {
  readonly answer: CallAnswer<T> | null;
  readonly begun: B | null;
}

/** Makes the calls about one message, each once it was written down, tells of them and counts them. */
export class AdoptCalls {
  readonly #options: AdoptionOptions;
  #calls = 0;
  #sendMs = 0;

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  /** Makes one call for all of these rows, again where it may be made again; it is written down once. Throws LedgerError. */
  async ask<T, B>(rows: Adoptables, { begin, make }: AdoptCall<T, B>): Promise<AnsweredCall<T, B>> {
    const [{ task, posted }] = rows;
    const place = { bot: task.bot, chatId: posted.chatId };
    let begun: B | null = null;
    const note = async () => {
      begun ??= await begin();
    };
    const told = (bot: Bot) => this.#told(rows, () => make(bot));
    const answer = await askIn(place, { make: told, note }, this.#options, this.#options.draining);
    return { answer, begun };
  }

  async #told<T>(rows: Adoptables, make: () => Promise<CallAnswer<T>>): Promise<CallAnswer<T>> {
    const { events, clock } = this.#options;
    const [{ task, posted }] = rows;
    const { chatId: chat } = posted;
    this.#calls += 1;
    for (const { task: each } of rows) {
      const { key, bytes } = each.entry;
      events.emit("attempt", { key, bot: each.bot, kind: each.kind, chat, bytes });
    }
    const startedAt = clock.now();
    const answer = await make();
    const ms = clock.now() - startedAt;
    this.#sendMs += ms;
    events.emit("call", { bot: task.bot, chat, ms, failure: answer.ok ? null : answer.failure });
    return answer;
  }

  /** One more was made, which takes away what another one left. */
  tookAway(): void {
    this.#calls += 1;
  }

  /** What they took so far. */
  get spent(): AdoptSpent {
    return { calls: this.#calls, sendMs: this.#sendMs, now: this.#options.clock.now() };
  }
}

/** What is written down of the try of a row. */
export function factsOf({ task, posted }: Adoptable, { settings }: AdoptionOptions) {
  const { bot, kind, content, entry } = task;
  const about = { bot, kind, content, entry, chatId: posted.chatId, settings: settings(entry), tag: null };
  return { ...about, purpose: "adopt" as const };
}
