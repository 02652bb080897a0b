import { createHash } from "node:crypto";
import { FloodGate } from "../../../src/sandbox/flood-control/gate.ts";
import type { FloodLimits } from "../../../src/sandbox/flood-control/limits.ts";
import { keyOfUrl, type SimulatedBucket } from "./bucket.ts";
import type { Form } from "./form.ts";
import { type Message, Messages, type NewMessage, shown } from "./messages.ts";

/** A message that was really posted by a call that sends. */
export interface Post {
  readonly bot: string;
  readonly chat: string;
  readonly message: number;
  readonly fileId: string;
  readonly sha256: string;
  /** As which it was asked for. */
  readonly asked: string;
  /** As which it came. */
  readonly kind: string;
  readonly at: number;
  /** When its call was begun. */
  readonly askedAt: number;
  /** The key that it was fetched by; null for an upload. */
  readonly key: string | null;
  /** What its caption holds. */
  readonly tag: string | null;
}

/** A call of the Bot API, as it arrived. */
export interface Call {
  readonly method: string;
  /** Numeric id of the bot. */
  readonly bot: string;
  readonly form: Form;
  readonly startedAt: number;
}

/** What the server says: HTTP status and body, after so many milliseconds of silence. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly waitMs: number;
  /** Milliseconds of a wait that it asks for. */
  readonly floodMs?: number;
}

/** A chat, and what is out of order in it. */
export interface Chat {
  id: string;
  readonly type: string;
  readonly limits: FloodLimits;
  readonly kicked: Set<string>;
  readonly refuses: Set<string>;
  /** The ids that it had. */
  readonly former: Set<string>;
  /** Bots that may edit posts of others, in a channel. */
  readonly editors: Set<string>;
  /** Nothing can be forwarded out of it. */
  isProtected: boolean;
  /** That was so at some time. */
  wasProtected: boolean;
}

/** What a media server makes of a file instead of taking it as it is. */
export type Twist = "refuse" | "as document" | "short id";

const KIND = /^send(Photo|Video|Document)$/;
const UNEDITABLE = "message can't be edited";

/** Telegram, as far as a run meets it: chats, floods, messages. It keeps the truth. */
export class SimulatedTelegram {
  readonly posts: Post[] = [];
  readonly messages: Messages;
  readonly chats: readonly Chat[];
  /** By content: what is made of it as photo. */
  readonly twists = new Map<string, Twist>();
  readonly #bucket: SimulatedBucket;
  readonly #now: () => number;
  readonly #gates = new Map<string, FloodGate>();
  readonly #toldRights = new Map<string, number>();
  #files = 0;

  constructor(
    chats: readonly Chat[],
    bots: readonly string[],
    { bucket, now }: { readonly bucket: SimulatedBucket; readonly now: () => number },
  ) {
    this.chats = chats;
    this.messages = new Messages(bots);
    this.#bucket = bucket;
    this.#now = now;
  }

