import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn, Task } from "../domain/task.ts";
import type { ChatInfo } from "../telegram/port.ts";
import { BotFloods } from "./bot-floods.ts";
import { laneConsequence } from "./consequence.ts";
import { type Lane, laneName } from "./lane.ts";
import { freeFirst, outlookOf } from "./outlook.ts";
import { LanePermit } from "./permit.ts";
import type { Judgement, LaneBoard, LaneOutlook, Pace, UnclearRefusal, WatchedLanes } from "./port.ts";
import type { SameSize } from "./same-size.ts";
import { Suspicions } from "./suspicions.ts";
import { verdictOn } from "./verdict.ts";
import type { Wait } from "./waits.ts";
import { whyNothingGoes, whyNotSoon } from "./why.ts";

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
  /** Called when the last open lane was closed, before `changed`. */
  readonly noneOpen: (cause: Failure) => void;
}

/** All lanes of a run: gives each item to the lane that is free first. */
export class Lanes implements LaneBoard, WatchedLanes {
  readonly #options: LanesOptions;
  readonly #floods = new BotFloods();
  readonly #suspicions: Suspicions;
  #lanes: readonly Lane[];
  /** Lanes whose chat became that of another. */
  readonly #mergedInto = new Map<Lane, Lane>();

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#lanes = options.lanes;
    this.#suspicions = new Suspicions(() => this.all, {
      close: (lane, cause, kind) => this.close(lane, cause, kind),
      opened: (lane) => this.#ended(lane),
      warn: (text) => this.#warn(text),
    });
    for (const lane of options.lanes) this.#report(lane);
  }

  get all(): readonly Lane[] {
    return this.#lanes;
  }

  isOpen(bot: string, kind?: MediaKind, except: readonly RefusedIn[] = []): boolean {
    return this.#open(bot, kind).some(({ chat }) => except.every((each) => each.chat !== chat));
  }

  get anyOpen(): boolean {
    return this.all.some((lane) => lane.closed === null);
  }

  whyClosed(bot: string, kind: MediaKind): Failure {
    return whyNothingGoes(this.all, bot, kind);
  }

  whyAway(bot: string, patienceMs: number): Failure | null {
    return whyNotSoon(this.all, bot, this.#options.clock.now(), patienceMs);
  }

  freeAt(bot: string, now: number): number {
    return Math.min(...this.#open(bot).map((lane) => lane.freeAt(now)), Number.POSITIVE_INFINITY);
  }

  outlook(bot: string, now: number): LaneOutlook {
    return outlookOf(this.#open(bot), now);
  }

  take(
    bot: string,
    kind: MediaKind,
    now: number,
    ahead: number,
    except: readonly RefusedIn[] = [],
  ): LanePermit | null {
    const { clock, botPaces, sameSize } = this.#options;
    const lane = freeFirst(this.#open(bot, kind), now, except);
    if (!lane || lane.freeAt(now) > now + ahead) return null;
    return new LanePermit(lane, {
      clock,
      sameSize,
      botPace: botPaces.get(bot),
      failed: (cause, asked) => this.#follow(lane, cause, { kind, asked }),
      passed: () => this.#suspicions.passed(lane, kind, clock.now()),
      ended: () => this.#ended(lane),
    });
  }

  /**
   * Forbids calls on this lane for `ms` from now; on all lanes of its bot when the flood wait turns out to be the
   * bot's. Deadlines only ever move later.
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

  /** Forbids calls on the lanes that a wait is about: of its bot in its chat, or in all of them. */
  hold({ bot, chat, until }: Wait): void {
    for (const lane of this.all) {
      if (lane.bot.slug !== bot || (chat !== null && lane.chat !== chat)) continue;
      lane.frozenUntil = Math.max(lane.frozenUntil, until);
      this.#changed(lane);
    }
  }

  /** Takes no more permits for this lane (of this kind); its work goes to the other lanes. */
  close(lane: Lane, cause: Failure, kind?: MediaKind): void {
    if (kind) lane.refused.add(kind);
    else lane.closed ??= cause;
    this.#report(lane);
    if (!this.anyOpen) this.#options.noneOpen(cause);
    this.#options.changed();
  }

  refused(bot: string, chat: string, refusal: UnclearRefusal): RefusedIn {
    return this.#suspicions.refused(bot, chat, refusal);
  }

  judge({ bot, kind, sendAs, refusedIn = [] }: Task, final: boolean): Judgement {
    const lanes = this.all.filter((lane) => lane.bot.slug === bot);
    return verdictOn(refusedIn, sendAs ?? kind, { lanes, final });
  }

  acquit(medium: string): void {
    this.#suspicions.acquit(medium);
  }

  reopen(lane: Lane, chat: ChatInfo): boolean {
    const others = this.all.filter((each) => each !== lane && each.bot === lane.bot && each.closed === null);
    if (others.some((each) => each.chat === chat.id)) return false;
    lane.chat = chat.id;
    lane.title = chat.title;
    lane.closed = null;
    this.allow(lane);
    return true;
  }

  allow(lane: Lane): void {
    lane.refused.clear();
    this.#suspicions.forget(lane);
    this.#ended(lane);
  }

  closeBot(bot: string, cause: Failure): void {
    for (const lane of this.#open(bot)) this.close(lane, cause);
  }

  /** Goes on in the chat that this one has become: in the lane that is there already, if there is one. */
  migrate(lane: Lane, chat: string): void {
    this.#options.migrated(lane, chat);
    this.#options.events.emit("laneMoved", { bot: lane.bot.slug, chat: lane.chat, to: chat });
    const there = this.all.find(
      (each) => each !== lane && each.bot.slug === lane.bot.slug && each.chat === chat,
    );
    if (there) this.#merge(lane, there);
    else lane.moveTo(chat);
    this.#changed(there ?? lane);
  }

  /** One chat has one pace and one freeze: what is left of `lane` goes by those of `there`. */
  #merge(lane: Lane, there: Lane): void {
    this.#mergedInto.set(lane, there);
    this.#lanes = this.#lanes.filter((each) => each !== lane);
    there.frozenUntil = Math.max(there.frozenUntil, lane.frozenUntil);
    lane.closed ??= failure(
      "chat_migrated",
      `chat ${lane.chat} is now ${there.chat}, which is a lane already`,
    );
    if (!this.anyOpen) this.#options.noneOpen(there.closed ?? lane.closed);
    this.#options.changed();
  }

  /** Keeps what was learned of all lanes for the next run. */
  rememberAll(): void {
    for (const lane of this.all) this.#options.keep(lane);
  }

  /** What the answer to a call means for its lane. */
  #follow(called: Lane, cause: Failure, { kind, asked }: { kind: MediaKind; asked: string }): void {
    const then = laneConsequence(cause);
    const lane = this.#mergedInto.get(called) ?? called;
    if (then?.do === "freeze") this.freeze(lane, then.ms);
    else if (then?.do === "move") this.#move(lane, then.chat, asked);
    else if (then) this.#out(lane, cause, then.do === "close-kind" ? kind : undefined);
  }

  #move(lane: Lane, chat: string, asked: string): void {
    if (asked !== lane.chat) return; // It comes late, and speaks of a chat that was left already.
    if (lane.mayMoveTo(chat)) {
      this.#warn(`${laneName(lane)} is now ${chat}: put the new id into your configuration`);
      this.migrate(lane, chat);
    } else
      this.#out(lane, failure("chat_migrated", `chat ${lane.chat} became ${chat}, and that leads nowhere`));
  }

  #out(lane: Lane, cause: Failure, kind?: MediaKind): void {
    this.close(lane, cause, kind);
    // The last one is reported as the end of the run.
    if (this.anyOpen) this.#warn(`${laneName(lane)} is out: ${cause.message}`);
  }

  #open(bot: string, kind?: MediaKind): Lane[] {
    return this.all.filter(
      (lane) => lane.bot.slug === bot && (kind ? lane.takes(kind) : lane.closed === null),
    );
  }

  #ended(lane: Lane): void {
    this.#suspicions.ended(lane);
    if (!this.#mergedInto.has(lane)) this.#report(lane);
    this.#options.changed();
  }

  #changed(lane: Lane): void {
    this.#options.keep(lane);
    this.#report(lane);
  }

  #report(lane: Lane): void {
    this.#options.events.emit("lane", lane.view());
  }

  #warn(text: string): void {
    this.#options.events.emit("notice", { level: "warn", text });
  }
}
