import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn, Task } from "../domain/task.ts";
import type { Bot, CallAnswer, CallTimes, ChatInfo } from "../telegram/port.ts";

/**
 * The right to make one call on a lane, which counts as busy for as long as it lasts:
 * given out -> {@link Permit.ready} -> the call -> {@link Permit.end}; or given back by {@link Permit.drop}.
 */
export interface Permit {
  /** Whom to call, and where; the chat may change until the permit is ready. */
  readonly lane: CalledLane;
  /**
   * Waits until the call may begin; `uploadBytes` is the size of all files of the call, 0 by URL. False when the lane was
   * frozen or closed meanwhile, or on abort: the permit is then dropped.
   */
  ready(signal: AbortSignal, uploadBytes: number): Promise<boolean>;
  /**
   * Said right before the call, which leaves now: false when the lane was frozen, closed or moved since {@link Permit.ready}, and it must not.
   * A call that leaves as soon as the permit is ready need not say so.
   */
  leaves(): boolean;
  /**
   * The call has ended: its answer sets the pace, freezes, moves or closes the lane, and frees it, in this order and at once. A call
   * that is no send (an edit, a forward, a deletion) is ended with `other`: it uses the chat's quota up as a send does, but
   * takes another time, and says nothing about which media the chat takes. One with several media is ended with what they were.
   */
  end(answer: CallAnswer<unknown>, call?: "other" | PackedKinds): void;
  /** Before {@link Permit.ready}: the call takes so many slots of the lane and of its bot. */
  widen(slots: number): void;
  /** Not used. Safe to call at any time, also after the end. */
  drop(): void;
  /** After {@link Permit.ready}, in place of the end: there was no call, and the next one may have its slots. */
  giveBack(): void;
}

/** The lane that a permit is for. */
export interface CalledLane {
  readonly bot: Bot;
  readonly chat: string;
  readonly pace: { readonly perMinute: number };
  /** Whether its chat takes this kind, as far as is known. */
  takes(kind: MediaKind): boolean;
}

/** What a call with several media posted. */
export interface PackedKinds {
  readonly kinds: readonly MediaKind[];
  /** Bytes of all uploads together. */
  readonly uploadBytes: number;
  /** It was to find out what packs bring there: a wait for it is kept, and says nothing about how fast single sends may go. */
  readonly isTrial?: boolean | undefined;
}

/** A medium that a lane refused by a text that nobody knows. */
export interface UnclearRefusal {
  /** Its content, whatever its key. */
  readonly medium: string;
  readonly kind: MediaKind;
  /** When its call began. */
  readonly startedAt: number;
  /** Another lane refused it before. */
  readonly again: boolean;
  readonly failure: Failure;
}

/** What is to be done with a medium that was refused by a text that nobody knows. */
export type Judgement =
  /** Another lane may take it. */
  | "elsewhere"
  /** No lane is left that could. */
  | "nowhere"
  /** The medium is at fault, for good. */
  | "its own"
  /** Nothing shows whose fault it is, and nothing more will. */
  | "unclear"
  /** The media that follow will show. */
  | "wait";

/** What some lanes may do next, whatever is under way on them. */
export interface LaneOutlook {
  /** When the next call is due, a moment of the engine's clock; Infinity where there is no lane, or another process has them all. */
  readonly dueAt: number;
  /** Calls a minute that they aim at together. */
  readonly perMinute: number;
}

