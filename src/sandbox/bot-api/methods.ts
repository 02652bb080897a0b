import { getChat, getChatMember, getMe } from "./chat-methods.ts";
import { editMessageCaption, editMessageReplyMarkup, editMessageText } from "./edit-methods.ts";
import { getFile } from "./get-file.ts";
import { deleteMessage, forwardMessage, sendMessage } from "./message-methods.ts";
import { sendMedia } from "./send-media.ts";
import { sendRichMessage } from "./send-rich.ts";
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from "./update-methods.ts";
import { uploadStickerFile } from "./upload-sticker.ts";
import type { Method } from "./world.ts";

const METHODS: Readonly<Record<string, Method>> = {
  getMe,
  getChat,
  getChatMember,
  sendPhoto: sendMedia("photo"),
  sendVideo: sendMedia("video"),
  sendAnimation: sendMedia("animation"),
  sendAudio: sendMedia("audio"),
  sendVoice: sendMedia("voice"),
  sendDocument: sendMedia("document"),
  sendMessage,
  sendRichMessage,
  forwardMessage,
  editMessageReplyMarkup,
  editMessageCaption,
  editMessageText,
  deleteMessage,
  getFile,
  uploadStickerFile,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
};

/** A method with its name. */
export interface NamedMethod {
  /** In the spelling of the documentation. */
  readonly name: string;
  readonly run: Method;
  /** It waits for the flood control of a chat, and has its latency after that. */
  readonly paced: boolean;
}

const BY_LOWER_CASE = new Map<string, NamedMethod>(
  Object.entries(METHODS).map(([name, run]) => [
    name.toLowerCase(),
    { name, run, paced: /^(send|forward|edit|deleteMessage)/.test(name) },
  ]),
);

/** Finds a method by its name, in any case. */
export function methodNamed(name: string): NamedMethod | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}
