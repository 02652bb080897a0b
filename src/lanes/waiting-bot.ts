import { failure } from "../domain/failure.ts";
import { failed, type Result } from "../domain/result.ts";
import type { PackAnswer, PackRequest } from "../telegram/pack-port.ts";
import type {
  Bot,
  CallAnswer,
  ChatInfo,
  EditAnswer,
  MessageRights,
  SeenMessage,
  SendAnswer,
  SendRequest,
} from "../telegram/port.ts";
import type { Waits } from "./waits.ts";

/**
 * The same bot, which makes no call before a wait is over that it was asked for: until then each question is answered with
 * `flood_wait` and the time that is left, without a call. Waits that answers ask for are told; of calls that are made on a permit they are only
 * kept, since its lane hears of them.
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

  rightsIn(chat: ChatInfo): Promise<Result<MessageRights>> {
    return this.#ask(chat.id, () => this.#bot.rightsIn(chat));
  }

  async deleteMessage(chat: string, messageId: number): Promise<CallAnswer<void>> {
    const now = this.#waits.now();
    const answer = await this.#ask(chat, () => this.#bot.deleteMessage(chat, messageId));
    return { times: { started: now, bodyEnd: null, ended: now }, ...answer };
  }

  editReplyMarkup(chat: string, messageId: number, button: string | null): Promise<EditAnswer> {
    return this.#noted(chat, this.#bot.editReplyMarkup(chat, messageId, button));
  }

  editCaption(chat: string, messageId: number, caption: string): Promise<EditAnswer> {
    return this.#noted(chat, this.#bot.editCaption(chat, messageId, caption));
  }

  forward(chat: string, fromChat: string, messageId: number): Promise<CallAnswer<SeenMessage>> {
    return this.#noted(chat, this.#bot.forward(chat, fromChat, messageId));
  }

  send(request: SendRequest): Promise<SendAnswer> {
    return this.#noted(request.chat, this.#bot.send(request));
  }

  sendPack(request: PackRequest): Promise<PackAnswer> {
    return this.#noted(request.chat, this.#bot.sendPack(request));
  }

  async #noted<A extends CallAnswer<unknown>>(chat: string, call: Promise<A>): Promise<A> {
    const answer = await call;
    if (!answer.ok && answer.failure.class === "flood") {
      const until = answer.times.ended + (answer.failure.retryAfterMs ?? 0);
      this.#waits.note({ bot: this.slug, chat, until });
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
