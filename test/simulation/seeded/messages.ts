/** What a message is besides its number; `chat` is the id that its chat had. */
export interface NewMessage {
  readonly chat: string;
  readonly chatType: string;
  /** Numeric id of the bot that posted it; null for somebody else. */
  readonly by: string | null;
  /** As the API shows them to a bot; null for a text. */
  readonly media: ((bot: string) => object) | null;
  readonly origin: Message | null;
  caption: string | null;
  /** The text of its button; null without one. */
  button: string | null;
}

/** A message as it stands now. */
export interface Message extends NewMessage {
  /** Its number for each bot; in channels and supergroups it is the same for all. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The button that it was posted with. */
  readonly given: string | null;
  isDeleted: boolean;
  /** The last edit of it by somebody else. */
  touched: Touch | null;
}

/** An edit of a stranger's post. */
interface Touch {
  readonly bot: string;
  /** When its call began, and when the bot was told last before what it may do. */
  readonly at: number;
  readonly toldAt: number;
}

/**
 * All messages. Numbers ascend and are never used twice: in a channel and a supergroup they are the chat's, in basic groups
 * each bot has one series of its own over all of them.
 */
export class Messages {
  readonly all: Message[] = [];
  readonly #bots: readonly string[];
  readonly #last = new Map<string, number>();

  constructor(bots: readonly string[]) {
    this.#bots = bots;
  }

  add(message: NewMessage): Message {
    const number = message.chatType === "group" ? null : this.#next(`chat ${message.chat}`);
    const numbers = this.#bots.map((bot) => [bot, number ?? this.#next(`bot ${bot}`)] as const);
    const added = {
      ...message,
      numbers: new Map(numbers),
      given: message.button,
      isDeleted: false,
      touched: null,
    };
    this.all.push(added);
    return added;
  }

  /** The message that has this number for the bot and was not deleted. */
  find(chat: string, bot: string, number: number): Message | null {
    const found = this.all.find(
      (each) => each.chat === chat && each.numbers.get(bot) === number && !each.isDeleted,
    );
    return found ?? null;
  }

  #next(series: string): number {
    const next = (this.#last.get(series) ?? 0) + 1;
    this.#last.set(series, next);
    return next;
  }
}

/** A message as the API shows it to a bot. */
export function shown(
  { chat, chatType, by, media, origin, caption, button, ...message }: Message,
  bot: string,
) {
  const where = { id: Number(chat), type: chatType };
  const from = by === null ? { id: 900, is_bot: false } : { id: Number(by), is_bot: true };
  return {
    message_id: message.numbers.get(bot) ?? 0,
    chat: where,
    date: 0,
    ...(chatType === "channel" ? { sender_chat: where } : { from }),
    ...(origin === null ? {} : { forward_origin: originOf(origin, bot) }),
    ...(media === null ? { text: "a text" } : media(bot)),
    ...(caption === null ? {} : { caption }),
    ...(button === null ? {} : { reply_markup: keyboardOf(button) }),
  };
}

function keyboardOf(text: string) {
  return { inline_keyboard: [[{ text, callback_data: "x" }]] };
}

function originOf({ chat, chatType, by, numbers }: Message, bot: string) {
  return chatType === "channel"
    ? { type: "channel", chat: { id: Number(chat), type: chatType }, message_id: numbers.get(bot), date: 0 }
    : { type: "user", sender_user: { id: Number(by ?? 900), is_bot: by !== null }, date: 0 };
}