  /** Carries a call out, or refuses it. */
  answer(call: Call): Reply {
    if (call.method === "getMe")
      return done({ id: Number(call.bot), is_bot: true, username: `bot${call.bot}` });
    const asked = call.form.fields.get("chat_id") ?? "";
    const chat = this.chats.find(({ id, former }) => id === asked || former.has(asked));
    if (!chat) return refused(400, "chat not found");
    if (chat.id !== asked)
      return refused(400, "group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: Number(chat.id),
      });
    if (call.method === "getChat") return done(infoOf(chat));
    if (call.method === "getChatMember") {
      this.#toldRights.set(`${call.bot} ${chat.id}`, this.#now());
      return memberOf(chat, call);
    }
    if (chat.kicked.has(call.bot)) return forbidden(`bot was kicked from the ${chat.type} chat`);
    if (KIND.test(call.method)) return this.#send(call, chat);
    return this.#underQuota(call, chat, () => this.#aboutMessage(call, chat));
  }

  freeze(bot: string, chat: Chat, ms: number): void {
    this.#gate(bot, chat).freeze(ms);
  }

  /** Somebody else posts, a text or a bot's post with a button. */
  postOfOthers(chat: Chat, button: string | null): void {
    this.messages.add({ ...inChat(chat), by: null, media: null, origin: null, caption: null, button });
  }

  #send(call: Call, chat: Chat): Reply {
    const { method } = call;
    const asked = KIND.exec(method)?.[1]?.toLowerCase() ?? "";
    if (chat.refuses.has(asked)) return refused(400, `not enough rights to send ${asked}s to the chat`);
    const content = this.#contentOf(call.form, asked);
    if (content === null) return refused(400, "failed to get HTTP URL content");
    const twist = asked === "photo" ? this.twists.get(content) : undefined;
    if (twist === "refuse") return refused(400, "PHOTO_INVALID_DIMENSIONS");
    return this.#underQuota(call, chat, () => this.#post(call, chat, { content, asked, twist }));
  }

  #underQuota({ bot, startedAt }: Call, chat: Chat, run: () => Reply): Reply {
    const verdict = this.#gate(bot, chat).ask(startedAt);
    if (verdict.type === "refuse") return flooded(verdict.retryAfter, false);
    this.#gate(bot, chat).book(this.#now() + verdict.waitMs);
    return { ...run(), waitMs: verdict.waitMs };
  }

  #post(
    { bot, form, startedAt: askedAt }: Call,
    chat: Chat,
    { content, asked, twist }: { content: string; asked: string; twist: Twist | undefined },
  ): Reply {
    const kind = twist === "as document" ? "document" : asked;
    const unique = twist === "short id" ? "short" : `unique-${content.slice(0, 12)}`;
    this.#files += 1;
    const file = this.#files;
    const media = (viewer: string) => {
      const shownFile = { file_id: fileIdOf(file, viewer), file_unique_id: unique, width: 2, height: 2 };
      return kind === "photo" ? { photo: [shownFile] } : { [kind]: shownFile };
    };
    const caption = form.fields.get("caption") ?? null;
    const message = this.messages.add({
      ...inChat(chat),
      by: bot,
      media,
      origin: null,
      caption,
      button: null,
    });
    const key = form.file === null ? keyOfUrl(form.fields.get(asked) ?? "") : null;
    const number = message.numbers.get(bot) ?? 0;
    const post = {
      bot,
      chat: chat.id,
      sha256: content,
      asked,
      kind,
      key,
      at: this.#now(),
      askedAt,
      tag: caption,
    };
    this.posts.push({ ...post, message: number, fileId: fileIdOf(file, bot) });
    return done(shown(message, bot));
  }

  #aboutMessage(call: Call, chat: Chat): Reply {
    const { method, bot, form } = call;
    const number = Number(form.fields.get("message_id"));
    if (method === "forwardMessage") return this.#forward(call, chat, number);
    const message = this.messages.find(chat.id, bot, number);
    if (method === "deleteMessage") {
      if (!message) return refused(400, "message to delete not found");
      if (message.by !== bot) return refused(400, "message can't be deleted");
      message.isDeleted = true;
      return done(true);
    }
    if (!message) return refused(400, "message to edit not found");
    if (!mayEdit(message, bot, chat)) return refused(400, UNEDITABLE);
    if (message.by !== bot)
      message.touched = { bot, at: call.startedAt, toldAt: this.#toldRights.get(`${bot} ${chat.id}`) ?? 0 };
    return edited(message, call);
  }

  #forward({ bot, form }: Call, chat: Chat, number: number): Reply {
    const from = this.chats.find(({ id }) => id === form.fields.get("from_chat_id"));
    const message = from && this.messages.find(from.id, bot, number);
    if (!from || !message) return refused(400, "message to forward not found");
    if (from.isProtected) return refused(400, "the message can't be forwarded");
    const { media, caption } = message;
    const origin = message.origin ?? message;
    return done(
      shown(this.messages.add({ ...inChat(chat), by: bot, media, origin, caption, button: null }), bot),
    );
  }

  #contentOf({ fields, file }: Form, kind: string): string | null {
    if (file !== null) return createHash("sha256").update(file).digest("hex");
    return this.#bucket.objects.get(keyOfUrl(fields.get(kind) ?? ""))?.sha256 ?? null;
  }

  #gate(bot: string, { former, id, limits }: Chat): FloodGate {
    const name = `${bot} ${[...former][0] ?? id}`;
    const gate = this.#gates.get(name) ?? new FloodGate(limits, { now: this.#now });
    this.#gates.set(name, gate);
    return gate;
  }
}

function inChat(chat: Chat): Pick<NewMessage, "chat" | "chatType"> {
  return { chat: chat.id, chatType: typeOf(chat) };
}

/** A group that moved is a supergroup. */
function typeOf({ type, former }: Chat): string {
  return former.size > 0 ? "supergroup" : type;
}

function fileIdOf(file: number, bot: string): string {
  return `file-${file}-of-${bot}`;
}

/** A bot edits its own posts, in a channel those of others with the right to, and no forward. */
function mayEdit({ by, origin, chatType }: Message, bot: string, { editors }: Chat): boolean {
  return origin === null && (by === bot || (chatType === "channel" && editors.has(bot)));
}

/** Does to a message what an edit of its keyboard or its caption does. */
function edited(message: Message, { method, bot, form }: Call): Reply {
  const markup = form.fields.get("reply_markup");
  const button = markup === undefined ? null : (JSON.parse(markup).inline_keyboard[0]?.[0]?.text ?? null);
  const isCaption = method === "editMessageCaption";
  const caption = isCaption ? (form.fields.get("caption") ?? null) : message.caption;
  if (button === message.button && caption === message.caption)
    return refused(
      400,
      "message is not modified: specified new message content and reply markup are the same",
    );
  message.button = button;
  message.caption = caption;
  return done(shown(message, bot));
}

function infoOf(chat: Chat) {
  const guard = chat.isProtected ? { has_protected_content: true } : {};
  return { id: Number(chat.id), type: typeOf(chat), title: `chat ${chat.id}`, ...guard };
}

function done(result: object | true): Reply {
  return { status: 200, body: JSON.stringify({ ok: true, result }), waitMs: 0 };
}

function refused(code: number, description: string, parameters?: object): Reply {
  return wrong(code, `Bad Request: ${description}`, parameters);
}

function forbidden(description: string): Reply {
  return wrong(403, `Forbidden: ${description}`);
}

function wrong(code: number, description: string, parameters?: object): Reply {
  const body = JSON.stringify({
    ok: false,
    error_code: code,
    description,
    ...(parameters ? { parameters } : {}),
  });
  return { status: code, body, waitMs: 0 };
}

/** A wait of so many seconds, as a 429 or as the text of a 400. */
export function flooded(seconds: number, asText: boolean): Reply {
  const reply = asText
    ? refused(400, `too Many Requests: retry after ${seconds}`)
    : wrong(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  return { ...reply, floodMs: seconds * 1000 };
}

function memberOf({ kicked, editors }: Chat, { bot }: Call): Reply {
  const user = { id: Number(bot), is_bot: true };
  if (kicked.has(bot)) return done({ status: "kicked", user });
  const rights = { can_post_messages: true, can_edit_messages: editors.has(bot) };
  return done({ status: "administrator", user, ...rights });
}
