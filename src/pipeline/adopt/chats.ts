import type { AdoptWay } from "../../domain/adopt-way.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { askPatiently, HASTE } from "../../domain/patience.ts";
import type { LaneBoard } from "../../lanes/port.ts";
import type { PostedMessage } from "../../ledgers/adopt-port.ts";
import type { Bot, ChatInfo } from "../../telegram/port.ts";
import { adoptWay, CALLS } from "./way.ts";

/** A lane by which a bot may adopt. */
interface AdoptLane {
  readonly bot: Bot;
  readonly chat: ChatInfo;
}

export interface AdoptChatsOptions {
  readonly lanes: LaneBoard;
  readonly adoptLanes: readonly AdoptLane[];
  readonly clock: Clock;
  readonly events: Emitter;
  readonly draining: AbortSignal;
  /** Slug of the bot whose messages are adopted. */
  readonly from: string;
}

interface ChatFacts {
  readonly lane: AdoptLane;
  readonly editsOthers: boolean;
  readonly refused: Set<AdoptWay>;
}

/** What bots may do with the messages of another in the chats that they share; asked once a chat, when it is first needed. */
export class AdoptChats {
  readonly #options: AdoptChatsOptions;
  readonly #facts = new Map<string, Promise<ChatFacts | null>>();

  constructor(options: AdoptChatsOptions) {
    this.#options = options;
  }

  /** How this bot gets its id by this message; null where it has to be warmed. */
  async wayTo(bot: string, { chatId, caption, inPack }: PostedMessage): Promise<AdoptWay | null> {
    const facts = await this.#factsOf(bot, chatId);
    if (facts === null) return null;
    return adoptWay({
      isOpen: this.#options.lanes.isOpenIn(bot, chatId),
      ownIds: hasOwnIds(facts.lane.chat),
      editsOthers: facts.editsOthers,
      isProtected: facts.lane.chat.isProtected === true,
      isCaptionKnown: caption !== null,
      inPack,
      refused: facts.refused,
    });
  }

  /** This chat refuses this way for any message. */
  async refuse(bot: string, chatId: string, way: AdoptWay): Promise<void> {
    (await this.#factsOf(bot, chatId))?.refused.add(way);
  }

  #factsOf(bot: string, chatId: string): Promise<ChatFacts | null> {
    const name = `${bot}|${chatId}`;
    const known = this.#facts.get(name) ?? this.#ask(bot, chatId);
    this.#facts.set(name, known);
    return known;
  }

  /** Who does not say what it may do is taken to be allowed: its first call shows. */
  async #ask(slug: string, chatId: string): Promise<ChatFacts | null> {
    const { adoptLanes, clock, draining: signal } = this.#options;
    const lane = adoptLanes.find(({ bot, chat }) => bot.slug === slug && chat.id === chatId);
    if (!lane) return null;
    const mayPass = ({ class: failureClass }: { class: string }) => failureClass === "transient";
    const asking = () => lane.bot.rightsIn(lane.chat);
    const rights = await askPatiently(asking, { patience: HASTE, clock, signal, mayPass });
    const editsOthers = rights.ok ? rights.value.editsOthers : lane.chat.type === "channel";
    const facts = { lane, editsOthers, refused: new Set<AdoptWay>() };
    this.#tell(facts);
    return facts;
  }

  #tell({ lane: { bot, chat }, editsOthers }: ChatFacts): void {
    const { events, from } = this.#options;
    const isProtected = chat.isProtected === true;
    const common = { isOpen: true, isCaptionKnown: true, inPack: false, refused: new Set<AdoptWay>() };
    const way = adoptWay({ ...common, ownIds: hasOwnIds(chat), editsOthers, isProtected });
    const where = `bot ${bot.slug} in ${chat.id} (${chat.title})`;
    const text =
      way === null
        ? `${where} cannot get at what ${from} posted: it is warmed`
        : `${where} adopts what ${from} posted by ${WORDS[way]} (${calls(CALLS[way])} a row, no bytes; warming takes 1 call and the bytes)`;
    events.emit("notice", { level: "info", text });
  }
}

/** Private chats and basic groups number their messages for each bot anew (core.telegram.org/api/messages#message-identifiers). */
function hasOwnIds({ type }: ChatInfo): boolean {
  return type === "private" || type === "group";
}

const WORDS: Readonly<Record<AdoptWay, string>> = {
  edit: "an edit of its caption that nobody sees",
  forward: "a forward that is deleted again",
};

function calls(count: number): string {
  return count === 1 ? "1 call" : `${count} calls`;
}
