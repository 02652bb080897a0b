import type { MediaKind } from "../../domain/media.ts";
import { type Answered, answered, badRequest, forbidden, refused } from "./api-error.ts";
import type { BotIdentity, Bots } from "./bots.ts";
import type { ChatOptions, ChatType } from "./options.ts";

/** What a bot is in a chat. */
export type Membership = "member" | "kicked" | "left";

/** A right over the posts of others that an administrator of a channel may lack. */
type AdminRight = "edit" | "delete";

/** A chat, with everything that can be wrong with it. */
export interface Chat {
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  readonly username: string | null;
  readonly options: ChatOptions;
  readonly membership: Map<number, Membership>;
  /** Kinds that nobody may send there. */
  restricted: ReadonlySet<MediaKind>;
  readOnly: boolean;
  /** Nothing may be forwarded out of it. */
  guarded: boolean;
  /** Bots that were not given a right of an administrator, or from which it was taken. */
  readonly taken: Readonly<Record<AdminRight, Set<number>>>;
  deleted: boolean;
  migratedTo: number | null;
}

/** The chats of the sandbox, found by numeric id or @username. */
export class Chats {
  readonly #bots: Bots;
  readonly #initial: readonly ChatOptions[];
  readonly #byId = new Map<string, Chat>();

  constructor(options: readonly ChatOptions[], bots: Bots) {
    this.#bots = bots;
    this.#initial = options;
    this.reset();
  }

  /** Restores all chats to the state of the start. */
  reset(): void {
    this.#byId.clear();
    for (const options of this.#initial) this.add(options);
  }

  add(options: ChatOptions): Chat {
    const chat: Chat = {
      id: options.id,
      type: options.type,
      title: options.title,
      username: options.username ?? null,
      options,
      membership: this.#membersOf(options),
      restricted: new Set(),
      readOnly: false,
      guarded: options.protected ?? false,
      taken: { edit: this.#without(options.canEditMessages), delete: new Set() },
      deleted: false,
      migratedTo: null,
    };
    this.#byId.set(String(chat.id), chat);
    return chat;
  }

  /** Finds a chat by numeric id or @username, as in `chat_id`. */
  find(name: string): Chat | undefined {
    if (!name.startsWith("@")) return this.#byId.get(name);
    const wanted = name.slice(1).toLowerCase();
    return [...this.#byId.values()].find((chat) => chat.username?.toLowerCase() === wanted);
  }

  /** Returns the chat for a bot that is in it, or the refusal of the API. */
  open(name: string | null, bot: BotIdentity): Answered<Chat> {
    if (name === null || name === "") return refused(badRequest("chat_id is empty"));
    const chat = this.find(name);
    if (chat === undefined) return refused(badRequest("chat not found"));
    if (chat.migratedTo !== null) return refused(migrated(chat.migratedTo));
    if (chat.deleted) {
      return refused(
        forbidden(chat.type === "private" ? "user is deactivated" : "the group chat was deleted"),
      );
    }
    return memberOf(chat, bot);
  }

  /** Returns the numeric ids of the bots that are not among those named. */
  #without(named: ChatOptions["canEditMessages"]): Set<number> {
    if (named === undefined) return new Set();
    const having = named.map((name) => this.#bots.find(name)?.id);
    return new Set(this.#bots.list.map(({ id }) => id).filter((id) => !having.includes(id)));
  }

  #membersOf({ members }: ChatOptions): Map<number, Membership> {
    const inside = members?.map((name) => {
      const bot = this.#bots.find(name);
      if (bot === undefined) throw new RangeError(`the sandbox has no bot ${name}`);
      return bot.id;
    });
    return new Map(this.#bots.list.map(({ id }) => [id, inside && !inside.includes(id) ? "left" : "member"]));
  }
}

/** True for a bot that may edit what others post in this channel. */
export function mayEditOthers({ readOnly, taken }: Chat, bot: BotIdentity): boolean {
  return !readOnly && !taken.edit.has(bot.id);
}

/** Returns why this bot may not post media of this kind (null: text) there, in the words of BAS and TD. */
export function mayPost(chat: Chat, kind: MediaKind | null): Answered<Chat> {
  if (chat.readOnly) {
    const channel = chat.type === "channel";
    const text = channel
      ? "need administrator rights in the channel chat"
      : "have no write access to the chat";
    return refused(badRequest(text));
  }
  if (kind !== null && chat.restricted.has(kind)) {
    const what = kind === "voice" ? "voice notes" : `${kind}s`;
    return refused(badRequest(`not enough rights to send ${what} to the chat`));
  }
  return answered(chat);
}

function migrated(to: number) {
  return badRequest("group chat was upgraded to a supergroup chat", { migrate_to_chat_id: to });
}

function memberOf(chat: Chat, bot: BotIdentity): Answered<Chat> {
  const membership = chat.membership.get(bot.id) ?? "left";
  if (membership === "member") return answered(chat);
  if (chat.type === "private") {
    const blocked = membership === "kicked";
    return refused(
      forbidden(blocked ? "bot was blocked by the user" : "bot can't initiate conversation with a user"),
    );
  }
  return refused(
    forbidden(
      membership === "kicked"
        ? `bot was kicked from the ${chat.type} chat`
        : `bot is not a member of the ${chat.type} chat`,
    ),
  );
}
