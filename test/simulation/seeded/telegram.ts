import { createHash } from "node:crypto";
import { FloodGate } from "../../../src/sandbox/flood-control/gate.ts";
import type { FloodLimits } from "../../../src/sandbox/flood-control/limits.ts";
import { keyOfUrl, type SimulatedBucket } from "./bucket.ts";
import type { Form } from "./form.ts";

/** A message that was really posted. */
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
  /** The key that it was fetched by; null for an upload. */
  readonly key: string | null;
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
}

/** What a media server makes of a file instead of taking it as it is. */
export type Twist = "refuse" | "as document" | "short id";

const KIND = /^send(Photo|Video|Document)$/;

/** Telegram, as far as a run meets it: chats, floods, posts. It keeps the truth. */
export class SimulatedTelegram {
  readonly posts: Post[] = [];
  readonly chats: readonly Chat[];
  /** By content: what is made of it as photo. */
  readonly twists = new Map<string, Twist>();
  readonly #bucket: SimulatedBucket;
  readonly #now: () => number;
  readonly #gates = new Map<string, FloodGate>();
  #messages = 0;

  constructor(chats: readonly Chat[], bucket: SimulatedBucket, now: () => number) {
    this.chats = chats;
    this.#bucket = bucket;
    this.#now = now;
  }

  /** Carries a call out, or refuses it. */
  answer(call: Call): Reply {
    if (call.method === "getMe")
      return done({ id: Number(call.bot), is_bot: true, username: `bot${call.bot}` });
    const asked = call.form.fields.get("chat_id") ?? "";
    const chat = this.chats.find(({ id, former }) => id === asked || former.has(asked));
    if (!chat) return refused(400, "Bad Request: chat not found");
    if (chat.id !== asked)
      return refused(400, "Bad Request: group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: Number(chat.id),
      });
    if (call.method === "getChat")
      return done({ id: Number(chat.id), type: chat.type, title: `chat ${chat.id}` });
    if (call.method === "getChatMember") return memberOf(chat, call);
    return this.#send(call, chat);
  }

  freeze(bot: string, chat: Chat, ms: number): void {
    this.#gate(bot, chat).freeze(ms);
  }

  #send(call: Call, chat: Chat): Reply {
    const { bot, method, startedAt } = call;
    const asked = KIND.exec(method)?.[1]?.toLowerCase() ?? "";
    if (chat.kicked.has(bot)) return refused(403, `Forbidden: bot was kicked from the ${chat.type} chat`);
    if (chat.refuses.has(asked))
      return refused(400, `Bad Request: not enough rights to send ${asked}s to the chat`);
    const content = this.#contentOf(call.form, asked);
    if (content === null) return refused(400, "Bad Request: failed to get HTTP URL content");
    const twist = asked === "photo" ? this.twists.get(content) : undefined;
    if (twist === "refuse") return refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS");
    const verdict = this.#gate(bot, chat).ask(startedAt);
    if (verdict.type === "refuse") return flooded(verdict.retryAfter, false);
    this.#gate(bot, chat).book(this.#now() + verdict.waitMs);
    const kind = twist === "as document" ? "document" : asked;
    const key = call.form.file === null ? keyOfUrl(call.form.fields.get(asked) ?? "") : null;
    return {
      ...this.#post({ bot, chat: chat.id, sha256: content, asked, kind, key }, twist),
      waitMs: verdict.waitMs,
    };
  }

  #post(what: Omit<Post, "message" | "fileId" | "at">, twist: Twist | undefined): Reply {
    this.#messages += 1;
    const message = this.#messages;
    const fileId = `file-${message}-of-${what.bot}`;
    this.posts.push({ ...what, message, fileId, at: this.#now() });
    const unique = twist === "short id" ? "short" : `unique-${what.sha256.slice(0, 12)}`;
    const file = { file_id: fileId, file_unique_id: unique, width: 2, height: 2 };
    const media = what.kind === "photo" ? { photo: [file] } : { [what.kind]: file };
    return done({ message_id: message, chat: { id: Number(what.chat) }, date: 0, ...media });
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

function done(result: object): Reply {
  return { status: 200, body: JSON.stringify({ ok: true, result }), waitMs: 0 };
}

function refused(code: number, description: string, parameters?: object): Reply {
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
    ? refused(400, `Bad Request: too Many Requests: retry after ${seconds}`)
    : refused(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  return { ...reply, floodMs: seconds * 1000 };
}

function memberOf(chat: Chat, { bot }: Call): Reply {
  const user = { id: Number(bot), is_bot: true };
  if (chat.kicked.has(bot)) return done({ status: "kicked", user });
  return done({ status: "administrator", user, can_post_messages: true });
}