/** The lanes of a run, for those who make calls on them. Moments on the engine's clock, in milliseconds. */
export interface LaneBoard {
  /** Whether anything can still be posted for this bot (of this kind, in a chat that is none of `except`). */
  isOpen(bot: string, kind?: MediaKind, except?: readonly RefusedIn[]): boolean;
  /** Why nothing (of this kind) can be posted for this bot. */
  whyClosed(bot: string, kind: MediaKind): Failure;
  /** There is work for this bot: where several processes share lanes, its lanes are taken, or asked for. */
  want(bot: string): void;
  /**
   * The earliest moment at which a lane of this bot is free, for those who have work for it (see {@link LaneBoard.want}); Infinity while
   * all are busy, closed, or another process's.
   */
  freeAt(bot: string, now: number): number;
  /** What the open lanes of this bot may do next. */
  outlook(bot: string, now: number): LaneOutlook;
  /** Why this bot cannot send within `patienceMs` from now; null when it can. */
  whyAway(bot: string, patienceMs: number): Failure | null;
  /** A permit for the lane (in none of the chats of `except`) that is free first, if that is within `ahead` ms of now; else null. */
  take(
    bot: string,
    kind: MediaKind,
    now: number,
    ahead: number,
    except?: readonly RefusedIn[],
  ): Permit | null;
  /** Whether calls can be made by this bot in this chat. */
  isOpenIn(bot: string, chat: string): boolean;
  /**
   * A permit for a call in this chat that is no send ({@link Permit.end}), if its lane is free within `ahead` ms of now; null also where
   * there is no open lane.
   */
  takeIn(bot: string, chat: string, now: number, ahead: number): Permit | null;
  /** Milliseconds for which Telegram forbids calls by this bot in this chat, or (null) in each of its chats; 0 where it does not. */
  waitMs(bot: string, chat: string | null, now: number): number;
  /**
   * Hears that a medium was refused in this chat by a text that nobody knows. When different media are refused so, the lane
   * closes, or takes no more of their kind.
   */
  refused(bot: string, chat: string, refusal: UnclearRefusal): RefusedIn;
  /** Judges a medium that was refused so; `final` when nothing follows that could show more. */
  judge(task: Task, final: boolean): Judgement;
  /** This medium was at fault itself: what it was refused for is held against no lane. */
  acquit(medium: string): void;
  /** Nothing can be posted by this bot any more. */
  closeBot(bot: string, cause: Failure): void;
}

/** A lane, for those who keep an eye on it. Moments on the engine's clock, in milliseconds. */
export interface WatchedLane {
  readonly bot: Bot;
  /** The chat as it is called by now. */
  readonly chat: string;
  readonly closed: Failure | null;
  /** Kinds that its chat does not take. */
  readonly refused: ReadonlySet<MediaKind>;
}

/** The lanes of a worker, which outlive their outages. */
export interface WatchedLanes {
  readonly all: readonly WatchedLane[];
  isOpen(bot: string): boolean;
  /** Why this bot cannot send within `patienceMs` from now; null when it can. */
  whyAway(bot: string, patienceMs: number): Failure | null;
  /** A closed lane can be sent to again. False when another lane of its bot has that chat already. */
  reopen(lane: WatchedLane, chat: ChatInfo): boolean;
  /** All kinds can be sent there again, as far as is known. */
  allow(lane: WatchedLane): void;
}

/** How a call ended, as far as it says anything about the pace. */
export interface PaceCall {
  /** The slot that it was made in. */
  readonly slotAt: number;
  readonly times: CallTimes;
  /** Milliseconds for which the server asked to wait; null when it did not. */
  readonly floodMs: number | null;
  /** It posted, or did what else it was to. */
  readonly sent: boolean;
  /** It was no send: its time says nothing about how fast the server answers those. */
  readonly isOther?: boolean | undefined;
  /** It posted several media, and is comparable only with calls of this sort. */
  readonly sort?: string | undefined;
}

/**
 * When calls of one lane may start. Moments and durations on the engine's clock, in milliseconds. Slots are given out in
 * order; a slot that is not used is given back.
 */
export interface Pace {
  /** Calls a minute that it aims at now. */
  readonly perMinute: number;
  /** How many calls may be under way or about to start at once. */
  readonly atOnce: number;
  /** A call that has been under way for longer than this is late; until it is answered no other one begins beside it. */
  readonly overdueMs: number;
  /** The moment that the next {@link Pace.take} would return. */
  next(now: number): number;
  /** Takes the next slot; returns its moment. */
  take(now: number): number;
  /** No call is made in this slot, whether {@link Pace.started} was called for it or not. */
  giveBack(slotAt: number): void;
  /** The call of a slot really began at `at`: it had its turn then. */
  started(slotAt: number, at: number): void;
  /** It left at `at`, before its end: at once, or once it was written down. Absent where answers alone tell that. */
  left?(slotAt: number, at: number): void;
  ended(call: PaceCall): void;
  /** Calls a minute worth keeping for the next run; null when nothing was learned. */
  memory(): number | null;
  /** What it found out, as JSON, for the pace of the next owner of its lane; absent, or null, where it finds nothing out. */
  found?(now: number): string | null;
}
