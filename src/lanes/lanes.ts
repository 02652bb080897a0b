import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { ChatInfo } from "../telegram/port.ts";
import { BotFloods } from "./bot-floods.ts";
import type { Lane } from "./lane.ts";
import type { Pace } from "./pace.ts";
import type { SameSize } from "./same-size.ts";
import { Ticket } from "./ticket.ts";

export interface LanesOptions {
  readonly lanes: readonly Lane[];
  /** Pace over all chats of a bot, by slug; without one there is no such limit. */
  readonly botPaces: ReadonlyMap<string, Pace>;
  readonly clock: Clock;
  readonly events: Emitter;
  /** Called when something about a lane is worth keeping for the next run. */
  readonly keep: (lane: Lane) => void;
  /** Called before the chat of a lane changes its id. */
  readonly migrated: (lane: Lane, to: string) => void;
  /** Null for a server that does not space uploads of one size (local mode). */
  readonly sameSize: SameSize | null;
  /** Called when a lane may have become free, or was closed. */
  readonly changed: () => void;
}

/** All lanes of a run: gives each item to the lane that is free first. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #floods = new BotFloods();

  constructor(options: LanesOptions) {
    this.#options = options;
    for (const lane of options.lanes) this.#tell(lane);
  }

  get all(): readonly Lane[] {
    return this.#options.lanes;
  }

  /** Whether anything can still be posted for this bot (of this kind). */
  isOpen(bot: string, kind?: MediaKind): boolean {
    return this.all.some((lane) => lane.bot.slug === bot && (kind ? lane.takes(kind) : lane.closed === null));
  }

  get anyOpen(): boolean {
    return this.all.some((lane) => lane.closed === null);
  }

  /** Why nothing (of this kind) can be posted for this bot. */
  whyClosed(bot: string, kind: MediaKind): Failure {
    const closed = this.all.find((lane) => lane.bot.slug === bot && lane.closed !== null)?.closed;
    return closed ?? failure("kind_not_allowed", `no warmup chat of bot ${bot} takes a ${kind}`);
  }

  /** The earliest moment at which a lane of this bot is free; Infinity while all are busy or closed. */
  freeAt(bot: string, now: number): number {
    return Math.min(...this.#open(bot).map((lane) => lane.freeAt(now)), Number.POSITIVE_INFINITY);
  }

  /** A place on the lane that is free first, if that is within `ahead` ms of now; else null. */
  take(bot: string, kind: MediaKind, now: number, ahead: number): Ticket | null {
    const { clock, botPaces, sameSize } = this.#options;
    const lane = this.#open(bot, kind).reduce<Lane | null>(
      (best, each) => (best && best.freeAt(now) <= each.freeAt(now) ? best : each),
      null,
    );
    if (!lane || lane.freeAt(now) > now + ahead) return null;
    return new Ticket(lane, { clock, botPace: botPaces.get(bot), sameSize, ended: () => this.#ended(lane) });
  }

  /**
   * The server forbids calls on this lane for `ms` from now; where it turns out to be the bot's trouble, on all its lanes.
   * Deadlines only ever move later.
   */
  freeze(lane: Lane, ms: number): void {
    const now = this.#options.clock.now();
    const open = this.#open(lane.bot.slug);
    const frozen = this.#floods.note(lane, open, now) ? open : [lane];
    for (const each of frozen) {
      each.frozenUntil = Math.max(each.frozenUntil, now + ms);
      this.#changed(each);
    }
  }

  /** Nothing can be posted in this chat (of this kind) any more; its work goes to the other lanes. */
  close(lane: Lane, cause: Failure, kind?: MediaKind): void {
    if (kind) lane.refused.add(kind);
    else lane.closed ??= cause;
    this.#ended(lane);
  }

  /** The chat of a closed lane takes posts again. False when another lane of its bot has that chat already. */
  reopen(lane: Lane, chat: ChatInfo): boolean {
    const isTaken = this.all.some(
      (each) => each !== lane && each.bot === lane.bot && each.closed === null && each.chat === chat.id,
    );
    if (isTaken) return false;
    lane.chat = chat.id;
    lane.title = chat.title;
    lane.closed = null;
    lane.refused.clear();
    this.#ended(lane);
    return true;
  }

  /** Kinds that were refused here may be sent again: the chat's permissions may have changed. */
  allow(lane: Lane): void {
    lane.refused.clear();
    this.#ended(lane);
  }

  /** Nothing can be posted by this bot any more. */
  closeBot(bot: string, cause: Failure): void {
    for (const lane of this.#open(bot)) this.close(lane, cause);
  }

  /** The chat of this lane goes on under another id. */
  migrate(lane: Lane, chat: string): void {
    this.#options.migrated(lane, chat);
    lane.chat = chat;
    this.#changed(lane);
  }

  /** Keeps what was learned of all lanes for the next run. */
  rememberAll(): void {
    for (const lane of this.all) this.#options.keep(lane);
  }

  #open(bot: string, kind?: MediaKind): Lane[] {
    return this.all.filter(
      (lane) => lane.bot.slug === bot && (kind ? lane.takes(kind) : lane.closed === null),
    );
  }

  #ended(lane: Lane): void {
    this.#tell(lane);
    this.#options.changed();
  }

  #changed(lane: Lane): void {
    this.#options.keep(lane);
    this.#tell(lane);
  }

  #tell(lane: Lane): void {
    this.#options.events.emit("lane", lane.view());
  }
}
