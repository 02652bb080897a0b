import { createHash } from "node:crypto";
import type { RichOptions } from "../../../src/sandbox/bot-api/rich-options.ts";
import { FloodGate } from "../../../src/sandbox/flood-control/gate.ts";
import type { FloodLimits } from "../../../src/sandbox/flood-control/limits.ts";
import { keyOfUrl, type SimulatedBucket } from "./bucket.ts";
import { fileIdOf, mediumOf, type TakenFile, TakenFiles } from "./files.ts";
import type { Form } from "./form.ts";
import { type Message, Messages, type NewMessage, shown } from "./messages.ts";
import { aboutMedium, type RichMedium, readRich, tooMuch } from "./rich.ts";

/** A medium that was really posted by a call that sends. */
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
  /** It shares its message with others. */
  readonly isPacked: boolean;
  /** The answer shows it, and the message does not hold it. */
  readonly isDropped: boolean;
  /** What its ids are good for. */
  readonly file: TakenFile;
}

/** A message by which an id was tried. */
export interface CanaryPost {
  readonly bot: string;
  readonly message: Message;
  /** When it was posted, and asked for. */
  readonly at: number;
  readonly askedAt: number;
}

/** A call of the Bot API, as it arrived. */
export interface Call {
  readonly method: string;
  /** Numeric id of the bot. */
  readonly bot: string;
  readonly form: Form;
  readonly startedAt: number;
  /** Of several media no more than so many stay in the message. */
  readonly cutTo?: number | undefined;
}

/** What the server says: HTTP status and body, after so many milliseconds of silence. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly waitMs: number;
  /** Milliseconds of a wait that it asks for. */
  readonly floodMs?: number;
  /** It holds other media than were sent, so that nobody can believe it. */
  readonly isOther?: boolean;
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
/** Seconds of the wait that many URLs in one message, or more media than ever fit, are answered with (`src/sandbox`). */
const [URL_FLOOD_SECONDS, OVERFLOW_SECONDS] = [30, 60];
const UNFETCHED = "failed to get HTTP URL content";
const UNFIT = "PHOTO_INVALID_DIMENSIONS";
const UNEDITABLE = "message can't be edited";

/** Telegram, as far as a run meets it: chats, floods, messages. It keeps the truth. */
export class SimulatedTelegram {
  readonly posts: Post[] = [];
  readonly canaries: CanaryPost[] = [];
  readonly messages: Messages;
  readonly chats: readonly Chat[];
  /** By content: what is made of it as photo. */
  readonly twists = new Map<string, Twist>();
  readonly #bucket: SimulatedBucket;
  readonly #now: () => number;
  readonly #gates = new Map<string, FloodGate>();
  readonly #toldRights = new Map<string, number>();
  readonly #rich: RichOptions;
  readonly #files = new TakenFiles();

  constructor(
    chats: readonly Chat[],
    bots: readonly string[],
    {
      bucket,
      now,
      rich,
    }: { readonly bucket: SimulatedBucket; readonly now: () => number; readonly rich: RichOptions },
  ) {
    this.chats = chats;
    this.messages = new Messages(bots);
    this.#bucket = bucket;
    this.#now = now;
    this.#rich = rich;
  }

  /** Carries a call out, or refuses it. */
  answer(call: Call): Reply {
    if (call.method === "getMe")
      return done({ id: Number(call.bot), is_bot: true, username: `bot${call.bot}` });
    if (call.method === "sendRichMessage" && !this.#rich.supported)
      return wrong(404, "Not Found: method not found");
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
    if (call.method === "sendRichMessage") return this.#sendRich(call, chat);
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
    const { method, form, bot } = call;
    const asked = KIND.exec(method)?.[1]?.toLowerCase() ?? "";
    if (chat.refuses.has(asked)) return refused(400, noRights(asked));
    const id = form.fields.get(asked) ?? "";
    if (form.file === null && id.startsWith("file-")) return this.#tryId(call, chat, { id, asked });
    const content = this.#contentOf(form, asked);
    if (content === null) return refused(400, UNFETCHED);
    if (this.#twistOf(content, asked) === "refuse") return refused(400, UNFIT);
    const key = form.file === null ? keyOfUrl(id) : null;
    return this.#underQuota(call, chat, () => {
      const file = this.#take(content, asked, { isRichOnly: false, isDead: false });
      const tag = form.fields.get("caption") ?? null;
      const media = (viewer: string) => mediumOf(file, viewer);
      const message = this.#add(chat, { by: bot, media, caption: tag });
      this.#posted(call, chat, { file, message, asked, key, tag, isPacked: false, isDropped: false });
      return done(shown(message, bot));
    });
  }

