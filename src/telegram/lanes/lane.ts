import type { LaneView } from "../../domain/events.ts";
import type { Failure } from "../../domain/failure.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Bot } from "../port.ts";
import type { Pace } from "./pace.ts";

/** A bot in a chat, with a pace of its own. Moments on the engine's clock. */
export class Lane {
  readonly bot: Bot;
  readonly pace: Pace;
  /** Changes when a group becomes a supergroup. */
  chat: string;
  title: string;
  /** Calls before this moment are forbidden by the server. */
  frozenUntil = Number.NEGATIVE_INFINITY;
  /** Why nothing can be posted here any more. */
  closed: Failure | null = null;
  /** Tickets given out and not yet used up. */
  busy = 0;
  sent = 0;
  readonly refused = new Set<MediaKind>();

  constructor(bot: Bot, chat: string, title: string, pace: Pace) {
    this.bot = bot;
    this.chat = chat;
    this.title = title;
    this.pace = pace;
  }

  takes(kind: MediaKind): boolean {
    return this.closed === null && !this.refused.has(kind);
  }

  /** When a call could start here; Infinity while as many as may be are under way. */
  freeAt(now: number): number {
    if (this.busy >= this.pace.atOnce) return Number.POSITIVE_INFINITY;
    return Math.max(this.pace.next(now), this.frozenUntil);
  }

  view(): LaneView {
    const { bot, chat, title, sent, frozenUntil, closed } = this;
    return { bot: bot.slug, chat, title, perMinute: this.pace.perMinute, sent, frozenUntil, closed };
  }
}
