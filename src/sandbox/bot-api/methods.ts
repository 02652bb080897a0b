import { getChat, getChatMember, getMe } from "./chat-methods.ts";
import { getFile } from "./get-file.ts";
import { deleteMessage, forwardMessage, sendMessage } from "./message-methods.ts";
import { sendMedia } from "./send-media.ts";
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from "./update-methods.ts";
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
  forwardMessage,
  deleteMessage,
  getFile,
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
  /** It posts a message, and so has a latency of its own. */
  readonly posts: boolean;
}

const BY_LOWER_CASE = new Map<string, NamedMethod>(
  Object.entries(METHODS).map(([name, run]) => [
    name.toLowerCase(),
    { name, run, posts: /^(send|forward)/.test(name) },
  ]),
);

/** Finds a method by its name, in any case. */
export function methodNamed(name: string): NamedMethod | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}