  /** An id that came before is sent, as a canary does. */
  #tryId(call: Call, chat: Chat, { id, asked }: { readonly id: string; readonly asked: string }): Reply {
    const { bot, form } = call;
    const file = this.#files.find(id, bot);
    if (!file || file.isRichOnly || file.isDead)
      return refused(400, "wrong file identifier/HTTP URL specified");
    if ((file.kind === "photo") !== (asked === "photo"))
      return refused(400, `can't use file of type ${file.kind} as ${asked}`);
    return this.#underQuota(call, chat, () => {
      const media = (viewer: string) => mediumOf(file, viewer);
      const message = this.#add(chat, { by: bot, media, caption: form.fields.get("caption") ?? null });
      this.canaries.push({ bot, message, at: this.#now(), askedAt: call.startedAt });
      return done(shown(message, bot));
    });
  }

  /** One message of several media, in the order of src/sandbox: where one is bad nothing is posted. */
  #sendRich(call: Call, chat: Chat): Reply {
    const rich = this.#rich;
    const media = readRich(call.form);
    const bad = (text: string, index: number) => refused(400, aboutMedium(text, index, rich));
    const forbidden = media.findIndex(({ kind }) => chat.refuses.has(kind));
    if (forbidden >= 0) return bad(noRights(media[forbidden]?.kind ?? ""), forbidden);
    const much = tooMuch(media, call.form, rich);
    if (much === "body") return wrong(413, "Request Entity Too Large");
    if (much === "urls") return flooded(URL_FLOOD_SECONDS, false);
    const contents = media.map(
      ({ sha256, key }) => sha256 ?? this.#bucket.objects.get(key ?? "")?.sha256 ?? null,
    );
    for (const [index, content] of contents.entries()) {
      if (content === null) return bad(UNFETCHED, index);
      if (this.#twistOf(content, media[index]?.kind ?? "") === "refuse") return bad(UNFIT, index);
    }
    const cost = rich.counts === "media" ? media.length : 1;
    if (rich.overflow === "refuse" && cost > this.#gate(call.bot, chat).most)
      return flooded(OVERFLOW_SECONDS, false);
    return this.#underQuota(call, chat, () => this.#postRich(call, chat, { media, contents }), cost);
  }

  #postRich(
    call: Call,
    chat: Chat,
    {
      media,
      contents,
    }: { readonly media: readonly RichMedium[]; readonly contents: readonly (string | null)[] },
  ): Reply {
    const { bot, cutTo = media.length } = call;
    const { ids, keeps, dropped_ids } = this.#rich;
    const files = media.map(({ kind }, index) => {
      const isDead = index >= keeps && dropped_ids === "dead";
      return this.#take(contents[index] ?? "", kind, { isRichOnly: ids === "rich_only", isDead });
    });
    const blocks = (viewer: string) =>
      files.map((file, index) => {
        const { tag } = media[index] ?? { tag: null };
        return {
          type: file.kind,
          ...mediumOf(file, viewer),
          ...(tag === null ? {} : { caption: { text: tag } }),
        };
      });
    const kept = Math.min(keeps, cutTo);
    const held = (viewer: string) => ({ rich_message: { blocks: blocks(viewer).slice(0, kept) } });
    const message = this.#add(chat, { by: bot, media: held, caption: null });
    for (const [index, { kind: asked, key, tag }] of media.entries()) {
      const file = files[index];
      if (file && index < cutTo)
        this.#posted(call, chat, {
          file,
          message,
          asked,
          key,
          tag,
          isPacked: true,
          isDropped: index >= kept,
        });
    }
    // The answer is the message as the server took it in: what was dropped since is still there.
    const taken = {
      ...message,
      media: (viewer: string) => ({ rich_message: { blocks: blocks(viewer).slice(0, cutTo) } }),
    };
    const isOther =
      cutTo < media.length ||
      files.some(({ kind }, index) => (kind === "photo") !== (media[index]?.kind === "photo"));
    return { ...done(shown(taken, bot)), isOther };
  }

  #twistOf(content: string, asked: string): Twist | undefined {
    return asked === "photo" ? this.twists.get(content) : undefined;
  }

  #take(sha256: string, asked: string, is: Pick<TakenFile, "isRichOnly" | "isDead">): TakenFile {
    const twist = this.#twistOf(sha256, asked);
    const kind = twist === "as document" ? "document" : asked;
    const unique = twist === "short id" ? "short" : `unique-${sha256.slice(0, 12)}`;
    return this.#files.add({ sha256, kind, unique, ...is });
  }

  #add(chat: Chat, message: Pick<NewMessage, "by" | "media" | "caption">): Message {
    return this.messages.add({ ...inChat(chat), origin: null, button: null, ...message });
  }

  #posted(
    { bot, startedAt: askedAt }: Call,
    chat: Chat,
    {
      file,
      message,
      ...post
    }: Pick<Post, "file" | "asked" | "key" | "tag" | "isPacked" | "isDropped"> & {
      readonly message: Message;
    },
  ): void {
    const { sha256, kind } = file;
    const place = { bot, chat: chat.id, message: message.numbers.get(bot) ?? 0, fileId: fileIdOf(file, bot) };
    this.posts.push({ ...post, ...place, file, sha256, kind, at: this.#now(), askedAt });
  }

  #underQuota({ bot, startedAt }: Call, chat: Chat, run: () => Reply, cost = 1): Reply {
    const verdict = this.#gate(bot, chat).ask(startedAt, cost);
    if (verdict.type === "refuse") return flooded(verdict.retryAfter, false);
    this.#gate(bot, chat).book(this.#now() + verdict.waitMs, cost);
    return { ...run(), waitMs: verdict.waitMs };
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

function noRights(kind: string): string {
  return `not enough rights to send ${kind}s to the chat`;
}

/** A group that moved is a supergroup. */
function typeOf({ type, former }: Chat): string {
  return former.size > 0 ? "supergroup" : type;
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
