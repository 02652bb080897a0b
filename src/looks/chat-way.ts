import type { Result } from "../domain/result.ts";
import type { LookWay } from "../ledgers/look-port.ts";
import type { Bot } from "../telegram/port.ts";
import type { AskingOptions, Place } from "./asking.ts";
import type { LookVerdict } from "./port.ts";
import { type WayFacts, wayOf } from "./way.ts";

export interface ChatWayOptions extends AskingOptions {
  readonly bot: Bot;
  readonly draining: AbortSignal;
}

/** Questions are asked so often, with this wait between two of them, in milliseconds of the engine's clock. */
const [TRIES, PAUSE_MS] = [4, 3_000];
/** Milliseconds of the engine's clock for which what the bot may do is believed, where an edit could touch a stranger's post otherwise. */
const BELIEVED_MS = 5_000;

/** Why nothing is looked for in a chat that has no open lane. */
export const NO_CHAT = "its chat is no warmup chat any more, or takes nothing";

/** How messages are asked for in one chat. */
export class ChatWay {
  readonly #place: Place;
  readonly #options: ChatWayOptions;
  readonly #refused = new Set<LookWay>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #facts: (Pick<WayFacts, "isProtected" | "editsOthers"> & { readonly isChannel: boolean }) | null = null;

  constructor(place: Place, options: ChatWayOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** The way that is left; null for none. */
  get way(): LookWay | null {
    return this.#facts && wayOf({ ...this.#facts, refused: this.#refused });
  }

  get canForward(): boolean {
    return this.#facts?.isProtected !== true && !this.#refused.has("forward");
  }

  /** The chat refuses this way even for a message of ours. */
  refuse(way: LookWay): void {
    this.#refused.add(way);
  }

  /** Asks what the bot may do in the chat now. Returns why nothing can be looked for; null where it can. */
  async find(): Promise<LookVerdict | null> {
    const { bot, clock } = this.#options;
    if (!this.isOpen) return this.whyNone();
    this.#askedAt = clock.now();
    const chat = await this.#patiently(() => bot.getChat(this.#place.chatId));
    const rights = chat.ok ? await this.#patiently(() => bot.rightsIn(chat.value)) : chat;
    if (chat.ok && rights.ok) {
      const isChannel = chat.value.type === "channel";
      this.#facts = { isProtected: chat.value.isProtected === true, ...rights.value, isChannel };
      return this.way === null ? this.whyNone() : null;
    }
    const cause = chat.ok ? rights : chat;
    if (cause.ok) return null;
    const why = `Telegram said of its chat: ${cause.failure.message}`;
    return { is: cause.failure.class === "chat" ? "unchecked" : "open", why };
  }

  /** Asks once more, where posts of others could be edited by now: in channels. No answer changes nothing. */
  async askAgain(): Promise<void> {
    if (this.#facts?.isChannel) await this.find();
  }

  /** Before a look: the same once what is known is old, and the way could be another one by now. */
  async renew(): Promise<void> {
    const isOld = this.#options.clock.now() - this.#askedAt >= BELIEVED_MS;
    if (isOld && this.way === "edit") await this.askAgain();
  }

  get isOpen(): boolean {
    const { bot, chatId } = this.#place;
    return this.#options.lanes.isOpenIn(bot, chatId);
  }

  /** Why there is no way. */
  whyNone(): LookVerdict {
    const why = this.isOpen ? "the bot may neither edit nor forward messages in its chat" : NO_CHAT;
    return { is: "unchecked", why };
  }

  async #patiently<T>(ask: () => Promise<Result<T>>): Promise<Result<T>> {
    const { clock, draining } = this.#options;
    for (let tries = 1; ; tries++) {
      const answer = await ask();
      const cls = answer.ok ? null : answer.failure.class;
      const isPassing = cls === "flood" || (cls === "transient" && tries < TRIES);
      if (answer.ok || !isPassing || draining.aborted) return answer;
      await clock.sleep(Math.max(PAUSE_MS, answer.failure.retryAfterMs ?? 0), draining);
    }
  }
}
