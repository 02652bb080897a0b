import type { Api } from "node-telegram-bot-api";
import { failure } from "../domain/failure.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import { METHODS } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { readPosted } from "./answer.ts";
import { Caller, type CallerOptions } from "./call.ts";
import { botIn, chatIn } from "./chats.ts";
import { NOT_MODIFIED } from "./error-texts.ts";
import { packForm } from "./pack.ts";
import { readPack } from "./pack-answer.ts";
import { namedMedium } from "./pack-error.ts";
import type { PackAnswer, PackRequest } from "./pack-port.ts";
import type {
  Bot,
  CallAnswer,
  ChatInfo,
  EditAnswer,
  MessageRights,
  SeenMessage,
  SendAnswer,
  SendRequest,
} from "./port.ts";
import { memberIn, messageRights, whyNotPost } from "./rights.ts";
import { readSeen } from "./seen.ts";
import { apart, bodyBytes, fieldsOf, streamedFile, wholeFile } from "./send.ts";

/** One bot, and how to call it. */
export interface BotOptions extends CallerOptions {
  readonly slug: string;
}

/** After taking an upload a server may pass it on at only 1 MB/s before it answers. */
const ANSWER_MS_PER_BYTE = 1 / 1000;

/** The server takes the media of one message one after another. */
const ANSWER_MS_PER_MEDIUM = 2_000;

/** Returns the bot of a token on an API root. Uses no network before the first call. */
export function openBot(options: BotOptions): Bot {
  return new BotClient(options);
}

class BotClient implements Bot {
  readonly slug: string;
  readonly id: string;
  readonly #caller: Caller;
  readonly #answerMs: number;

  constructor(options: BotOptions) {
    this.slug = options.slug;
    this.id = options.token.split(":", 1)[0] ?? "";
    this.#caller = new Caller(options);
    this.#answerMs = options.answerMs;
  }

  async getMe(): Promise<Result<{ readonly username: string }>> {
    return this.#caller.readAs((api) => api.getMe(), botIn);
  }

  async getChat(chat: string): Promise<Result<ChatInfo>> {
    return this.#caller.readAs((api) => api.getChat({ chat_id: chat }), chatIn);
  }

  async canPost(chat: ChatInfo): Promise<Result<void>> {
    if (chat.type === "private") return ok(undefined);
    const member = await this.#membership(chat);
    if (!member.ok) return member;
    const obstacle = whyNotPost(member.value, chat);
    return obstacle === null ? ok(undefined) : failed(obstacle);
  }

