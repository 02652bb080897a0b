import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn, Task } from "../domain/task.ts";
import type { ChatInfo } from "../telegram/port.ts";
import { BotFloods } from "./bot-floods.ts";
import { laneConsequence } from "./consequence.ts";
import { type Lane, laneName } from "./lane.ts";
import { LanePermit } from "./permit.ts";
import type { Judgement, LaneBoard, Pace, UnclearRefusal, WatchedLanes } from "./port.ts";
import type { SameSize } from "./same-size.ts";
import { Suspicions } from "./suspicions.ts";
import { verdictOn } from "./verdict.ts";
import type { Wait } from "./waits.ts";

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

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#suspicions = new Suspicions(options.lanes, {
      close: (lane, cause, kind) => this.close(lane, cause, kind),
      opened: (lane) => this.#ended(lane),
      warn: (text) => this.#warn(text),
    });
    for (const lane of options.lanes) this.#report(lane);
  }

  get all(): readonly Lane[] {
    return this.#options.lanes;
  }

  isOpen(bot: string, kind?: MediaKind, except: readonly RefusedIn[] = []): boolean {
    return this.#open(bot, kind).some(({ chat }) => except.every((each) => each.chat !== chat));
  }

  get anyOpen(): boolean {
    return this.all.some((lane) => lane.closed === null);
  }

  whyClosed(bot: string, kind: MediaKind): Failure {
    if (this.isOpen(bot)) return failure("kind_not_allowed", `no warmup chat of bot ${bot} takes a ${kind}`);
    const why = this.all.find((lane) => lane.bot.slug === bot)?.closed?.message;
    return failure("no_lane_left", `bot ${bot} has no warmup chat left to send to${why ? `: ${why}` : ""}`);
  }

  whyAway(bot: string, patienceMs: number): Failure | null {
    const own = this.all.filter((lane) => lane.bot.slug === bot);
    const open = own.filter(({ closed }) => closed === null);
    if (open.length === 0)
      return own[0]?.closed ?? failure("no_lane_left", `bot ${bot} has no warmup chat to send to`);
    const leftMs = Math.min(...open.map(({ frozenUntil }) => frozenUntil)) - this.#options.clock.now();
    if (leftMs <= patienceMs) return null;
    const seconds = Math.ceil(leftMs / 1000);
    return failure(
      "flood_wait",
      `Telegram asked bot ${bot} to wait; all its lanes are frozen for ${seconds} s`,
    );
  }

  freeAt(bot: string, now: number): number {
    return Math.min(...this.#open(bot).map((lane) => lane.freeAt(now)), Number.POSITIVE_INFINITY);
  }

  take(
    bot: string,
    kind: MediaKind,
    now: number,
    ahead: number,
    except: readonly RefusedIn[] = [],
  ): LanePermit | null {
    const { clock, botPaces, sameSize } = this.#options;
    const eligible = this.#open(bot, kind).filter(({ chat }) => except.every((each) => each.chat !== chat));
    const lane = eligible.reduce<Lane | null>(
      (best, each) => (best && best.freeAt(now) <= each.freeAt(now) ? best : each),
      null,
    );
    if (!lane || lane.freeAt(now) > now + ahead) return null;
    return new LanePermit(lane, {
      clock,
      sameSize,
      botPace: botPaces.get(bot),
      failed: (cause) => this.#follow(lane, kind, cause),
      passed: () => this.#suspicions.passed(lane, kind),
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
    const isTaken = this.all.some(
      (each) => each !== lane && each.bot === lane.bot && each.closed === null && each.chat === chat.id,
    );
    if (isTaken) return false;
    lane.chat = chat.id;
    lane.title = chat.title;
    lane.closed = null;
    lane.refused.clear();
    this.#suspicions.forget(lane);
    this.#ended(lane);
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

  /** Goes on in the chat that this one has become. */
  migrate(lane: Lane, chat: string): void {
    this.#options.migrated(lane, chat);
    lane.chat = chat;
    this.#changed(lane);
  }

  /** Keeps what was learned of all lanes for the next run. */
  rememberAll(): void {
    for (const lane of this.all) this.#options.keep(lane);
  }

  /** What the answer to a call of this kind means for its lane. */
  #follow(lane: Lane, kind: MediaKind, cause: Failure): void {
    const then = laneConsequence(cause);
    const name = laneName(lane);
    if (then === null) return;
    if (then.do === "freeze") this.freeze(lane, then.ms);
    else if (then.do === "move") {
      this.#warn(`${name} is now ${then.chat}: put the new id into your configuration`);
      this.migrate(lane, then.chat);
    } else {
      this.close(lane, cause, then.do === "close-kind" ? kind : undefined);
      // The last one is reported as the end of the run.
      if (this.anyOpen) this.#warn(`${name} is out: ${cause.message}`);
    }
  }

  #open(bot: string, kind?: MediaKind): Lane[] {
    return this.all.filter(
      (lane) => lane.bot.slug === bot && (kind ? lane.takes(kind) : lane.closed === null),
    );
  }

  #ended(lane: Lane): void {
    this.#report(lane);
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
