import { failure } from "../domain/failure.ts";
import { failed, type Result } from "../domain/result.ts";
import type { Bot, ChatInfo, SendAnswer, SendRequest } from "../telegram/port.ts";
import type { Waits } from "./waits.ts";

/**
 * The same bot, which makes no call before a wait is over that it was asked for: until then each question is answered with
 * `flood_wait` and the time that is left, without a call. Waits that answers ask for are told; of a send they are only kept,
 * since its lane hears of them.
 */
export function waitingBot(bot: Bot, waits: Waits): Bot {
  return new WaitingBot(bot, waits);
}

class WaitingBot implements Bot {
  readonly #bot: Bot;
  readonly #waits: Waits;

  constructor(bot: Bot, waits: Waits) {
    this.#bot = bot;
    this.#waits = waits;
  }

  get slug(): string {
    return this.#bot.slug;
  }

  get id(): string {
    return this.#bot.id;
  }

  getMe(): ReturnType<Bot["getMe"]> {
    return this.#ask(null, () => this.#bot.getMe());
  }

  getChat(chat: string): Promise<Result<ChatInfo>> {
    return this.#ask(chat, () => this.#bot.getChat(chat));
  }

  canPost(chat: ChatInfo): Promise<Result<void>> {
    return this.#ask(chat.id, () => this.#bot.canPost(chat));
  }

  checkFile(fileId: string): Promise<Result<void>> {
    return this.#ask(null, () => this.#bot.checkFile(fileId));
  }

  deleteMessage(chat: string, messageId: number): Promise<Result<void>> {
    return this.#ask(chat, () => this.#bot.deleteMessage(chat, messageId));
  }

  async send(request: SendRequest): Promise<SendAnswer> {
    const answer = await this.#bot.send(request);
    if (!answer.ok && answer.failure.class === "flood") {
      const until = answer.times.ended + (answer.failure.retryAfterMs ?? 0);
      this.#waits.note({ bot: this.slug, chat: request.chat, until });
    }
    return answer;
  }

  async #ask<T>(chat: string | null, question: () => Promise<Result<T>>): Promise<Result<T>> {
    const left = this.#waits.leftMs(this.slug, chat);
    if (left > 0) return failed(stillWaiting(this.slug, chat, left));
    const answer = await question();
    if (!answer.ok && answer.failure.class === "flood")
      this.#waits.tell(this.slug, chat, answer.failure.retryAfterMs ?? 0);
    return answer;
  }
}

function stillWaiting(bot: string, chat: string | null, ms: number) {
  const where = chat === null ? "" : ` in ${chat}`;
  const text = `Telegram asked bot ${bot} to wait${where}; ${Math.ceil(ms / 1000)} s of that are left`;
  return failure("flood_wait", text, { retryAfterMs: ms });
}
