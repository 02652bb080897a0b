import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn, Task } from "../domain/task.ts";
import type { ChatInfo } from "../telegram/port.ts";
import { followAnswer } from "./follow-answer.ts";
import { Freezes } from "./freezes.ts";
import type { Lane } from "./lane.ts";
import type { LanesOptions } from "./lanes-options.ts";
import { freeFirst } from "./outlook.ts";
import { byBot, OwnLanes } from "./own-lanes.ts";
import { LanePermit } from "./permit.ts";
import type { Judgement, LaneBoard, LaneOutlook, UnclearRefusal, WatchedLanes } from "./port.ts";
import { Suspicions } from "./suspicions.ts";
import { verdictOn } from "./verdict.ts";
import { whyNothingGoes } from "./why.ts";

/** All lanes of a run: gives each item to the lane that is free first. */
export class Lanes implements LaneBoard, WatchedLanes {
  readonly #options: LanesOptions;
  readonly freezes: Freezes;
  readonly #suspicions: Suspicions;
  #lanes: readonly Lane[];
  #byBot: ReadonlyMap<string, OwnLanes>;
  /** Lanes whose chat became that of another. */
  readonly #mergedInto = new Map<Lane, Lane>();

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#lanes = options.lanes;
    this.#byBot = byBot(options.lanes);
    this.freezes = new Freezes({
      clock: options.clock,
      shared: options.shared,
      all: () => this.all,
      open: (bot) => this.#of(bot).open,
      changed: (lane) => this.#changed(lane),
      told: (lane) => this.#told(lane),
    });
    this.#suspicions = new Suspicions(() => this.all, {
      close: (lane, cause, kind) => this.close(lane, cause, kind),
      opened: (lane) => this.#ended(lane),
      warn: (text) => this.warn(text),
    });
    for (const lane of options.lanes) this.#report(lane);
  }

  get all(): readonly Lane[] {
    return this.#lanes;
  }

  isOpen(bot: string, kind?: MediaKind, except: readonly RefusedIn[] = []): boolean {
    return this.#of(bot)
      .taking(kind)
      .some(({ chat }) => except.every((each) => each.chat !== chat));
  }

  get anyOpen(): boolean {
    return this.all.some((lane) => lane.closed === null);
  }

  whyClosed(bot: string, kind: MediaKind): Failure {
    return whyNothingGoes(this.#of(bot).all, bot, kind);
  }

  whyAway(bot: string, patienceMs: number): Failure | null {
    return this.#of(bot).whyAway(bot, this.#options.clock.now(), patienceMs);
  }

  freeAt(bot: string, now: number): number {
    this.want(bot);
    return this.nextAt(bot, now);
  }

  /** The same for those who only look: they have no work for it. */
  nextAt(bot: string, now: number): number {
    return this.#of(bot).freeAt(now);
  }

  /** A lane was won or lost. */
  leased(lane: Lane): void {
    this.#of(lane.bot.slug).changed();
    this.#options.changed();
  }

  want(bot: string): void {
    this.#options.share?.want(this.#of(bot).open);
  }

  outlook(bot: string, now: number): LaneOutlook {
    return this.#of(bot).outlook(now);
  }

  take(
    bot: string,
    kind: MediaKind,
    now: number,
    ahead: number,
    except: readonly RefusedIn[] = [],
  ): LanePermit | null {
    this.want(bot);
    const lane = freeFirst(this.#of(bot).taking(kind), now, except);
    return lane && lane.freeAt(now) <= now + ahead ? this.#permit(lane, kind) : null;
  }

  isOpenIn(bot: string, chat: string): boolean {
    return this.#of(bot).open.some((lane) => lane.chat === chat);
  }

  /** Calls a minute of this bot in this chat; null where it has no open lane there. */
  paceIn(bot: string, chat: string): number | null {
    return this.#of(bot).open.find((lane) => lane.chat === chat)?.pace.perMinute ?? null;
  }

  takeIn(bot: string, chat: string, now: number, ahead: number): LanePermit | null {
    const lane = this.#of(bot).open.find((each) => each.chat === chat);
    if (lane) this.#options.share?.want([lane]);
    return lane && lane.freeAt(now) <= now + ahead ? this.#permit(lane) : null;
  }

  waitMs(bot: string, chat: string | null, now: number): number {
    const lanes = this.#of(bot).open.filter((each) => chat === null || each.chat === chat);
    if (lanes.length === 0) return 0;
    return Math.max(0, Math.min(...lanes.map(({ frozenUntil }) => frozenUntil)) - now);
  }

  /** Forbids calls on this lane for `ms` from now; on all of its bot when the flood wait turns out to be the bot's. */
  freeze(lane: Lane, ms: number): void {
    this.freezes.freeze(lane, ms);
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
    return verdictOn(refusedIn, sendAs ?? kind, { lanes: this.#of(bot).all, final });
  }

  acquit(medium: string): void {
    this.#suspicions.acquit(medium);
  }

  reopen(lane: Lane, chat: ChatInfo): boolean {
    const others = this.all.filter((each) => each !== lane && each.bot === lane.bot && each.closed === null);
    if (others.some((each) => each.chat === chat.id)) return false;
    lane.isNow(chat);
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
    for (const lane of this.#of(bot).open) this.close(lane, cause);
  }

  /** Goes on in the chat that this one has become: in the lane that is there already, if there is one. */
  migrate(lane: Lane, chat: string): void {
    this.#options.migrated(lane, chat);
    this.#options.events.emit("laneMoved", { bot: lane.bot.slug, chat: lane.chat, to: chat });
    const there = this.#of(lane.bot.slug).all.find((each) => each !== lane && each.chat === chat);
    if (there) this.#merge(lane, there);
    else lane.moveTo(chat);
    this.#changed(there ?? lane);
  }

  /** One chat has one pace and one freeze: what is left of `lane` goes by those of `there`. */
  #merge(lane: Lane, there: Lane): void {
    this.#mergedInto.set(lane, there);
    this.#lanes = this.#lanes.filter((each) => each !== lane);
    this.#byBot = byBot(this.#lanes);
    const cause = lane.mergeInto(there);
    if (!this.anyOpen) this.#options.noneOpen(cause);
    this.#options.changed();
  }

  /** Keeps what was learned of all lanes for the next run, and for whoever has them next. */
  async rememberAll(): Promise<void> {
    const { clock, share, keep } = this.#options;
    for (const lane of this.all) if (lane.isOurs(clock.now())) keep(lane);
    await share?.end();
  }

  #permit(lane: Lane, kind?: MediaKind): LanePermit {
    const { clock, botPaces, sameSize } = this.#options;
    return new LanePermit(lane, {
      clock,
      sameSize,
      botPace: botPaces.get(lane.bot.slug),
      failed: (cause, asked) =>
        followAnswer(this, this.#mergedInto.get(lane) ?? lane, { cause, kind, asked }),
      passed: (posted = kind) => posted && this.#suspicions.passed(lane, posted, clock.now()),
      moved: () => this.#of(lane.bot.slug).changed(),
      ended: () => this.#ended(lane),
    });
  }

  #of(bot: string): OwnLanes {
    return this.#byBot.get(bot) ?? new OwnLanes([]);
  }

  #ended(lane: Lane): void {
    this.#suspicions.ended(lane);
    this.#told(lane);
  }

  #told(lane: Lane): void {
    this.#of(lane.bot.slug).changed();
    if (!this.#mergedInto.has(lane)) this.#report(lane);
    this.#options.changed();
  }

  #changed(lane: Lane): void {
    this.#options.keep(lane);
    this.#report(lane);
  }

  #report(lane: Lane): void {
    this.#of(lane.bot.slug).changed();
    this.#options.events.emit("lane", lane.view());
  }

  /** Tells people. */
  warn(text: string): void {
    this.#options.events.emit("notice", { level: "warn", text });
  }
}
