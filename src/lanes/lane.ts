import type { LaneView } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Bot } from "../telegram/port.ts";
import { placeAt } from "./place.ts";
import type { Pace } from "./port.ts";

/** A call for which a permit was given out; `startedAt` is null until it begins. */
export interface LaneCall {
  startedAt: number | null;
}

/** A group becomes a supergroup once; more moves than these say that somebody answers at random. */
const MOST_MOVES = 3;

/** A bot in a chat, with a pace of its own. Moments on the engine's clock. */
export class Lane {
  readonly bot: Bot;
  /** Changes with the owner of the lane, where processes share lanes. */
  pace: Pace;
  /** Until when calls may be made here; without end where no other process can have the lane. */
  leasedUntil = Number.POSITIVE_INFINITY;
  /** It is to be handed on as soon as no call is under way. */
  isLeaving = false;
  /** When somebody had work for it last. */
  wantedAt = Number.NEGATIVE_INFINITY;
  /** Changes when a group becomes a supergroup. */
  chat: string;
  title: string;
  readonly #formerChats = new Set<string>();
  /** The name by which the next run asks for it first; null for its id. */
  alias: string | null = null;
  /** Calls before this moment are forbidden by the server. */
  frozenUntil = Number.NEGATIVE_INFINITY;
  /** Why nothing can be posted here any more. */
  closed: Failure | null = null;
  sent = 0;
  readonly calls = new Set<LaneCall>();
  readonly refused = new Set<MediaKind>();
  /** How many of each kind were posted here. */
  readonly passed = new Map<MediaKind, number>();
  /** When the last of each kind was posted here. */
  readonly passedAt = new Map<MediaKind, number>();

  constructor(bot: Bot, chat: string, title: string, pace: Pace) {
    this.bot = bot;
    this.chat = chat;
    this.title = title;
    this.pace = pace;
  }

  takes(kind: MediaKind): boolean {
    return this.closed === null && !this.refused.has(kind);
  }

  /** Whether it is this process that may call here. */
  isOurs(now: number): boolean {
    return this.leasedUntil > now;
  }

  /** When a call could start here; Infinity while that depends on one that is under way, or on another process. */
  freeAt(now: number): number {
    if (!this.isOurs(now) || this.isLeaving) return Number.POSITIVE_INFINITY;
    const starts = [...this.calls].map(({ startedAt }) => startedAt);
    return Math.max(this.dueAt(now), placeAt(starts, this.pace, now));
  }

  /** When the next call is due here, whatever is under way; Infinity while another process has the lane, unless it is frozen. */
  dueAt(now: number): number {
    if ((!this.isOurs(now) || this.isLeaving) && this.frozenUntil <= now) return Number.POSITIVE_INFINITY;
    return Math.max(this.pace.next(now), this.frozenUntil);
  }

  /** Whether it can go on in that chat: not in one that it was in before, nor for ever. */
  mayMoveTo(chat: string): boolean {
    return chat !== this.chat && !this.#formerChats.has(chat) && this.#formerChats.size < MOST_MOVES;
  }

  moveTo(chat: string): void {
    this.#formerChats.add(this.chat);
    this.#goTo(chat);
  }

  /** What its chat is called by now. */
  isNow({ id, title }: { readonly id: string; readonly title: string }): void {
    if (id !== this.chat) this.#goTo(id);
    this.title = title;
  }

  /** Another chat is another lane for the processes that share them. */
  #goTo(chat: string): void {
    this.chat = chat;
    if (Number.isFinite(this.leasedUntil)) this.leasedUntil = Number.NEGATIVE_INFINITY;
  }

  /** Its chat became that of another lane, by whose deadlines both go. Returns why nothing can be posted any more, if that is so. */
  mergeInto(there: Lane): Failure {
    there.frozenUntil = Math.max(there.frozenUntil, this.frozenUntil);
    this.closed ??= failure(
      "chat_migrated",
      `chat ${this.chat} is now ${there.chat}, which is a lane already`,
    );
    return there.closed ?? this.closed;
  }

  view(): LaneView {
    const { bot, chat, title, sent, frozenUntil, closed } = this;
    const refused = this.refused.size > 0 ? { refused: [...this.refused] } : {};
    const { perMinute } = this.pace;
    return { bot: bot.slug, chat, title, perMinute, sent, frozenUntil, closed, ...refused };
  }
}

/** A lane by its two names, for messages. */
export function laneName({ bot, chat }: Lane): string {
  return `lane ${bot.slug} x ${chat}`;
}

/** A lane as a key of a map. */
export function laneKey(bot: string, chat: string): string {
  return `${bot}|${chat}`;
}