  async send(request: SendRequest): Promise<SendAnswer> {
    const { media, kind, signal } = request;
    const streamed = typeof media !== "string" && media.bytes > BUFFERED_BYTES;
    const file =
      typeof media === "string" ? ok(media) : streamed ? ok(streamedFile(media)) : await wholeFile(media);
    if (!file.ok) return { ...file, times: this.#caller.noTimes() };
    const fields = fieldsOf(request, file.value);
    const { texts, files } = streamed ? { texts: fields, files: [] } : apart(fields);
    const { result, times } = await this.#caller.call((api) => api[METHODS[kind]](texts as never, signal), {
      signal,
      files,
      posted: typeof media === "string" ? { by: "url", bytes: null } : { by: "upload", bytes: media.bytes },
      bodyBytes: streamed ? await bodyBytes(request, media) : undefined,
      answerMs: streamed ? this.#answerMs + media.bytes * ANSWER_MS_PER_BYTE : undefined,
    });
    if (!result.ok) return { ...result, times };
    const posted = readPosted(result.value);
    if (posted) return { ok: true, value: posted, times };
    const cause = failure("bad_answer", `${this.#caller.host} said ok, but its answer holds no file_id`);
    return { ok: false, failure: cause, times };
  }

  async sendPack(request: PackRequest): Promise<PackAnswer> {
    let broken: number | null = null;
    const form = await packForm(request, (index) => {
      broken ??= index;
    });
    if (!form.ok) return { ...form, medium: broken, times: this.#caller.noTimes() };
    const { fields, bodyBytes, uploadBytes } = form.value;
    const { texts, files } = bodyBytes === null ? apart(fields) : { texts: fields, files: [] };
    const { signal, media } = request;
    const isByUrl = media.some((each) => typeof each.media === "string");
    const { result, times } = await this.#caller.call((api) => api.sendRichMessage(texts as never, signal), {
      signal,
      files,
      posted: { by: isByUrl ? "url" : "upload", bytes: null },
      bodyBytes: bodyBytes ?? undefined,
      answerMs: this.#answerMs + uploadBytes * ANSWER_MS_PER_BYTE + media.length * ANSWER_MS_PER_MEDIUM,
    });
    if (!result.ok) return { ...result, medium: broken ?? namedMedium(result.failure, media.length), times };
    const sent = readPack(result.value);
    if (sent) return { ok: true, value: sent, medium: null, times };
    const cause = failure("bad_answer", `${this.#caller.host} said ok, but its answer holds no media`);
    return { ok: false, failure: cause, medium: null, times };
  }

  /** A file that is too big to be downloaded is there (telegram-bot-api Client.cpp, on_get_file). */
  async checkFile(fileId: string): Promise<Result<void>> {
    const file = await this.#caller.read((api) => api.getFile({ file_id: fileId }));
    return file.ok || file.failure.reason === "file_too_big" ? ok(undefined) : file;
  }

  async rightsIn(chat: ChatInfo): Promise<Result<MessageRights>> {
    if (chat.type === "private") return ok({ editsOthers: false });
    const member = await this.#membership(chat);
    return member.ok ? ok(messageRights(member.value, chat)) : member;
  }

  async deleteMessage(chat: string, messageId: number): Promise<CallAnswer<void>> {
    const deleted = await this.#caller.read(
      (api) => api.deleteMessage({ chat_id: chat, message_id: messageId }),
      { aboutMessage: true },
    );
    return deleted.ok ? { ...deleted, value: undefined } : deleted;
  }

  editReplyMarkup(chat: string, messageId: number, button: string | null): Promise<EditAnswer> {
    const markup = button === null ? {} : { reply_markup: oneButton(button) };
    return this.#edit((api) =>
      api.editMessageReplyMarkup({ chat_id: chat, message_id: messageId, ...markup }),
    );
  }

  editCaption(chat: string, messageId: number, caption: string): Promise<EditAnswer> {
    return this.#edit((api) => api.editMessageCaption({ chat_id: chat, message_id: messageId, caption }));
  }

  async forward(chat: string, fromChat: string, messageId: number): Promise<CallAnswer<SeenMessage>> {
    return this.#seen(
      await this.#caller.ask((api) =>
        api.forwardMessage({
          chat_id: chat,
          from_chat_id: fromChat,
          message_id: messageId,
          disable_notification: true,
        }),
      ),
    );
  }

  async #edit(run: (api: Api) => Promise<unknown>): Promise<EditAnswer> {
    const answer = await this.#caller.ask(run);
    const isUnchanged = !answer.ok && NOT_MODIFIED.test(answer.failure.message);
    return isUnchanged ? { ok: true, value: "not modified", times: answer.times } : this.#seen(answer);
  }

  #seen(answer: CallAnswer<unknown>): CallAnswer<SeenMessage> {
    if (!answer.ok) return answer;
    const { times } = answer;
    const seen = readSeen(answer.value);
    if (seen) return { ok: true, value: seen, times };
    const cause = failure("bad_answer", `${this.#caller.host} said ok, but its answer holds no message`);
    return { ok: false, failure: cause, times };
  }

  #membership(chat: ChatInfo) {
    return this.#caller.readAs(
      (api) => api.getChatMember({ chat_id: chat.id, user_id: Number(this.id) }),
      memberIn,
    );
  }
}

function oneButton(text: string) {
  return { inline_keyboard: [[{ text, callback_data: "prewarm" }]] };
}
